#include "stages/data/images/image_file.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>

#include "graph/error.hpp"
#include "graph/hex.hpp"
#include "stages/data/images/jpeg_file.hpp"
#include "stages/data/images/png_file.hpp"

namespace fovea {
namespace {

constexpr std::size_t most_pixels = 64'000'000;
constexpr std::array<std::uint8_t, 3> jpeg_start{0xff, 0xd8, 0xff};
constexpr std::array<std::uint8_t, 8> png_start{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
/// Colours at half resolution are interpolated from this many neighbours, which must be decoded too.
constexpr double colour_reach = 2;

bool begins(FileBytes bytes, FileBytes start) {
  return bytes.size() >= start.size() && std::memcmp(bytes.data(), start.data(), start.size()) == 0;
}

/// The signature of a file format: offset, bytes and name.
struct OtherKind {
  std::size_t at;
  std::string_view start;
  std::string_view what;
};

/// Returns the format of a file that has the name of an image and is none; specific signatures come first.
std::string_view other_kind(std::string_view text) {
  using namespace std::string_view_literals;
  static constexpr OtherKind kinds[] = {
      {8, "WEBP", "a WebP image"},
      {0, "GIF8", "a GIF image"},
      {0, "BM", "a BMP image"},
      {0, "II*\0"sv, "a TIFF image"},
      {0, "MM\0*"sv, "a TIFF image"},
      {4, "ftypavif", "an AVIF image"},
      {4, "ftyphei", "a HEIC image"},
      {4, "ftyphev", "a HEIC image"},
      {4, "ftypmif1", "a HEIC image"},
      {4, "ftyp", "a video"},
      {0, "\0\0\0\x0cjP  "sv, "a JPEG 2000 image"},
      {0, "\xff\x4f\xff\x51", "a JPEG 2000 image"},
      {0, "\0\0\0\x0cJXL "sv, "a JPEG XL image"},
      {0, "\xff\x0a", "a JPEG XL image"},
      {0, "version https://git-lfs", "a pointer of Git LFS, whose file \"git lfs pull\" fetches"},
      {0, "../.git/annex", "a pointer of git-annex, whose file \"git annex get\" fetches"},
      {0, "/annex/objects", "a pointer of git-annex, whose file \"git annex get\" fetches"},
      {0, "%PDF", "a PDF"},
      {0, "PK\3\4", "a zip archive"},
      {0, "\x1f\x8b", "a gzip archive"},
      {0, "<svg", "an SVG drawing"},
      {0, "<!DOCTYPE html", "a web page"},
      {0, "<!doctype html", "a web page"},
      {0, "<html", "a web page"},
      {0, "<HTML", "a web page"},
      {0, "<?xml", "an XML text, such as an SVG drawing"}};
  for (const auto& kind : kinds) {
    if (text.size() > kind.at && text.substr(kind.at).starts_with(kind.start)) return kind.what;
  }
  return "";
}

[[noreturn]] void throw_other(FileBytes bytes, const std::string& place) {
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 64));
  while (!text.empty() && std::string_view(" \t\r\n").find(text[0]) != std::string_view::npos)
    text.remove_prefix(1);
  const auto kind = other_kind(text);
  if (!kind.empty()) throw Error(place + ": " + std::string(kind) + "; JPEG and PNG are read");
  if (bytes.size() >= 4 && std::all_of(bytes.begin(), bytes.end(), [](auto byte) { return byte == 0; }))
    throw Error(place + ": has nothing but zeros; fetch the file again");
  const auto start = hex(bytes.first(std::min<std::size_t>(bytes.size(), 4)));
  throw Error(place + ": begins with " + (start.empty() ? "nothing" : start) +
              "; JPEG begins with ffd8ff, PNG with 89504e47");
}

std::string extent_text(std::size_t width, std::size_t height) {
  return std::to_string(width) + " x " + std::to_string(height) + " pixels";
}

Region whole_region(ImageSize size) {
  return {0, 0, static_cast<double>(size.width), static_cast<double>(size.height)};
}

/// Returns the smallest scale, in eighths, at which a part has at least `height` x `width` pixels.
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
Range range_for(const Filter& filter, double begin, double length, std::size_t to, std::size_t from) {
  const double step = length / static_cast<double>(to);
  const double reach = std::max(filter.reach(step) - step / 2, 1.0) + colour_reach;
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
              std::to_string(least) + " bytes, but the file has " + std::to_string(bytes.size()) +
              "; fetch the file again");
}

