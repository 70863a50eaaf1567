#include <algorithm>

#include "stages/data/formats/image_list.hpp"
#include "stages/data/images/image_file.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/images/image_fixture.hpp"

// Images that are whole although something about them is not as usual, and files that are no images.

namespace fovea {
namespace {

using namespace testing;

Bytes pixels_of(const Bytes& file) {
  ImageDecoder decoder;
  const auto picture = decoder.whole(file, 3, "x");
  return {picture.pixels.begin(), picture.pixels.end()};
}

std::string oddity_of(const Bytes& file) {
  ImageDecoder decoder;
  decoder.check(file, "x");
  return decoder.oddity();
}

/// A JPEG with these bytes before the marker with this code.
Bytes with_bytes_before(std::uint8_t code, const Bytes& more) {
  auto file = jpeg_bytes(photo(40, 50, 3));
  const std::uint8_t marker[] = {0xff, code};
  file.insert(std::search(file.begin() + 2, file.end(), marker, marker + 2), more.begin(), more.end());
  return file;
}

TEST_CASE("JPEG: stray bytes between segments and before the end are told, and change no pixel") {
  const auto whole = jpeg_bytes(photo(40, 50, 3));
  CHECK(oddity_of(whole) == "");
  for (const std::uint8_t code : {0xdb, 0xc0, 0xc4, 0xda}) {
    const auto file = with_bytes_before(code, {1, 2, 3});
    CHECK(oddity_of(file) == "3 stray bytes");
    CHECK(pixels_of(file) == pixels_of(whole));
  }
  // The last of the bytes that were taken as pixels are not counted.
  const auto at_end = with_bytes_before(0xd9, Bytes(30, 7));
  CHECK(oddity_of(at_end).ends_with(" stray bytes"));
  CHECK(pixels_of(at_end) == pixels_of(whole));
}

TEST_CASE("JPEG: images with stray bytes are one warning with their number and the first by name") {
  const Folder folder;
  write_image(folder / "a/1.jpg", jpeg_bytes(photo(40, 50, 3)));
  write_image(folder / "a/2.jpg", with_bytes_before(0xc0, {7}));
  write_image(folder / "b/3.jpg", with_bytes_before(0xdb, {7, 7}));
  ImageList list{.top = folder.path(), .folder = folder.path(), .class_names = {"a", "b"}};
  list.images = {{"a/1.jpg", 0}, {"a/2.jpg", 0}, {"b/3.jpg", 1}};
  Alone alone("load");
  CHECK(read_images(list, {}, alone.context).size() == 3);
  CHECK(alone.listener.warnings ==
        std::vector<std::string>{"load: " + folder.path().string() +
                                 ": 2 of 3 images are not quite in order, such as \"a/2.jpg\" (1 stray "
                                 "byte); see whether they look right"});
}

TEST_CASE(
    "images with any number of bytes behind their end are whole, and those that lack an end are cut off") {
  for (auto file : {jpeg_bytes(photo(20, 30, 3)), png_bytes(photo(20, 30, 3))}) {
    const auto cut = Bytes(file.begin(), file.end() - 20);
    CHECK(error_of([&] { check_image(cut, "f"); }) == "f: is cut off; fetch the file again");
    file.insert(file.end(), 40'000, 0x11);
    CHECK(check_image(file, "f").height == 20);
  }
}

/// A chunk of a PNG file.
Bytes chunk(const std::string& kind, const Bytes& content) {
  Bytes inside(kind.begin(), kind.end());
  inside.insert(inside.end(), content.begin(), content.end());
  Bytes all;
  append_big(all, static_cast<std::uint32_t>(content.size()), 4);
  all.insert(all.end(), inside.begin(), inside.end());
  append_big(all, static_cast<std::uint32_t>(crc32(0, inside.data(), static_cast<unsigned>(inside.size()))),
             4);
  return all;
}

TEST_CASE(
    "PNG: the orientation of its chunk of EXIF turns it as that of a JPEG does, wherever the chunk is") {
  const auto drawing = photo(6, 4, 3);
  for (unsigned orientation = 0; orientation <= 9; ++orientation) {
    const auto segment = exif(orientation, orientation % 2 == 0);
    const auto extra = chunk("eXIf", Bytes(segment.begin() + 6, segment.end()));
    JpegWish wish;
    wish.app1 = segment;
    const auto like = image_size(jpeg_bytes(drawing, wish), "x");
    Bytes first;
    for (const std::size_t behind_header : {true, false}) {
      auto file = png_bytes(drawing);
      file.insert(behind_header ? file.begin() + 33 : file.end() - 12, extra.begin(), extra.end());
      const auto size = image_size(file, "x");
      CHECK((size.height == like.height && size.width == like.width));
      const auto pixels = pixels_of(file);
      const auto wanted = [&](std::size_t y, std::size_t x) {
        const std::size_t h = 6, w = 4;
        switch (orientation) {
          case 2:
            return drawing.row(y) + 3 * (w - 1 - x);
          case 3:
            return drawing.row(h - 1 - y) + 3 * (w - 1 - x);
          case 4:
            return drawing.row(h - 1 - y) + 3 * x;
          case 5:
            return drawing.row(x) + 3 * y;
          case 6:
            return drawing.row(h - 1 - x) + 3 * y;
          case 7:
            return drawing.row(h - 1 - x) + 3 * (w - 1 - y);
          case 8:
            return drawing.row(x) + 3 * (w - 1 - y);
          default:
            return drawing.row(y) + 3 * x;
        }
      };
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < 24; ++i)
        wrong +=
            std::equal(&pixels[3 * i], &pixels[3 * i] + 3, wanted(i / size.width, i % size.width)) ? 0 : 1;
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("files of other kinds under the name of an image are told by what they are") {
  using namespace std::string_literals;
  const std::pair<std::string, std::string> kinds[] = {
      {"RIFF\x24\0\0\0WEBPVP8 "s, "a WebP image"},
      {"GIF89a"s, "a GIF image"},
      {"BM\x36\0"s, "a BMP image"},
      {"II*\0"s, "a TIFF image"},
      {"MM\0*"s, "a TIFF image"},
      {"\0\0\0\x18"
       "ftypheic"s,
       "a HEIC image"},
      {"\0\0\0\x18"
       "ftypavif"s,
       "an AVIF image"},
      {"\0\0\0\x18"
       "ftypmp42"s,
       "a video"},
      {"\n <!DOCTYPE html><html>"s, "a web page"},
      {"<svg xmlns="s, "an SVG drawing"},
      {"version https://git-lfs.github.com/spec/v1\n"s,
       "a pointer of Git LFS, whose file \"git lfs pull\" fetches"},
      {"%PDF-1.4"s, "a PDF"},
      {"PK\3\4"s, "a zip archive"}};
  for (const auto& [text, what] : kinds) {
    const Bytes bytes(text.begin(), text.end());
    CHECK(error_of([&] { image_size(bytes, "x.jpg"); }) == "x.jpg: " + what + "; JPEG and PNG are read");
  }
  CHECK(error_of([&] { image_size(Bytes(500), "x.jpg"); }) ==
        "x.jpg: has nothing but zeros; fetch the file again");
}

TEST_CASE("broken files are listed with what would be right, but for what everybody would do") {
  const Folder folder;
  const std::string web("RIFF\x24\0\0\0WEBPVP8 ", 16);
  write_text(folder / "a/web.jpg", web);
  auto large = png(4, 4);
  for (const std::size_t at : {16, 20})
    std::fill_n(large.begin() + static_cast<std::ptrdiff_t>(at), 4, 0), large[at + 2] = 0xea,
                                                                                   large[at + 3] = 0x60;
  write_image(folder / "a/large.png", large);
  write_image(folder / "a/none.png", {});
  const ImageList list{.top = folder.path(),
                       .folder = folder.path(),
                       .images = {{"a/large.png"}, {"a/none.png"}, {"a/web.jpg"}},
                       .class_names = {"a"}};
  const Alone alone("datasets");
  CHECK(broken_text(list, inspect_images(list, alone.context).broken) ==
        "\"a/large.png\" (60000 x 60000 pixels; at most 64 megapixels are read), \"a/none.png\" (is empty), "
        "\"a/web.jpg\" (a WebP image; JPEG and PNG are read)");
}

}  // namespace
}  // namespace fovea
