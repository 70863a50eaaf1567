#include "runtime/store/temporary_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "runtime/store/files.hpp"
#include "runtime/store/owner.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Whether a folder is a temporary folder of a dead process of this user.
bool is_left(const fs::path& folder, std::string_view prefix) {
  const auto name = folder.filename().string();
  if (!name.starts_with(prefix)) return false;
  struct stat info {};
  return ::lstat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == ::geteuid() &&
         is_surely_dead(std::string_view(name).substr(prefix.size()));
}

}  // namespace

fs::path make_temporary_folder(std::string_view prefix) {
  const auto parent = fs::temp_directory_path();
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored_until_next_time;
    if (is_left(entry->path(), prefix)) fs::remove_all(entry->path(), ignored_until_next_time);
  }
  auto pattern = (parent / (std::string(prefix) + own_name() + "-XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) throw file_error(pattern, errno);
  return pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored_while_leaving;
  fs::remove_all(path_, ignored_while_leaving);
}

}  // namespace fovea
