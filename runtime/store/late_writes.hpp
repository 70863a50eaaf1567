#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace fovea {

/// Postponed writes of large values whose space in the file is reserved. They are written in the order of
/// their offsets once everything else in the file is final, so that a digest can follow closely.
class LateWrites {
 public:
  /// Postpones the write of `bytes` at `offset`; `owner` keeps their memory alive.
  void add(std::size_t offset, std::span<const std::byte> bytes, std::shared_ptr<const void> owner);
  /// Writes all values. The callback `follow`, if given, receives the number of final bytes after each write,
  /// at the end the size of the file. Throws `Error` if a write fails.
  void write_to(const std::filesystem::path& file, const std::function<void(std::size_t)>& follow) const;

 private:
  struct Piece {
    std::size_t offset;
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
  };
  std::vector<Piece> pieces_;
};

}  // namespace fovea
