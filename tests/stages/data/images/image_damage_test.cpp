#include <zlib.h>

#include <random>

#include "graph/error.hpp"
#include "stages/data/images/image_file.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/images/image_bytes.hpp"

// What is damaged, or made to do harm, is refused.

namespace fovea {
namespace {

using namespace testing;
using Damaged = std::vector<std::uint8_t>;

std::string whole_error(const Damaged& file) {
  ImageDecoder decoder;
  return error_of([&] { decoder.whole(file, 3, "cat.x"); });
}

std::string part_error(const Damaged& file) {
  ImageDecoder decoder;
  return error_of([&] { decoder.part(file, 3, {0, 0, 8, 8}, 8, 8, {}, "cat.x"); });
}

std::string size_error(const Damaged& file) {
  return error_of([&] { image_size(file, "cat.x"); });
}

void set_big_endian(Damaged& file, std::size_t at, std::uint32_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) {
    file[at + i] = static_cast<std::uint8_t>(value >> 8 * (bytes - 1 - i));
  }
}

/// A PNG whose header tells another size than it has, and is otherwise in order.
Damaged png_of_size(std::uint32_t width, std::uint32_t height) {
  auto file = png_bytes(photo(8, 8, 1));
  set_big_endian(file, 16, width, 4);
  set_big_endian(file, 20, height, 4);
  set_big_endian(file, 29, static_cast<std::uint32_t>(crc32(0, &file[12], 17)), 4);
  return file;
}

/// Where a JPEG's frame begins: its marker, a length in 2 bytes, a precision in 1, height and width in 2
/// each.
std::size_t frame_of(const Damaged& file) {
  for (std::size_t i = 2; i + 1 < file.size(); i += 2U + file[i + 2] * 256U + file[i + 3]) {
    if (file[i + 1] == 0xc0 || file[i + 1] == 0xc2) return i;
  }
  return 0;
}

Damaged jpeg_of_size(std::uint32_t width, std::uint32_t height) {
  auto file = jpeg_bytes(photo(8, 8, 1));
  const auto frame = frame_of(file);
  set_big_endian(file, frame + 5, height, 2);
  set_big_endian(file, frame + 7, width, 2);
  return file;
}

TEST_CASE("image damage: what is neither JPEG nor PNG is named by how it begins") {
  for (const auto& error : {whole_error, part_error, size_error}) {
    CHECK(error({}) == "cat.x: begins with nothing; JPEG begins with ffd8ff, PNG with 89504e47");
    CHECK(error({'G', 'I', 'F', '8', '9', 'a'}) == "cat.x: a GIF image; JPEG and PNG are read");
  }
}

TEST_CASE("image damage: more than 64 megapixels, and none, are refused by the header") {
  for (const auto& error : {whole_error, part_error, size_error}) {
    CHECK(error(png_of_size(65'500, 65'500)) ==
          "cat.x: 65500 x 65500 pixels; at most 64 megapixels are read");
    CHECK(error(jpeg_of_size(65'500, 65'500)) ==
          "cat.x: 65500 x 65500 pixels; at most 64 megapixels are read");
    CHECK(error(jpeg_of_size(65'535, 1)) == "cat.x: 65535 x 1 pixels; at most 65500 a side are read");
    CHECK(error(png_of_size(8'000'000, 8)) == "cat.x: 8000000 x 8 pixels; at most 65500 a side are read");
    CHECK(error(png_of_size(0, 8)) == "cat.x: a PNG without pixels; it needs at least one");
    CHECK(error(jpeg_of_size(8, 0)) == "cat.x: a JPEG without pixels; it needs at least one");
  }
}

TEST_CASE("image damage: a header that announces more pixels than the bytes can hold is refused at once") {
  for (const auto& error : {whole_error, part_error}) {
    const auto png = png_of_size(8000, 8000), jpeg = jpeg_of_size(8000, 8000);
    CHECK(error(png) ==
          "cat.x: its header announces 8000 x 8000 pixels, which take at least 62015 bytes, but the " +
              ("file has " + std::to_string(png.size())) + "; fetch the file again");
    CHECK(error(jpeg) ==
          "cat.x: its header announces 8000 x 8000 pixels, which take at least 250000 bytes, but the " +
              ("file has " + std::to_string(jpeg.size())) + "; fetch the file again");
  }
}

TEST_CASE("image damage: a file that is cut anywhere is an error, whole or in part") {
  JpegWish progressive;
  progressive.progressive = true;
  const std::vector<Damaged> files{jpeg_bytes(photo(20, 30, 3)), jpeg_bytes(photo(20, 30, 3), progressive),
                                   png_bytes(photo(20, 30, 3))};
  for (const auto& file : files) {
    for (std::size_t size = 3; size < file.size(); ++size) {
      Damaged cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK(whole_error(cut).substr(0, 7) == "cat.x: ");
      CHECK(part_error(cut).substr(0, 7) == "cat.x: ");
      cut.resize(size + 40, 0);
      CHECK(part_error(cut).substr(0, 7) == "cat.x: ");
    }
    const Damaged most(file.begin(), file.end() - 15);
    const std::string format = file[0] == 0xff ? "JPEG" : "PNG";
    CHECK(whole_error(most) == "cat.x: a " + format + " that ends too early; fetch the file again");
    CHECK(part_error(most) == "cat.x: a " + format + " that ends too early; fetch the file again");
  }
}

TEST_CASE("image damage: bytes after the end of an image are no damage") {
  for (auto file : {jpeg_bytes(photo(20, 30, 3)), png_bytes(photo(20, 30, 3))}) {
    file.insert(file.end(), 100, 0);
    CHECK(whole_error(file) == "(nothing was thrown)");
    CHECK(part_error(file) == "(nothing was thrown)");
  }
}

TEST_CASE("image damage: PNG with a wrong checksum is an error, also beside the pixels") {
  auto file = png_bytes(photo(20, 30, 3));
  file[file.size() - 13] ^= 1;
  CHECK(whole_error(file) ==
        "cat.x: a damaged PNG (the checksum of chunk IDAT is wrong); fetch the file again");
  file = png_bytes(photo(20, 30, 3));
  const Damaged note{0, 0, 0, 3, 't', 'E', 'X', 't', 'a', 0, 'b', 1, 2, 3, 4};
  file.insert(file.begin() + 33, note.begin(), note.end());
  CHECK(whole_error(file) ==
        "cat.x: a damaged PNG (the checksum of chunk tEXt is wrong); fetch the file again");
}

TEST_CASE("image damage: what libjpeg only warns of is an error") {
  auto file = jpeg_bytes(photo(64, 64, 1));
  for (std::size_t i = file.size() - 300; i < file.size() - 200; ++i) file[i] = 0x55;
  CHECK(whole_error(file) == "cat.x: a damaged JPEG (its pixels end too early); fetch the file again");
  file = jpeg_bytes(photo(64, 64, 1));
  file.erase(file.end() - 200, file.end() - 2);
  CHECK(whole_error(file) == "cat.x: a damaged JPEG (its pixels end too early); fetch the file again");
}

TEST_CASE("image damage: a kind of JPEG that is not read is no damage") {
  auto file = jpeg_bytes(photo(16, 16, 1));
  file[frame_of(file) + 4] = 12;
  CHECK(whole_error(file) ==
        "cat.x: a JPEG of a kind that is not read (12 bits a value); save it as plain JPEG or as PNG");
  file = jpeg_bytes(photo(16, 16, 1));
  file[frame_of(file) + 1] = 0xc9;
  CHECK(whole_error(file) ==
        "cat.x: a JPEG of a kind that is not read (arithmetic coding); save it as plain JPEG or as PNG");
}

TEST_CASE("image damage: a JPEG of very many scans is refused before they are decoded") {
  JpegWish wish;
  wish.progressive = true;
  auto file = jpeg_bytes(photo(16, 16, 1), wish);
  const Damaged scan{0xff, 0xda, 0, 8, 1, 1, 0, 1, 5, 0, 0};
  Damaged scans;
  for (int i = 0; i < 600; ++i) scans.insert(scans.end(), scan.begin(), scan.end());
  file.insert(file.end() - 2, scans.begin(), scans.end());
  const auto error = whole_error(file);
  CHECK(error.find(" scans, which take too long; save it with fewer") != std::string::npos);
}

TEST_CASE("image damage: tables that a file lacks are not taken from the file before") {
  const auto whole = jpeg_bytes(photo(16, 16, 1));
  auto without = whole;
  const std::size_t steps = 20;  // behind the start and the JFIF segment
  REQUIRE(without[steps + 1] == 0xdb);
  without.erase(without.begin() + steps, without.begin() + steps + 69);
  ImageDecoder decoder;
  decoder.whole(whole, 3, "x");
  CHECK(error_of([&] { decoder.whole(without, 3, "cat.x"); }) == whole_error(without));
  CHECK(whole_error(without).starts_with("cat.x: a damaged JPEG (a table is missing that its pixels need)"));
}

TEST_CASE(
    "image damage: a file with any byte changed gives an error or a picture, and the error has our own "
    "words") {
  JpegWish turned;
  turned.progressive = true;
  turned.columns = turned.rows = 2;
  turned.app1 = exif(7);
  const std::vector<Damaged> files{jpeg_bytes(photo(20, 30, 3)), jpeg_bytes(photo(40, 35, 3), turned),
                                   jpeg_bytes(photo(20, 30, 4)), png_bytes(photo(10, 15, 3)),
                                   png_bytes(photo(10, 15, 4), true)};
  ImageDecoder decoder;
  Resampler resample;
  std::vector<std::uint8_t> out(6 * 6 * 3);
  std::mt19937 draw(3);
  int pictures = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    auto file = files[static_cast<std::size_t>(trial) % files.size()];
    file[draw() % file.size()] = static_cast<std::uint8_t>(draw());
    try {
      const auto size = image_size(file, "x");
      decoder.whole(file, 3, "x");
      const auto high = static_cast<double>(size.height), wide = static_cast<double>(size.width);
      const auto picture = decoder.part(file, 3, {wide / 4, high / 4, wide / 2, high / 2}, 6, 6, {}, "x");
      resample(picture.pixels.data(), picture.size, picture.part, 6, 6, out.data());
      ++pictures;
    } catch (const Error& error) {
      CHECK(std::string(error.what()).substr(0, 3) == "x: ");
      INFO(error.what());
      CHECK(std::string(error.what()).find(" says: ") == std::string::npos);
    }
  }
  CHECK(pictures > 0);
}

TEST_CASE("image damage: after an error the next file is read as if nothing had been") {
  const auto drawing = photo(20, 30, 3);
  const auto jpeg = jpeg_bytes(drawing), png = png_bytes(drawing);
  ImageDecoder decoder;
  const auto first = decoder.whole(jpeg, 3, "x").pixels;
  const Damaged expected(first.begin(), first.end());
  for (const auto& file : {jpeg, png}) {
    for (std::size_t cut = 3; cut < file.size(); cut += 37) {
      CHECK(error_of([&] { decoder.whole({file.data(), cut}, 3, "x"); }) != "(nothing was thrown)");
      const auto next = decoder.whole(jpeg, 3, "x").pixels;
      CHECK(Damaged(next.begin(), next.end()) == expected);
    }
  }
}

}  // namespace
}  // namespace fovea
