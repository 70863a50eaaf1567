#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace fovea {

/// Large values for which a file has room already, and which are written in the order of their places once
/// everything else in it is final. So who digests the file can follow close behind.
class LateWrites {
 public:
  /// Puts off writing `bytes` at `offset`; `owner` keeps their memory alive.
  void add(std::size_t offset, std::span<const std::byte> bytes, std::shared_ptr<const void> owner);
  /// Writes all of them. `follow`, where given, is told up to where the file is final by now, in the end its
  /// size. Throws `Error` where they can't be written.
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
