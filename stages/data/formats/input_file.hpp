#pragma once

#include <cstdint>
#include <span>

#include "runtime/store/files.hpp"

namespace fovea {

/// A file of somebody's data, opened for reading. What is wrong with it is an `Error` that begins with its
/// path.
class InputFile {
 public:
  /// Throws where this is not a regular file.
  explicit InputFile(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  std::size_t size() const { return size_; }
  /// Fills `to` with the bytes from `offset` on; throws where the file ends before.
  void read(std::size_t offset, std::span<std::uint8_t> to) const;
  /// Reads the whole file as text; throws where it is larger than `most` bytes or not UTF-8.
  std::string text(std::size_t most) const;

 private:
  std::filesystem::path path_;
  Descriptor descriptor_;
  std::size_t size_ = 0;
};

/// Whether the text is UTF-8, as names in results must be.
bool is_utf8(std::string_view text);

/// Whether the text may name a class or a sample: it is UTF-8 and has no zero byte.
bool is_name(std::string_view text);

/// The text without the spaces around it, in lower case where it is ASCII.
std::string lower(std::string_view text);

}  // namespace fovea
