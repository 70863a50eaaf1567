#include "stages/data/images/image_file.hpp"

#include <cstring>
#include <random>

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/images/image_bytes.hpp"

namespace fovea {
namespace {

using namespace testing;
using FileContent = std::vector<std::uint8_t>;

struct Seen {
  ImageSize size;
  FileContent pixels;
};

Seen decoded(const FileContent& file, std::size_t channels) {
  ImageDecoder decoder;
  const auto picture = decoder.whole(file, channels, "x");
  return {picture.size, {picture.pixels.begin(), picture.pixels.end()}};
}

int farthest(std::span<const std::uint8_t> one, std::span<const std::uint8_t> other) {
  REQUIRE(one.size() == other.size());
  int most = 0;
  for (std::size_t i = 0; i < one.size(); ++i) most = std::max(most, std::abs(one[i] - other[i]));
  return most;
}

/// Squares of one colour each, so that JPEG keeps them nearly as they are.
Drawing squares(std::size_t down, std::size_t across, std::size_t channels, std::size_t side = 16) {
  Drawing drawing{down * side, across * side, channels, {}};
  for (std::size_t y = 0; y < drawing.height; ++y) {
    for (std::size_t x = 0; x < drawing.width; ++x) {
      for (std::size_t c = 0; c < channels; ++c) {
        drawing.pixels.push_back(static_cast<std::uint8_t>((x / side * 50 + y / side * 80 + c * 30) % 256));
      }
    }
  }
  return drawing;
}

std::uint8_t bright(const std::uint8_t* rgb) {
  return static_cast<std::uint8_t>(rgb[0] * 0.299 + rgb[1] * 0.587 + rgb[2] * 0.114 + 0.5);
}

/// The same drawing, resized by us; how a part that was decoded alone compares with the same part of all.
int part_differs(ImageDecoder& decoder, const FileContent& file, std::size_t channels, const Region& part,
                 std::size_t height, std::size_t width) {
  Resampler resample;
  FileContent alone(height * width * channels), all(alone.size());
  const auto some = decoder.part(file, channels, part, height, width, {}, "x");
  resample(some.pixels.data(), some.size, some.part, height, width, alone.data());
  const auto whole = decoder.whole(file, channels, "x");
  resample(whole.pixels.data(), whole.size, part, height, width, all.data());
  return farthest(alone, all);
}

struct PartCase {
  Region part;
  std::size_t height, width;
};

PartCase random_part(std::mt19937& draw, ImageSize size, double most_shrink) {
  const auto uniform = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(draw()) / 4294967296.0;
  };
  const double width = uniform(1, static_cast<double>(size.width));
  const double height = uniform(1, static_cast<double>(size.height));
  const auto output = [&](double side) {
    return static_cast<std::size_t>(side / uniform(0.3, most_shrink)) + 1;
  };
  return {{uniform(0, static_cast<double>(size.width) - width),
           uniform(0, static_cast<double>(size.height) - height), width, height},
          output(height),
          output(width)};
}

TEST_CASE("image file: JPEG and PNG are told by how they begin") {
  CHECK(is_image(jpeg_bytes(photo(8, 8, 1))));
  CHECK(is_image(png_bytes(photo(8, 8, 1))));
  CHECK_FALSE(is_image(FileContent{}));
  CHECK_FALSE(is_image(FileContent{0xff, 0xd8}));
  CHECK_FALSE(is_image(FileContent{'G', 'I', 'F', '8', '9', 'a', 0, 0, 0, 0}));
}

TEST_CASE("image file: the size is that in which the image is seen, with 1 channel for gray") {
  const auto size_text = [](const FileContent& file) {
    const auto size = image_size(file, "x");
    return std::to_string(size.height) + " " + std::to_string(size.width) + " " +
           std::to_string(size.channels);
  };
  CHECK(size_text(jpeg_bytes(photo(20, 30, 1))) == "20 30 1");
  CHECK(size_text(jpeg_bytes(photo(20, 30, 3))) == "20 30 3");
  CHECK(size_text(jpeg_bytes(photo(20, 30, 4))) == "20 30 3");
  for (std::size_t channels = 1; channels <= 4; ++channels) {
    CHECK(size_text(png_bytes(photo(20, 30, channels))) == (channels < 3 ? "20 30 1" : "20 30 3"));
  }
  for (unsigned orientation = 1; orientation <= 8; ++orientation) {
    JpegWish wish;
    wish.app1 = exif(orientation);
    CHECK(size_text(jpeg_bytes(photo(20, 30, 3), wish)) == (orientation < 5 ? "20 30 3" : "30 20 3"));
  }
}

TEST_CASE("image file: PNG of 8 bits gives its pixels back, interlaced or not") {
  for (const bool interlaced : {false, true}) {
    for (const std::size_t channels : {1, 3}) {
      const auto drawing = photo(21, 35, channels, 60);
      const auto seen = decoded(png_bytes(drawing, interlaced), channels);
      CHECK(seen.size.height == 21);
      CHECK(seen.size.width == 35);
      CHECK(seen.size.channels == channels);
      CHECK(seen.pixels == drawing.pixels);
    }
  }
}

TEST_CASE("image file: gray becomes three equal channels, and colours become how bright they are") {
  const auto gray = photo(9, 14, 1), colours = photo(9, 14, 3);
  for (const bool png : {true, false}) {
    const auto write = [&](const Drawing& drawing) { return png ? png_bytes(drawing) : jpeg_bytes(drawing); };
    const auto one = decoded(write(gray), 1), three = decoded(write(gray), 3);
    REQUIRE(three.pixels.size() == one.pixels.size() * 3);
    for (std::size_t i = 0; i < three.pixels.size(); ++i) CHECK(three.pixels[i] == one.pixels[i / 3]);
    const auto seen = decoded(write(colours), 1), from = decoded(write(colours), 3);
    for (std::size_t i = 0; i < seen.pixels.size(); ++i) {
      CHECK(std::abs(seen.pixels[i] - bright(&from.pixels[i * 3])) <= 1);
    }
  }
}

TEST_CASE("image file: PNG of fewer bits is spread over 0 to 255") {
  for (const int depth : {1, 2, 4}) {
    const auto most = (1U << depth) - 1;
    const std::size_t per_byte = 8U / static_cast<unsigned>(depth), width = 19;
    FileContent packed((width + per_byte - 1) / per_byte), expected;
    for (std::size_t x = 0; x < width; ++x) {
      const auto value = (x * 7 + 1) % (most + 1);
      packed[x / per_byte] |=
          static_cast<std::uint8_t>(value << (8 - static_cast<std::size_t>(depth) * (x % per_byte + 1)));
      expected.push_back(static_cast<std::uint8_t>(value * 255 / most));
    }
    PngWish wish;
    wish.depth = depth;
    wish.colour_type = PNG_COLOR_TYPE_GRAY;
    CHECK(decoded(png_bytes(1, width, {packed}, wish), 1).pixels == expected);
  }
}

TEST_CASE("image file: PNG of 16 bits is rounded to 8") {
  PngWish wish;
  wish.depth = 16;
  wish.colour_type = PNG_COLOR_TYPE_GRAY;
  FileContent row, expected;
  for (std::uint32_t value = 0; value < 65536; value += 251) {
    row.push_back(static_cast<std::uint8_t>(value >> 8));
    row.push_back(static_cast<std::uint8_t>(value));
    expected.push_back(static_cast<std::uint8_t>((value * 255 + 32767) / 65535));
  }
  CHECK(decoded(png_bytes(1, expected.size(), {row}, wish), 1).pixels == expected);
  wish.colour_type = PNG_COLOR_TYPE_RGB_ALPHA;
  const FileContent half{0x80, 0x80, 0, 0, 0xff, 0xff, 0xff, 0xff};
  CHECK(decoded(png_bytes(1, 1, {half}, wish), 3).pixels == FileContent{128, 0, 255});
}

TEST_CASE("image file: a PNG palette gives its colours, seen on white where they are transparent") {
  PngWish wish;
  wish.depth = 2;
  wish.colour_type = PNG_COLOR_TYPE_PALETTE;
  wish.palette = {{255, 0, 0}, {0, 255, 0}, {10, 20, 30}, {100, 100, 100}};
  const std::vector<FileContent> rows{{0b00'01'10'11}};
  CHECK(decoded(png_bytes(1, 4, rows, wish), 3).pixels ==
        FileContent{255, 0, 0, 0, 255, 0, 10, 20, 30, 100, 100, 100});
  wish.palette_alpha = {255, 0, 51};
  CHECK(decoded(png_bytes(1, 4, rows, wish), 3).pixels ==
        FileContent{255, 0, 0, 255, 255, 255, 206, 208, 210, 100, 100, 100});
}

TEST_CASE("image file: what is transparent in a PNG is seen on white") {
  const Drawing gray{1, 4, 2, {0, 0, 0, 255, 0, 51, 200, 128}};
  CHECK(decoded(png_bytes(gray), 1).pixels == FileContent{255, 0, 204, 227});
  const Drawing colour{1, 2, 4, {255, 0, 100, 0, 255, 0, 100, 204}};
  CHECK(decoded(png_bytes(colour), 3).pixels == FileContent{255, 255, 255, 255, 51, 131});
  PngWish wish;
  wish.has_transparent = true;
  wish.transparent.red = 1, wish.transparent.green = 2, wish.transparent.blue = 3;
  CHECK(decoded(png_bytes(1, 2, {{1, 2, 3, 1, 2, 4}}, wish), 3).pixels ==
        FileContent{255, 255, 255, 1, 2, 4});
}

TEST_CASE("image file: JPEG gives nearly the pixels back, plain or progressive") {
  for (const bool progressive : {false, true}) {
    for (const std::size_t channels : {1, 3}) {
      JpegWish wish;
      wish.quality = 98;
      wish.progressive = progressive;
      const auto drawing = photo(61, 83, channels);
      const auto seen = decoded(jpeg_bytes(drawing, wish), channels);
      CHECK(seen.size.height == 61);
      CHECK(seen.size.width == 83);
      CHECK(farthest(seen.pixels, drawing.pixels) <= 12);
      if (channels == 1) continue;
      wish.stored = JCS_RGB;
      CHECK(farthest(decoded(jpeg_bytes(drawing, wish), 3).pixels, drawing.pixels) <= 12);
    }
  }
}

TEST_CASE("image file: JPEG of inks becomes RGB, whether a marker says that inks are absent or not") {
  const auto drawing = squares(2, 3, 4);
  for (const bool absent : {true, false}) {
    for (const auto stored : {JCS_CMYK, JCS_YCCK}) {
      if (!absent && stored == JCS_YCCK) continue;
      JpegWish wish;
      wish.quality = 100;
      wish.stored = stored;
      wish.adobe_marker = absent;
      const auto file = jpeg_bytes(drawing, wish);
      FileContent expected;
      for (std::size_t i = 0; i < drawing.pixels.size(); i += 4) {
        for (std::size_t c = 0; c < 3; ++c) {
          const int ink = drawing.pixels[i + c], black = drawing.pixels[i + 3];
          expected.push_back(
              static_cast<std::uint8_t>(absent ? ink * black / 255 : (255 - ink) * (255 - black) / 255));
        }
      }
      const auto seen = decoded(file, 3);
      CHECK(farthest(seen.pixels, expected) <= 3);
      const auto gray = decoded(file, 1);
      for (std::size_t i = 0; i < gray.pixels.size(); ++i) {
        CHECK(std::abs(gray.pixels[i] - bright(&seen.pixels[i * 3])) <= 1);
      }
    }
  }
}

/// Which stored pixel is seen at (x, y), from the meaning of EXIF's numbers: where its row 0 and column 0
/// are.
std::pair<std::size_t, std::size_t> stored_at(unsigned orientation, std::size_t x, std::size_t y,
                                              std::size_t width, std::size_t height) {
  switch (orientation) {
    case 2:
      return {width - 1 - x, y};
    case 3:
      return {width - 1 - x, height - 1 - y};
    case 4:
      return {x, height - 1 - y};
    case 5:
      return {y, x};
    case 6:
      return {y, height - 1 - x};
    case 7:
      return {width - 1 - y, height - 1 - x};
    case 8:
      return {width - 1 - y, x};
    default:
      return {x, y};
  }
}

TEST_CASE("image file: all orientations of EXIF are turned upright, in either byte order") {
  for (const std::size_t channels : {1, 3}) {
    const auto drawing = squares(2, 3, channels);
    JpegWish wish;
    const auto plain = decoded(jpeg_bytes(drawing, wish), channels);
    for (unsigned orientation = 0; orientation <= 9; ++orientation) {
      INFO(orientation);
      wish.app1 = exif(orientation, orientation % 2 == 0);
      const auto seen = decoded(jpeg_bytes(drawing, wish), channels);
      const bool swaps = orientation >= 5 && orientation <= 8;
      REQUIRE(seen.size.width == (swaps ? 32 : 48));
      REQUIRE(seen.size.height == (swaps ? 48 : 32));
      FileContent expected;
      for (std::size_t y = 0; y < seen.size.height; ++y) {
        for (std::size_t x = 0; x < seen.size.width; ++x) {
          const auto [from_x, from_y] = stored_at(orientation, x, y, 48, 32);
          const auto* pixel = &plain.pixels[(from_y * 48 + from_x) * channels];
          expected.insert(expected.end(), pixel, pixel + channels);
        }
      }
      CHECK(seen.pixels == expected);
    }
  }
}

TEST_CASE("image file: an EXIF segment that is cut or changed anywhere turns nothing or something") {
  JpegWish wish;
  const auto whole = exif(6);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    wish.app1.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(image_size(jpeg_bytes(photo(8, 16, 1), wish), "x").values() == 128);
    for (const int value : {0, 1, 127, 128, 255}) {
      wish.app1 = whole;
      wish.app1[size] = static_cast<std::uint8_t>(value);
      CHECK(image_size(jpeg_bytes(photo(8, 16, 1), wish), "x").values() == 128);
    }
  }
}

/// A JPEG of any sampling and orientation.
JpegWish wish_of(int trial, std::mt19937& draw) {
  JpegWish wish;
  wish.columns = 1 << draw() % 3;
  wish.rows = wish.columns == 4 ? 1 : 1 << draw() % 2;
  wish.progressive = trial % 5 == 0;
  wish.app1 = exif(static_cast<unsigned>(trial % 8) + 1);
  return wish;
}

TEST_CASE("image file: a part decoded alone is the same part of the whole image") {
  std::mt19937 draw(1);
  ImageDecoder decoder;
  for (int trial = 0; trial < 400; ++trial) {
    const auto wish = wish_of(trial, draw);
    const std::size_t channels = trial % 3 == 0 ? 1 : 3;
    const auto file =
        jpeg_bytes(photo(40 + draw() % 100, 40 + draw() % 140, trial % 7 == 0 ? 4 : channels), wish);
    const auto [part, height, width] = random_part(draw, image_size(file, "x"), 1.9);
    INFO(trial << ": " << part.x << " " << part.y << " " << part.width << " " << part.height << " to "
               << width << " x " << height);
    CHECK(part_differs(decoder, file, channels, part, height, width) == 0);
  }
}

TEST_CASE("image file: a part decoded at a smaller scale is close to the same part of the whole image") {
  std::mt19937 draw(2);
  ImageDecoder decoder;
  for (int trial = 0; trial < 300; ++trial) {
    const auto wish = wish_of(trial, draw);
    const auto file = jpeg_bytes(photo(100 + draw() % 300, 100 + draw() % 300, 3, 0), wish);
    const auto [part, height, width] = random_part(draw, image_size(file, "x"), 12);
    INFO(trial << ": " << part.x << " " << part.y << " " << part.width << " " << part.height << " to "
               << width << " x " << height);
    CHECK(part_differs(decoder, file, 3, part, height, width) <= 10);
  }
}

TEST_CASE("image file: a JPEG is decoded at the smallest scale that has all the pixels asked for") {
  ImageDecoder decoder;
  const auto file = jpeg_bytes(photo(400, 800, 1));
  const auto seen = [&](std::size_t height, std::size_t width) {
    const auto picture = decoder.part(file, 1, {0, 0, 800, 400}, height, width, {}, "x");
    CHECK(picture.part.width >= static_cast<double>(width));
    return std::to_string(picture.size.height) + " x " + std::to_string(picture.size.width);
  };
  CHECK(seen(400, 800) == "400 x 800");
  CHECK(seen(201, 400) == "400 x 800");
  CHECK(seen(200, 400) == "200 x 400");
  CHECK(seen(100, 200) == "100 x 200");
  CHECK(seen(50, 101) == "100 x 200");
  CHECK(seen(50, 100) == "50 x 100");
  CHECK(seen(1, 1) == "50 x 100");
}

TEST_CASE("image file: of a JPEG only the rows and columns are decoded that count") {
  ImageDecoder decoder;
  const auto file = jpeg_bytes(photo(400, 800, 3));
  const auto picture = decoder.part(file, 3, {600, 300, 50, 40}, 40, 50, {}, "x");
  CHECK(picture.size.height < 50);
  CHECK(picture.size.width < 80);
  CHECK(picture.part.width == 50);
  CHECK(picture.part.height == 40);
}

TEST_CASE("image file: a part of a PNG is where it was asked for in the whole image") {
  ImageDecoder decoder;
  const auto drawing = photo(30, 40, 3);
  const auto picture = decoder.part(png_bytes(drawing), 3, {3, 4, 20, 10}, 5, 5, {}, "x");
  CHECK(FileContent(picture.pixels.begin(), picture.pixels.end()) == drawing.pixels);
  CHECK(picture.part.x == 3);
  CHECK(picture.part.height == 10);
}

}  // namespace
}  // namespace fovea
