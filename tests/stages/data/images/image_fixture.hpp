#pragma once

#include "tests/stages/data/data_fixture.hpp"
#include "tests/stages/data/images/image_bytes.hpp"

namespace fovea::testing {

inline void append_big(Bytes& to, std::uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    to.push_back(static_cast<std::uint8_t>(value >> shift));
}

/// A PNG file of these pixels, H x W x C with 1 or 3 channels of 8 bits.
inline Bytes png(std::uint32_t height, std::uint32_t width, std::uint32_t channels, const Bytes& pixels) {
  return png_bytes(Drawing{height, width, channels, pixels});
}

/// A PNG file full of different values.
inline Bytes png(std::uint32_t height, std::uint32_t width, std::uint32_t channels = 3) {
  return png(height, width, channels, counted_bytes(std::size_t{height} * width * channels));
}

/// A JPEG file of one even gray, with 1 or 3 channels; its tables hold one code each.
inline Bytes jpeg(std::uint32_t height, std::uint32_t width, std::uint32_t channels = 3) {
  Bytes file{0xff, 0xd8, 0xff, 0xdb, 0, 67, 0};
  file.insert(file.end(), 64, 1);
  file.insert(file.end(), {0xff, 0xc0, 0, static_cast<std::uint8_t>(8 + 3 * channels), 8});
  append_big(file, height, 2);
  append_big(file, width, 2);
  file.push_back(static_cast<std::uint8_t>(channels));
  for (std::uint8_t c = 1; c <= channels; ++c) file.insert(file.end(), {c, 0x11, 0});
  for (const std::uint8_t table : {0x00, 0x10}) {
    file.insert(file.end(), {0xff, 0xc4, 0, 20, table, 1});
    file.insert(file.end(), 16, 0);
  }
  file.insert(file.end(), {0xff, 0xda, 0, static_cast<std::uint8_t>(6 + 2 * channels),
                           static_cast<std::uint8_t>(channels)});
  for (std::uint8_t c = 1; c <= channels; ++c) file.insert(file.end(), {c, 0});
  file.insert(file.end(), {0, 63, 0});
  const auto bits = 2 * channels * ((height + 7) / 8) * ((width + 7) / 8);
  file.insert(file.end(), bits / 8, 0);
  if (bits % 8 != 0) file.push_back(static_cast<std::uint8_t>(0xff >> bits % 8));
  file.insert(file.end(), {0xff, 0xd9});
  return file;
}

inline Bytes cut(Bytes bytes, std::size_t size) {
  bytes.resize(size);
  return bytes;
}

inline void write_image(const std::filesystem::path& path, const Bytes& bytes) {
  std::filesystem::create_directories(path.parent_path());
  write_bytes(path, bytes);
}

inline void write_text(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  write_bytes(path, Bytes(text.begin(), text.end()));
}

}  // namespace fovea::testing
