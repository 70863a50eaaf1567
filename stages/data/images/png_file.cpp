#include "stages/data/images/png_file.hpp"

#include <png.h>

#include <csetjmp>
#include <cstring>

#include "graph/error.hpp"
#include "stages/data/ops/gray.hpp"

// libpng reports errors by longjmp, so code under `guarded` holds no objects with destructors.

namespace fovea {
namespace {

constexpr std::size_t header_bytes = 33;
/// The largest ratio of unpacked to packed bytes in Deflate.
constexpr std::size_t most_packed = 1032;
constexpr png_alloc_size_t most_chunk_bytes = 8'000'000;
constexpr png_uint_32 most_kept_chunks = 100;
/// Limit on the bytes after the last pixel: libpng would unpack any number of them.
constexpr std::size_t most_behind = 16'384;

std::uint32_t number(FileBytes bytes, std::size_t offset) {
  return png_get_uint_32(bytes.data() + offset);
}

/// Calls `body(kind, at, length)` for each chunk up to the last: its four letters, and the place of its
/// bytes.
template <class Body> void for_each_chunk(FileBytes bytes, const Body& body) {
  constexpr std::size_t around = 12;  // length, kind and checksum
  for (std::size_t at = 8; bytes.size() >= at + around;) {
    const std::size_t length = number(bytes, at);
    if (length > bytes.size() - at - around) break;
    const std::string_view kind(reinterpret_cast<const char*>(bytes.data() + at + 4), 4);
    body(kind, at + 8, length);
    if (kind == "IEND") break;
    at += around + length;
  }
}

/// Returns the end of the last chunk with pixels.
std::size_t end_of_pixels(FileBytes bytes) {
  std::size_t end = 0;
  for_each_chunk(bytes, [&](std::string_view kind, std::size_t at, std::size_t length) {
    if (kind == "IDAT") end = at + length + 4;
  });
  return end;
}

std::size_t stored_channels(unsigned colour_type) {
  if ((colour_type & PNG_COLOR_MASK_PALETTE) != 0) return 1;
  const std::size_t colours = (colour_type & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1;
  return colours + ((colour_type & PNG_COLOR_MASK_ALPHA) != 0 ? 1 : 0);
}

/// Describes the damage that libpng or zlib found; in their words where there is no translation.
std::string damage_told(std::string_view words) {
  static constexpr std::pair<std::string_view, const char*> known[] = {
      {"Not enough image data", "its pixels end too early"},
      {"Not enough compressed data", "its pixels end too early"},
      {"more data than pixels", "more data than pixels"},
      {"Too much image data", "more data than pixels"},
      {"IHDR", "its header is none"},
      {"out of range", "a chunk has an impossible length"},
      {"out of place", "its chunks are not in order"},
      {"PLTE", "its palette is none, or missing"},
      {"palette", "its palette is none, or missing"},
      {"filter", "its pixels do not unpack"},
      {"IDAT", "its pixels do not unpack"},
      {"invalid", "its pixels do not unpack"},
      {"incorrect", "its pixels do not unpack"},
      {"Missing", "a chunk is missing"},
      {"unknown critical chunk", "a chunk that is not known, but needed"},
      {"unhandled critical chunk", "a chunk that is not known, but needed"},
      {"chunk", "a chunk is none"}};
  if (const auto colon = words.find(": "); words.ends_with("CRC error"))
    return "the checksum of " +
           (colon == std::string_view::npos ? "a chunk" : "chunk " + std::string(words.substr(0, colon))) +
           " is wrong";
  for (const auto& [part, told] : known) {
    if (words.find(part) != std::string_view::npos) return told;
  }
  return "libpng says: " + std::string(words);
}

/// Reads one file from memory.
class Reader {
 public:
  Reader(FileBytes bytes, const std::string& place)
      : bytes_(bytes),
        rest_(bytes),
        place_(place),
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, fail, ignore)) {
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
  }
  ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Reads up to the pixels; returns their number of channels: gray or colours, and maybe alpha.
  std::size_t begin() {
    guarded([this] {
      png_set_read_fn(png_, this, read);
      png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
      png_set_user_limits(png_, most_side, most_side);
      png_set_chunk_malloc_max(png_, most_chunk_bytes);
      png_set_chunk_cache_max(png_, most_kept_chunks);
      // Skips all chunks but pixels, palette and transparency.
      png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
      png_read_info(png_, info_);
      png_set_expand(png_);
      png_set_scale_16(png_);
      passes_ = png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
    return png_get_channels(png_, info_);
  }

  std::size_t row_bytes() const { return png_get_rowbytes(png_, info_); }

  /// Reads all pixels and the chunks after them; rows are `stride` bytes apart, and 0 keeps none.
  void read_pixels(std::uint8_t* to, std::size_t stride) {
    const auto end = end_of_pixels(bytes_);
    guarded([this, to, stride, end] {
      const auto height = png_get_image_height(png_, info_);
      for (int pass = 0; pass < passes_; ++pass) {
        for (png_uint_32 y = 0; y < height; ++y) {
          if (pass + 1 == passes_ && y + 1 == height) check_rest(end);
          png_read_row(png_, to + y * stride, nullptr);
        }
      }
      png_read_end(png_, nullptr);
    });
  }

 private:
  /// Throws where much data is left, as libpng unpacks it with the last row. Rows of 16-bit values are twice
  /// as long as here.
  void check_rest(std::size_t end) {
    const auto done = bytes_.size() - rest_.size();
    if (end > done + 2 * row_bytes() + most_behind) png_error(png_, "more data than pixels");
  }

  template <class Body> void guarded(const Body& body) {
    if (setjmp(jump_) == 0) {
      body();
      return;
    }
    const auto fact =
        ended_ ? std::string("a PNG that ends too early") : "a damaged PNG (" + damage_told(message_) + ")";
    throw Error(place_ + ": " + fact + "; fetch the file again");
  }

  [[noreturn]] static void fail(png_structp png, png_const_charp message) {
    auto& self = *static_cast<Reader*>(png_get_error_ptr(png));
    std::strncpy(self.message_, message, sizeof(self.message_) - 1);
    std::longjmp(self.jump_, 1);
  }
  static void ignore(png_structp, png_const_charp) {}

  static void read(png_structp png, png_bytep to, std::size_t count) {
    auto& self = *static_cast<Reader*>(png_get_io_ptr(png));
    if (count > self.rest_.size()) {
      self.ended_ = true;
      png_error(png, "no more bytes");
    }
    std::memcpy(to, self.rest_.data(), count);
    self.rest_ = self.rest_.subspan(count);
  }

  FileBytes bytes_, rest_;
  const std::string& place_;
  png_structp png_;
  png_infop info_ = nullptr;
  int passes_ = 1;
  bool ended_ = false;
  char message_[128] = {};
  std::jmp_buf jump_{};
};

/// Converts pixels of `has` values to 1 or 3 channels without alpha, on white.
template <std::size_t has, std::size_t channels>
void convert(const std::uint8_t* from, std::size_t pixels, std::uint8_t* to) {
  constexpr bool alpha = has == 2 || has == 4, gray = has < 3;
  for (std::size_t i = 0; i < pixels; ++i, from += has, to += channels) {
    std::uint8_t colour[3];
    for (std::size_t c = 0; c < 3; ++c) {
      const std::uint32_t value = from[gray ? 0 : c];
      colour[c] =
          static_cast<std::uint8_t>(alpha ? product(value, from[has - 1]) + 255 - from[has - 1] : value);
    }
    if constexpr (channels == 1) {
      to[0] = gray ? colour[0] : static_cast<std::uint8_t>(brightness(colour[0], colour[1], colour[2]));
    } else {
      std::memcpy(to, colour, 3);
    }
  }
}

template <std::size_t channels>
void convert(std::size_t has, const std::uint8_t* from, std::size_t pixels, std::uint8_t* to) {
  switch (has) {
    case 1:
      return convert<1, channels>(from, pixels, to);
    case 2:
      return convert<2, channels>(from, pixels, to);
    case 3:
      return convert<3, channels>(from, pixels, to);
    default:
      return convert<4, channels>(from, pixels, to);
  }
}

}  // namespace

ImageSize PngFile::size(FileBytes bytes, const std::string& place) {
  constexpr std::uint8_t first_chunk[] = {0, 0, 0, 13, 'I', 'H', 'D', 'R'};
  if (bytes.size() < header_bytes) throw Error(place + ": a PNG that ends too early; fetch the file again");
  if (std::memcmp(bytes.data() + 8, first_chunk, sizeof(first_chunk)) != 0) {
    throw Error(place + ": a damaged PNG (no header); fetch the file again");
  }
  const ImageSize size{number(bytes, 20), number(bytes, 16),
                       (bytes[25] & PNG_COLOR_MASK_COLOR) != 0 ? std::size_t{3} : std::size_t{1}};
  check_extent(size.width, size.height, "PNG", place);
  return size;
}

Orientation PngFile::orientation(FileBytes bytes) {
  Orientation found;
  for_each_chunk(bytes, [&](std::string_view kind, std::size_t at, std::size_t length) {
    if (kind == "eXIf") found = tiff_orientation(bytes.subspan(at, length));
  });
  return found;
}

namespace {

/// Returns the size in the header, after a check that the file is long enough for it.
ImageSize checked_size(FileBytes bytes, const std::string& place) {
  const auto size = PngFile::size(bytes, place);
  const std::size_t depth = bytes[24];
  const auto row_bytes = (size.width * stored_channels(bytes[25]) * depth + 7) / 8;
  check_bytes(size.width, size.height, row_bytes * size.height / most_packed, bytes, place);
  return size;
}

}  // namespace

void PngFile::check(FileBytes bytes, const std::string& place) {
  checked_size(bytes, place);
  Reader reader(bytes, place);
  reader.begin();
  reader.read_pixels(read_.take(reader.row_bytes()), 0);
}

std::span<const std::uint8_t> PngFile::decode(FileBytes bytes, std::size_t channels,
                                              const std::string& place) {
  const auto extent = checked_size(bytes, place);
  const auto pixels = extent.height * extent.width;
  Reader reader(bytes, place);
  const auto has = reader.begin();
  auto* values = read_.take(pixels * has);
  reader.read_pixels(values, reader.row_bytes());
  if (has == channels) return {values, pixels * channels};
  auto* out = pixels_.take(pixels * channels);
  channels == 1 ? convert<1>(has, values, pixels, out) : convert<3>(has, values, pixels, out);
  return {out, pixels * channels};
}

}  // namespace fovea
