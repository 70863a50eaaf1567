#include "render/png.hpp"

#include <png.h>

#include <csetjmp>
#include <cstring>
#include <map>

#include "graph/error.hpp"
#include "tests/catch.hpp"

using namespace fovea::render;

namespace {

Pixels gradient(int width, int height) {
  Pixels pixels{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int value : {x, y, x * y}) pixels.rgb.push_back(static_cast<std::uint8_t>(value));
    }
  }
  return pixels;
}

struct Decoded {
  Pixels pixels;
  std::map<std::string, std::string> texts;
};

// Reads a PNG file with libpng.
Decoded decoded(const std::vector<std::byte>& file) {
  png_structp reader = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(reader);
  if (setjmp(png_jmpbuf(reader))) throw std::runtime_error("libpng refuses the file");
  const std::byte* next = file.data();
  png_set_read_fn(reader, &next, [](png_structp png, png_bytep out, png_size_t count) {
    auto*& from = *static_cast<const std::byte**>(png_get_io_ptr(png));
    std::memcpy(out, from, count);
    from += count;
  });
  png_read_png(reader, info, PNG_TRANSFORM_IDENTITY, nullptr);
  Decoded result;
  result.pixels.width = static_cast<int>(png_get_image_width(reader, info));
  result.pixels.height = static_cast<int>(png_get_image_height(reader, info));
  png_bytepp rows = png_get_rows(reader, info);
  for (int y = 0; y < result.pixels.height; ++y)
    result.pixels.rgb.insert(result.pixels.rgb.end(), rows[y], rows[y] + png_get_rowbytes(reader, info));
  png_textp texts = nullptr;
  const int count = png_get_text(reader, info, &texts, nullptr);
  for (int i = 0; i < count; ++i) result.texts[texts[i].key] = texts[i].text;
  png_destroy_read_struct(&reader, &info, nullptr);
  return result;
}

std::string refusal(const std::string& key) {
  try {
    encode_png(gradient(1, 1), {{key, "x"}});
  } catch (const fovea::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("png: libpng reads back every pixel") {
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 200}, {257, 129}}) {
    const Pixels pixels = gradient(width, height);
    const Pixels back = decoded(encode_png(pixels)).pixels;
    CHECK(back.width == width);
    CHECK(back.height == height);
    CHECK(back.rgb == pixels.rgb);
  }
}

TEST_CASE("png: metadata in any script is read back by libpng") {
  const Metadata metadata{{"Title", "loss curves"}, {"Key", "sha256:ab12"}, {"Comment", "Größe 日本語"}};
  const auto texts = decoded(encode_png(gradient(4, 4), metadata)).texts;
  CHECK(texts.size() == 3);
  CHECK(texts.at("Key") == "sha256:ab12");
  CHECK(texts.at("Comment") == "Größe 日本語");
}

TEST_CASE("png: a key that PNG does not allow is named") {
  CHECK(refusal("Ключ") ==
        "png: metadata key \"Ключ\"; use 1 to 79 printable ASCII characters with single spaces inside");
  CHECK_FALSE(refusal("").empty());
  CHECK_FALSE(refusal(" padded").empty());
  CHECK_FALSE(refusal(std::string(80, 'k')).empty());
  CHECK(refusal(std::string(79, 'k')).empty());
}

TEST_CASE("png: a white picture takes a few kilobytes") {
  const Pixels white{1600, 1000, std::vector<std::uint8_t>(1600 * 1000 * 3, 255)};
  CHECK(encode_png(white).size() < 40'000);
}