bool is_image(FileBytes bytes) {
  return begins(bytes, jpeg_start) || begins(bytes, png_start);
}

ImageSize image_size(FileBytes bytes, const std::string& place) {
  if (begins(bytes, png_start)) {
    const auto size = PngFile::size(bytes, place);
    return PngFile::orientation(bytes).seen(size);
  }
  if (!begins(bytes, jpeg_start)) throw_other(bytes, place);
  const auto header = JpegFile().open(bytes, place);
  return header.orientation.seen(header.size);
}

struct ImageDecoder::Body {
  JpegFile jpeg;
  PngFile png;
  PixelMemory turned;
  bool is_jpeg = false;  ///< whether the last decoded file was a JPEG

  Picture decode_png(FileBytes bytes, std::size_t channels, const std::string& place) {
    auto size = PngFile::size(bytes, place);
    size.channels = channels;
    return turned_picture({png.decode(bytes, channels, place), size, whole_region(size)},
                          PngFile::orientation(bytes));
  }

  /// Returns a stored picture in its orientation.
  Picture turned_picture(const Picture& stored, Orientation orientation) {
    if (!orientation.turns()) return stored;
    const auto& size = stored.size;
    auto* out = turned.take(size.values());
    orientation.turn(stored.pixels.data(), size, out);
    return {{out, size.values()}, orientation.seen(size), orientation.to_seen(stored.part, size)};
  }

  /// Decodes `box` of an open file at a scale; `stored` is the region to show, in pixels at that scale.
  Picture decode_jpeg(Orientation orientation, std::size_t channels, unsigned eighths, const Box& box,
                      Region stored) {
    const auto decoded = jpeg.decode(channels, eighths, box);
    const ImageSize size{decoded.box.height, decoded.box.width, channels};
    stored.x -= static_cast<double>(decoded.box.x);
    stored.y -= static_cast<double>(decoded.box.y);
    return turned_picture({{decoded.values, size.values()}, size, stored}, orientation);
  }
};

ImageDecoder::ImageDecoder() : body_(std::make_unique<Body>()) {}
ImageDecoder::~ImageDecoder() = default;
ImageDecoder::ImageDecoder(ImageDecoder&&) noexcept = default;

std::string ImageDecoder::oddity() const {
  return body_->is_jpeg ? body_->jpeg.oddity() : "";
}

ImageSize ImageDecoder::check(FileBytes bytes, const std::string& place) {
  body_->is_jpeg = begins(bytes, jpeg_start);
  if (begins(bytes, png_start)) {
    body_->png.check(bytes, place);
    return image_size(bytes, place);
  }
  if (!begins(bytes, jpeg_start)) throw_other(bytes, place);
  const auto header = body_->jpeg.open(bytes, place);
  const auto& size = header.size;
  body_->jpeg.decode(1, 1, {0, 0, scaled(size.width, 1), scaled(size.height, 1)});
  return header.orientation.seen(size);
}

ImageDecoder::Picture ImageDecoder::whole(FileBytes bytes, std::size_t channels, const std::string& place) {
  assert(channels == 1 || channels == 3);
  body_->is_jpeg = begins(bytes, jpeg_start);
  if (begins(bytes, png_start)) return body_->decode_png(bytes, channels, place);
  if (!begins(bytes, jpeg_start)) throw_other(bytes, place);
  const auto header = body_->jpeg.open(bytes, place);
  return body_->decode_jpeg(header.orientation, channels, 8, {0, 0, header.size.width, header.size.height},
                            whole_region(header.size));
}

ImageDecoder::Picture ImageDecoder::part(FileBytes bytes, std::size_t channels, const Region& part,
                                         std::size_t height, std::size_t width, const Filter& filter,
                                         const std::string& place) {
  assert(channels == 1 || channels == 3);
  assert(part.width > 0 && part.height > 0 && width > 0 && height > 0);
  body_->is_jpeg = begins(bytes, jpeg_start);
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
  const bool mixes_all = filter.antialias && filter.interpolation != Interpolation::nearest;
  const auto eighths = mixes_all ? scale_for(stored, height, width) : 8U;
  const double scale = eighths / 8.0;
  stored = {stored.x * scale, stored.y * scale, stored.width * scale, stored.height * scale};
  const auto across = range_for(filter, stored.x, stored.width, width, scaled(size.width, eighths));
  const auto down = range_for(filter, stored.y, stored.height, height, scaled(size.height, eighths));
  return body_->decode_jpeg(header.orientation, channels, eighths,
                            {across.begin, down.begin, across.size, down.size}, stored);
}

}  // namespace fovea
