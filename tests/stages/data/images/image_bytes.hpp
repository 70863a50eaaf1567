#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>
// <cstdio> comes before these.
#include <jpeglib.h>
#include <png.h>

namespace fovea::testing {

/// An image to be written to a file: H x W x C bytes.
struct Drawing {
  std::size_t height = 0, width = 0, channels = 0;
  std::vector<std::uint8_t> pixels;

  const std::uint8_t* row(std::size_t y) const { return &pixels[y * width * channels]; }
  std::uint8_t* row(std::size_t y) { return &pixels[y * width * channels]; }
};

/// A picture like a photo: waves of several lengths, an edge, and fine grain of up to `grain` levels.
inline Drawing photo(std::size_t height, std::size_t width, std::size_t channels, int grain = 6) {
  Drawing drawing{height, width, channels, {}};
  std::uint32_t noise = 1;
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      const auto u = static_cast<double>(x), v = static_cast<double>(y);
      const double edge = u * 0.8 + v > static_cast<double>(width) * 0.7 ? 30 : -20;
      const double wave = 40 * std::sin(u / 23) * std::cos(v / 31) + 12 * std::sin((u + 2 * v) / 5);
      for (std::size_t c = 0; c < channels; ++c) {
        noise = noise * 1664525 + 1013904223;
        const double fine = static_cast<double>(noise >> 24) / 255 * grain;
        const double tint = 25 * std::sin(u / 61 + static_cast<double>(c) * 2) - 10 * static_cast<double>(c);
        drawing.pixels.push_back(static_cast<std::uint8_t>(120 + edge + wave + tint + fine));
      }
    }
  }
  return drawing;
}

struct JpegWish {
  int quality = 95;
  J_COLOR_SPACE stored = JCS_UNKNOWN;  ///< else what is usual for so many channels
  int columns = 1, rows = 1;           ///< that share a colour; how bright they are is stored for each
  bool progressive = false;
  bool adobe_marker = true;        ///< of inks
  std::vector<std::uint8_t> app1;  ///< an APP1 segment, where there is one
};

/// An APP1 segment that tells an orientation, between two other tags.
inline std::vector<std::uint8_t> exif(unsigned orientation, bool least_first = true) {
  std::vector<std::uint8_t> bytes{'E', 'x', 'i', 'f', 0, 0};
  const auto add = [&](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) {
      bytes.push_back(static_cast<std::uint8_t>(value >> 8 * (least_first ? i : size - 1 - i)));
    }
  };
  bytes.insert(bytes.end(), 2, least_first ? 'I' : 'M');
  add(42, 2), add(8, 4), add(3, 2);
  add(256, 2), add(3, 2), add(1, 4), add(7, 2), add(0, 2);
  add(274, 2), add(3, 2), add(1, 4), add(orientation, 2), add(0, 2);
  add(296, 2), add(3, 2), add(1, 4), add(2, 2), add(0, 2);
  add(0, 4);
  return bytes;
}

/// The bytes of a JPEG file: 1 channel is gray, 3 are RGB, 4 are inks.
inline std::vector<std::uint8_t> jpeg_bytes(const Drawing& drawing, const JpegWish& wish = {}) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &memory, &size);
  info.image_width = static_cast<JDIMENSION>(drawing.width);
  info.image_height = static_cast<JDIMENSION>(drawing.height);
  info.input_components = static_cast<int>(drawing.channels);
  info.in_color_space = drawing.channels == 1 ? JCS_GRAYSCALE : drawing.channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  if (wish.stored != JCS_UNKNOWN) jpeg_set_colorspace(&info, wish.stored);
  jpeg_set_quality(&info, wish.quality, TRUE);
  for (int i = 0; i < info.num_components; ++i) {
    if (i > 0 && !(i == 3 && wish.stored == JCS_YCCK)) continue;
    info.comp_info[i].h_samp_factor = wish.columns;
    info.comp_info[i].v_samp_factor = wish.rows;
  }
  if (!wish.adobe_marker) info.write_Adobe_marker = FALSE;
  if (wish.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  if (!wish.app1.empty()) {
    jpeg_write_marker(&info, JPEG_APP0 + 1, wish.app1.data(), static_cast<unsigned>(wish.app1.size()));
  }
  for (std::size_t y = 0; y < drawing.height; ++y) {
    auto* row = const_cast<JSAMPROW>(drawing.row(y));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::vector<std::uint8_t> bytes(memory, memory + size);
  std::free(memory);
  return bytes;
}

struct PngWish {
  int depth = 8;
  int colour_type = PNG_COLOR_TYPE_RGB;
  bool interlaced = false;
  std::vector<png_color> palette;
  std::vector<png_byte> palette_alpha;
  bool has_transparent = false;
  png_color_16 transparent{};  ///< the colour that is
};

/// The bytes of a PNG file; `rows` are packed as the depth asks.
inline std::vector<std::uint8_t> png_bytes(std::size_t height, std::size_t width,
                                           const std::vector<std::vector<std::uint8_t>>& rows,
                                           const PngWish& wish) {
  std::vector<std::uint8_t> bytes;
  auto* png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  auto* info = png_create_info_struct(png);
  const auto write = [](png_structp to, png_bytep data, std::size_t size) {
    auto& all = *static_cast<std::vector<std::uint8_t>*>(png_get_io_ptr(to));
    all.insert(all.end(), data, data + size);
  };
  png_set_write_fn(png, &bytes, write, [](png_structp) {});
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), wish.depth,
               wish.colour_type, wish.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!wish.palette.empty()) {
    png_set_PLTE(png, info, wish.palette.data(), static_cast<int>(wish.palette.size()));
  }
  if (!wish.palette_alpha.empty()) {
    png_set_tRNS(png, info, wish.palette_alpha.data(), static_cast<int>(wish.palette_alpha.size()), nullptr);
  }
  if (wish.has_transparent) png_set_tRNS(png, info, nullptr, 0, &wish.transparent);
  png_write_info(png, info);
  std::vector<png_bytep> pointers;
  for (const auto& row : rows) pointers.push_back(const_cast<png_bytep>(row.data()));
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

/// The bytes of a PNG file with 8 bits a channel.
inline std::vector<std::uint8_t> png_bytes(const Drawing& drawing, bool interlaced = false) {
  std::vector<std::vector<std::uint8_t>> rows;
  for (std::size_t y = 0; y < drawing.height; ++y) {
    rows.emplace_back(drawing.row(y), drawing.row(y) + drawing.width * drawing.channels);
  }
  constexpr int types[] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                           PNG_COLOR_TYPE_RGB_ALPHA};
  PngWish wish;
  wish.colour_type = types[drawing.channels];
  wish.interlaced = interlaced;
  return png_bytes(drawing.height, drawing.width, rows, wish);
}

}  // namespace fovea::testing
