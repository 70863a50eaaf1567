#include "runtime/store/late_writes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "runtime/store/files.hpp"

namespace fovea {
namespace {

/// The bytes of one write: few enough to stay in the processor's cache until they are digested.
constexpr std::size_t chunk = std::size_t{4} << 20;

/// Writes bytes at their offset, and starts their write-back to disk.
void write_at(const std::filesystem::path& path, int file, std::size_t offset,
              std::span<const std::byte> bytes) {
  const auto begin = static_cast<off64_t>(offset);
  const auto size = static_cast<off64_t>(bytes.size());
  while (!bytes.empty()) {
    const auto count = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw file_error(path, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::size_t>(count);
  }
  // This is only a hint: `sync` writes all bytes to the disk anyway.
  ::sync_file_range(file, begin, size, SYNC_FILE_RANGE_WRITE);
}

}  // namespace

void LateWrites::add(std::size_t offset, std::span<const std::byte> bytes,
                     std::shared_ptr<const void> owner) {
  pieces_.push_back({offset, bytes, std::move(owner)});
}

void LateWrites::write_to(const std::filesystem::path& file,
                          const std::function<void(std::size_t)>& follow) const {
  const auto tell = [&](std::size_t bytes) {
    if (follow) follow(bytes);
  };
  const auto size = static_cast<std::size_t>(std::filesystem::file_size(file));
  if (pieces_.empty()) return tell(size);
  auto pieces = pieces_;
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.offset < b.offset; });
  const Descriptor open(file, O_RDWR);
  for (const auto& piece : pieces) {
    for (std::size_t at = 0; at < piece.bytes.size(); at += chunk) {
      tell(piece.offset + at);
      write_at(file, open.number(), piece.offset + at,
               piece.bytes.subspan(at, std::min(chunk, piece.bytes.size() - at)));
    }
  }
  tell(size);
}

}  // namespace fovea
