#include "stages/data/images/image_file.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>

#include "graph/error.hpp"
#include "stages/data/images/jpeg_file.hpp"
#include "stages/data/images/png_file.hpp"

namespace fovea {
namespace {

constexpr std::size_t most_pixels = 64'000'000;
constexpr std::array<std::uint8_t, 3> jpeg_start{0xff, 0xd8, 0xff};
constexpr std::array<std::uint8_t, 8> png_start{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
/// Colours at half the resolution are interpolated from their neighbours, which must be decoded too.
constexpr double colour_reach = 2;

bool begins(FileBytes bytes, FileBytes start) {
  return bytes.size() >= start.size() && std::memcmp(bytes.data(), start.data(), start.size()) == 0;
}

[[noreturn]] void throw_other(FileBytes bytes, const std::string& place) {
  std::string start;
  for (const auto byte : bytes.first(std::min<std::size_t>(bytes.size(), 4))) {
    start += "0123456789abcdef"[byte >> 4];
    start += "0123456789abcdef"[byte & 15];
  }
  throw Error(place + ": begins with " + (start.empty() ? "nothing" : start) +
              "; JPEG begins with ffd8ff, PNG with 89504e47");
}

std::string extent_text(std::size_t width, std::size_t height) {
  return std::to_string(width) + " x " + std::to_string(height) + " pixels";
}

Region whole_region(ImageSize size) {
  return {0, 0, static_cast<double>(size.width), static_cast<double>(size.height)};
}

/// The smallest scale, in eighths, at which a part still has at least so many pixels.
unsigned scale_for(const Region& part, std::size_t height, std::size_t width) {
  for (const unsigned eighths : {1U, 2U, 4U}) {
    const double scale = eighths / 8.0;
    if (part.width * scale >= static_cast<double>(width) &&
        part.height * scale >= static_cast<double>(height)) {
      return eighths;
    }
  }
  return 8;
}

struct Range {
  std::size_t begin, size;
};

/// The pixels of a side of `from` that are read where `length` of it is resampled to `to`.
Range range_for(double begin, double length, std::size_t to, std::size_t from) {
  const double reach = std::max(length / static_cast<double>(to) / 2, 1.0) + colour_reach;
  const auto last = static_cast<double>(from);
  const double first = std::clamp(std::floor(begin - reach), 0.0, last - 1);
  const double end = std::clamp(std::ceil(begin + length + reach), first + 1, last);
  return {static_cast<std::size_t>(first), static_cast<std::size_t>(end - first)};
}

std::size_t scaled(std::size_t side, unsigned eighths) {
  return (side * eighths + 7) / 8;
}

}  // namespace

void check_extent(std::size_t width, std::size_t height, const std::string& format,
                  const std::string& place) {
  if (width == 0 || height == 0)
    throw Error(place + ": a " + format + " without pixels; it needs at least one");
  if (height > most_pixels / width) {
    throw Error(place + ": " + extent_text(width, height) + "; at most 64 megapixels are read");
  }
  if (std::max(width, height) > most_side) {
    throw Error(place + ": " + extent_text(width, height) + "; at most " + std::to_string(most_side) +
                " a side are read");
  }
}

void check_bytes(std::size_t width, std::size_t height, std::size_t least, FileBytes bytes,
                 const std::string& place) {
  if (bytes.size() >= least) return;
  throw Error(place + ": its header announces " + extent_text(width, height) + ", which take at least " +
              std::to_string(least) + " bytes; the file has " + std::to_string(bytes.size()) +
              ", so fetch it again");
}

bool is_image(FileBytes bytes) {
  return begins(bytes, jpeg_start) || begins(bytes, png_start);
}

ImageSize image_size(FileBytes bytes, const std::string& place) {
  if (begins(bytes, png_start)) return PngFile::size(bytes, place);
  if (!begins(bytes, jpeg_start)) throw_other(bytes, place);
  const auto header = JpegFile().open(bytes, place);
  return header.orientation.seen(header.size);
}

struct ImageDecoder::Body {
  JpegFile jpeg;
  PngFile png;
  PixelMemory turned;

  Picture decode_png(FileBytes bytes, std::size_t channels, const std::string& place) {
    auto size = PngFile::size(bytes, place);
    size.channels = channels;
    return {png.decode(bytes, channels, place), size, whole_region(size)};
  }

  /// Decodes `box` of an open file at a scale; `stored` is what to show, in pixels at that scale.
  Picture decode_jpeg(Orientation orientation, std::size_t channels, unsigned eighths, const Box& box,
                      Region stored) {
    const auto decoded = jpeg.decode(channels, eighths, box);
    const ImageSize size{decoded.box.height, decoded.box.width, channels};
    stored.x -= static_cast<double>(decoded.box.x);
    stored.y -= static_cast<double>(decoded.box.y);
    if (!orientation.turns()) return {{decoded.values, size.values()}, size, stored};
    auto* out = turned.take(size.values());
    orientation.turn(decoded.values, size, out);
    return {{out, size.values()}, orientation.seen(size), orientation.to_seen(stored, size)};
  }
};

ImageDecoder::ImageDecoder() : body_(std::make_unique<Body>()) {}
ImageDecoder::~ImageDecoder() = default;
ImageDecoder::ImageDecoder(ImageDecoder&&) noexcept = default;

ImageSize ImageDecoder::check(FileBytes bytes, const std::string& place) {
  if (begins(bytes, png_start)) {
    body_->png.check(bytes, place);
    return PngFile::size(bytes, place);
  }
  if (!begins(bytes, jpeg_start)) throw_other(bytes, place);
  const auto header = body_->jpeg.open(bytes, place);
  const auto& size = header.size;
  body_->jpeg.decode(1, 1, {0, 0, scaled(size.width, 1), scaled(size.height, 1)});
  return header.orientation.seen(size);
}

ImageDecoder::Picture ImageDecoder::whole(FileBytes bytes, std::size_t channels, const std::string& place) {
  assert(channels == 1 || channels == 3);
  if (begins(bytes, png_start)) return body_->decode_png(bytes, channels, place);
  if (!begins(bytes, jpeg_start)) throw_other(bytes, place);
  const auto header = body_->jpeg.open(bytes, place);
  return body_->decode_jpeg(header.orientation, channels, 8, {0, 0, header.size.width, header.size.height},
                            whole_region(header.size));
}

ImageDecoder::Picture ImageDecoder::part(FileBytes bytes, std::size_t channels, const Region& part,
                                         std::size_t height, std::size_t width, const std::string& place) {
  assert(channels == 1 || channels == 3);
  assert(part.width > 0 && part.height > 0 && width > 0 && height > 0);
  if (begins(bytes, png_start)) {
    auto picture = body_->decode_png(bytes, channels, place);
    picture.part = part;
    return picture;
  }
  if (!begins(bytes, jpeg_start)) throw_other(bytes, place);
  const auto header = body_->jpeg.open(bytes, place);
  const auto& size = header.size;
  auto stored = header.orientation.to_stored(part, size);
  if (header.orientation.swaps) std::swap(height, width);
  const auto eighths = scale_for(stored, height, width);
  const double scale = eighths / 8.0;
  stored = {stored.x * scale, stored.y * scale, stored.width * scale, stored.height * scale};
  const auto across = range_for(stored.x, stored.width, width, scaled(size.width, eighths));
  const auto down = range_for(stored.y, stored.height, height, scaled(size.height, eighths));
  return body_->decode_jpeg(header.orientation, channels, eighths,
                            {across.begin, down.begin, across.size, down.size}, stored);
}

}  // namespace fovea
