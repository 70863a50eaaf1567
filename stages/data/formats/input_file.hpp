#pragma once

#include <cstdint>
#include <span>

#include "runtime/store/files.hpp"

namespace fovea {

/// A user's file, opened for reading. Its errors are `Error` that begins with its path.
class InputFile {
 public:
  /// Throws where this is not a regular file.
  explicit InputFile(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  std::size_t size() const { return size_; }
  /// Fills `to` with the bytes from `offset` on; throws where the file is shorter.
  void read(std::size_t offset, std::span<std::uint8_t> to) const;
  /// Reads the whole file as text; throws where it is larger than `most` bytes or not UTF-8.
  std::string text(std::size_t most) const;

 private:
  std::filesystem::path path_;
  Descriptor descriptor_;
  std::size_t size_ = 0;
};

/// Returns whether the text may name a class or a sample: it is UTF-8 and has no zero byte.
bool is_name(std::string_view text);

/// Returns the text trimmed, with ASCII letters in lower case.
std::string lower(std::string_view text);

}  // namespace fovea
