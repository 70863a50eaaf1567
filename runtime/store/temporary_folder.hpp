#pragma once

#include <filesystem>
#include <string_view>

namespace fovea {

/// Creates a folder of this process in the system's temporary folder, with `prefix` and the owner in its
/// name, and removes such folders of dead processes of this user. Throws `Error` if it cannot be created.
std::filesystem::path make_temporary_folder(std::string_view prefix);

/// A temporary folder that the destructor removes.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(std::string_view prefix) : path_(make_temporary_folder(prefix)) {}
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace fovea
