#include "stages/data/images/orientation.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>

// A TIFF directory: "II" (least byte first) or "MM" (most first), 42, the offset of the first directory;
// there the number of entries and the entries: tag, type, count, value in 2 + 2 + 4 + 4 bytes.

namespace fovea {
namespace {

constexpr std::size_t entry_bytes = 12;
constexpr unsigned orientation_tag = 274;
constexpr unsigned type_short = 3;

/// Reads numbers of a TIFF file; nothing where they would lie outside.
class Tiff {
 public:
  explicit Tiff(FileBytes bytes) : bytes_(bytes), least_first_(!bytes.empty() && bytes[0] == 'I') {}

  std::optional<std::uint32_t> number(std::size_t offset, std::size_t bytes) const {
    if (offset > bytes_.size() || bytes > bytes_.size() - offset) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      value = value << 8 | bytes_[offset + (least_first_ ? bytes - 1 - i : i)];
    }
    return value;
  }
  bool has(std::size_t offset, std::size_t bytes, std::uint32_t value) const {
    return number(offset, bytes) == value;
  }

 private:
  FileBytes bytes_;
  bool least_first_;
};

template <std::size_t channels> void turn_pixels(const std::uint8_t* first, std::ptrdiff_t right,
                                                 std::ptrdiff_t down, ImageSize seen, std::uint8_t* out) {
  for (std::size_t y = 0; y < seen.height; ++y) {
    const auto* pixel = first + static_cast<std::ptrdiff_t>(y) * down;
    for (std::size_t x = 0; x < seen.width; ++x) {
      std::memcpy(out, pixel + static_cast<std::ptrdiff_t>(x) * right, channels);
      out += channels;
    }
  }
}

}  // namespace

Orientation Orientation::of(unsigned number) {
  constexpr std::array<Orientation, 9> all{{{false, false, false},
                                            {false, false, false},
                                            {true, false, false},
                                            {true, true, false},
                                            {false, true, false},
                                            {false, false, true},
                                            {false, true, true},
                                            {true, true, true},
                                            {true, false, true}}};
  return number < all.size() ? all[number] : Orientation{};
}

ImageSize Orientation::seen(ImageSize size) const {
  return swaps ? ImageSize{size.width, size.height, size.channels} : size;
}

Region Orientation::to_stored(const Region& seen, ImageSize size) const {
  Region stored = swaps ? Region{seen.y, seen.x, seen.height, seen.width} : seen;
  if (flips_x) stored.x = static_cast<double>(size.width) - stored.x - stored.width;
  if (flips_y) stored.y = static_cast<double>(size.height) - stored.y - stored.height;
  return stored;
}

Region Orientation::to_seen(const Region& stored, ImageSize size) const {
  Region seen = stored;
  if (flips_x) seen.x = static_cast<double>(size.width) - seen.x - seen.width;
  if (flips_y) seen.y = static_cast<double>(size.height) - seen.y - seen.height;
  return swaps ? Region{seen.y, seen.x, seen.height, seen.width} : seen;
}

void Orientation::turn(const std::uint8_t* image, ImageSize size, std::uint8_t* out) const {
  auto right = static_cast<std::ptrdiff_t>(size.channels);
  auto down = static_cast<std::ptrdiff_t>(size.width * size.channels);
  const auto* first = image;
  if (flips_x) {
    first += static_cast<std::ptrdiff_t>(size.width - 1) * right;
    right = -right;
  }
  if (flips_y) {
    first += static_cast<std::ptrdiff_t>(size.height - 1) * down;
    down = -down;
  }
  if (swaps) std::swap(right, down);
  size.channels == 1 ? turn_pixels<1>(first, right, down, seen(size), out)
                     : turn_pixels<3>(first, right, down, seen(size), out);
}

Orientation exif_orientation(FileBytes segment) {
  constexpr std::array<std::uint8_t, 6> name{'E', 'x', 'i', 'f', 0, 0};
  if (segment.size() < name.size() || std::memcmp(segment.data(), name.data(), name.size()) != 0) return {};
  return tiff_orientation(segment.subspan(name.size()));
}

Orientation tiff_orientation(FileBytes bytes) {
  const Tiff tiff(bytes);
  if (!tiff.has(0, 2, 0x4949) && !tiff.has(0, 2, 0x4d4d)) return {};
  const auto directory = tiff.number(4, 4);
  if (!tiff.has(2, 2, 42) || !directory) return {};
  const std::size_t start = *directory;
  const auto entries = tiff.number(start, 2).value_or(0);
  for (std::size_t i = 0; i < entries; ++i) {
    const auto entry = start + 2 + i * entry_bytes;
    if (!tiff.has(entry, 2, orientation_tag)) continue;
    if (!tiff.has(entry + 2, 2, type_short) || !tiff.has(entry + 4, 4, 1)) return {};
    return Orientation::of(tiff.number(entry + 8, 2).value_or(0));
  }
  return {};
}

}  // namespace fovea
