#include "stages/data/image_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <vector>

#include "graph/error.hpp"

// Headers of JPEG and PNG, and gray or RGB pixels of unfiltered 8-bit PNG.

namespace fovea {
namespace {

constexpr std::array<std::uint8_t, 8> png_mark{0x89, 'P', 'N', 'G', 13, 10, 26, 10};

std::size_t big(FileBytes bytes, std::size_t at, std::size_t width) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8 | bytes[at + i];
  return value;
}

bool is_png(FileBytes bytes) {
  return bytes.size() >= 8 && std::equal(png_mark.begin(), png_mark.end(), bytes.begin());
}

ImageSize png_size(FileBytes bytes, const std::string& place) {
  if (bytes.size() < 33) throw Error(place + ": ends within its header; fetch the file again");
  const std::size_t channels = bytes[25] == 0 || bytes[25] == 4 ? 1 : 3;
  return {big(bytes, 20, 4), big(bytes, 16, 4), channels};
}

ImageSize jpeg_size(FileBytes bytes, const std::string& place) {
  for (std::size_t at = 2; at + 10 <= bytes.size() && bytes[at] == 0xff;) {
    const auto kind = bytes[at + 1];
    const bool is_frame = kind >= 0xc0 && kind <= 0xcf && kind != 0xc4 && kind != 0xc8 && kind != 0xcc;
    if (is_frame)
      return {big(bytes, at + 5, 2), big(bytes, at + 7, 2), bytes[at + 9] == 1 ? std::size_t{1} : 3};
    at += 2 + big(bytes, at + 2, 2);
  }
  throw Error(place + ": ends within its header; fetch the file again");
}

}  // namespace

bool is_image(FileBytes bytes) {
  return is_png(bytes) || (bytes.size() >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff);
}

ImageSize image_size(FileBytes bytes, const std::string& place) {
  if (!is_image(bytes)) throw Error(place + ": is no JPEG or PNG; images of other kinds are not read");
  const auto size = is_png(bytes) ? png_size(bytes, place) : jpeg_size(bytes, place);
  if (size.height == 0 || size.width == 0 || size.height > 64'000'000 / size.width)
    throw Error(place + ": announces no pixels or too many; at most 64 megapixels are read");
  return size;
}

struct ImageDecoder::Body {
  std::vector<std::uint8_t> pixels;
};
ImageDecoder::ImageDecoder() : body_(std::make_unique<Body>()) {}
ImageDecoder::~ImageDecoder() = default;
ImageDecoder::ImageDecoder(ImageDecoder&&) noexcept = default;

ImageDecoder::Picture ImageDecoder::whole(FileBytes bytes, std::size_t channels, const std::string& place) {
  const auto size = image_size(bytes, place);
  if (!is_png(bytes)) throw Error(place + ": a JPEG; only PNG is decoded here");
  std::vector<std::uint8_t> packed;
  for (std::size_t at = 8; at + 12 <= bytes.size(); at += 12 + big(bytes, at, 4)) {
    const auto length = big(bytes, at, 4);
    if (bytes[at + 4] != 'I' || bytes[at + 5] != 'D' || length > bytes.size() - at - 12) continue;
    packed.insert(packed.end(), &bytes[at + 8], &bytes[at + 8] + length);
  }
  const auto row = size.width * size.channels;
  std::vector<std::uint8_t> rows(size.height * (row + 1));
  auto length = static_cast<uLongf>(rows.size());
  if (uncompress(rows.data(), &length, packed.data(), packed.size()) != Z_OK || length != rows.size())
    throw Error(place + ": damaged; fetch the file again");
  auto& pixels = body_->pixels;
  pixels.clear();
  for (std::size_t i = 0; i < size.height * size.width; ++i) {
    const auto* from = &rows[i / size.width * (row + 1) + 1 + i % size.width * size.channels];
    if (size.channels == 3 && channels == 1) {
      pixels.push_back(
          static_cast<std::uint8_t>((from[0] * 299 + from[1] * 587 + from[2] * 114 + 500) / 1000));
    } else {
      for (std::size_t c = 0; c < channels; ++c) pixels.push_back(from[size.channels == 3 ? c : 0]);
    }
  }
  const Region part{0, 0, static_cast<double>(size.width), static_cast<double>(size.height)};
  return {pixels, {size.height, size.width, channels}, part};
}

}  // namespace fovea
