#include "stages/data/formats/image_csv.hpp"
#include "stages/data/formats/image_folder.hpp"
#include "stages/data/load.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/images/image_bytes.hpp"
#include "tests/stages/data/images/image_fixture.hpp"

// Damage in the middle of an image, which its header and its end do not tell.

namespace fovea {
namespace {

using namespace testing;

constexpr std::size_t album_images = 70;  // more than one thread takes at once

/// A file in the middle of which bytes are missing.
Bytes damaged_in_the_middle(Bytes bytes) {
  const auto middle = bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2);
  bytes.erase(middle, middle + 100);
  return bytes;
}

/// A photo of a size of its own for each number, as JPEG, every tenth progressive, or every seventh as PNG.
Bytes album_photo(std::size_t number) {
  JpegWish wish;
  wish.progressive = number % 10 == 0;
  const auto drawing = photo(80 + number, 90, 3);
  return number % 7 == 3 ? png_bytes(drawing) : jpeg_bytes(drawing, wish);
}

std::string album_name(std::size_t number) {
  return (number % 2 == 0 ? "cat/" : "dog/") + std::to_string(100 + number) + ".jpg";
}

/// A folder of photos of which some are damaged, and a table of them.
void write_album(const Folder& folder, const std::vector<std::size_t>& damaged) {
  std::string table = "path,label\n";
  for (std::size_t i = 0; i < album_images; ++i) {
    const bool is_damaged = std::find(damaged.begin(), damaged.end(), i) != damaged.end();
    const auto bytes = album_photo(i);
    write_image(folder / album_name(i), is_damaged ? damaged_in_the_middle(bytes) : bytes);
    table += album_name(i) + (i % 2 == 0 ? ",cat\n" : ",dog\n");
  }
  write_text(folder / "labels.csv", table);
}

Dataset album_loaded(const std::filesystem::path& path, const std::string& on_broken, std::size_t threads,
                     std::vector<std::string>* warnings = nullptr) {
  Alone alone("load");
  alone.context.threads = threads;
  auto data =
      *Load::run(
           {},
           {.path = path, .format = path.extension() == ".csv" ? "csv" : "folder", .on_broken = on_broken},
           alone.context)
           .data;
  if (warnings != nullptr) *warnings = alone.listener.warnings;
  return data;
}

TEST_CASE("damage in the middle of an image is told by its path, from a folder and from a table") {
  const Folder folder;
  write_album(folder, {21, 40, 3});
  const auto jpeg_damage = std::string(" (a damaged JPEG (its pixels ");
  for (const auto& path : {folder.path(), folder / "labels.csv"}) {
    for (const std::size_t threads : {1, 4}) {
      const auto error = error_of([&] { album_loaded(path, "error", threads); });
      INFO(error);
      CHECK(error.starts_with(path.string() + ": 3 of 70 images are broken: "));
      CHECK(error.find("\"cat/140.jpg\"" + jpeg_damage) != std::string::npos);
      CHECK(error.find("\"dog/121.jpg\"" + jpeg_damage) != std::string::npos);
      CHECK(error.find("\"dog/103.jpg\" (a damaged PNG (") != std::string::npos);
      CHECK(error.ends_with("; mend or remove what is broken, or set \"on_broken\": \"skip\""));
    }
  }
}

TEST_CASE("what is damaged is left out with a warning where that is asked for, and the rest stays whole") {
  const Folder folder;
  write_album(folder, {0, 21, 69});
  std::vector<std::string> warnings;
  const auto data = album_loaded(folder / "labels.csv", "skip", 4, &warnings);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("3 of 70 images are broken: \"cat/100.jpg\" (") != std::string::npos);
  CHECK(warnings[0].ends_with("; left out"));
  REQUIRE(data.size() == album_images - 3);
  CHECK(to_vector(data.labels)[0] == 1);
  for (std::size_t k = 0; k < data.size(); ++k) {
    const auto file = data.file(k);
    CHECK(Bytes(file.begin(), file.end()) == album_photo(k < 20 ? k + 1 : k + 2));
  }
}

TEST_CASE("image files come in the same order with the same bytes, whatever the number of threads") {
  const Folder folder;
  write_album(folder, {5});
  const auto one = album_loaded(folder.path(), "skip", 1), many = album_loaded(folder.path(), "skip", 5);
  CHECK(to_vector(one.encoded) == to_vector(many.encoded));
  CHECK(to_vector(one.offsets) == to_vector(many.offsets));
  CHECK(to_vector(one.extents) == to_vector(many.extents));
  CHECK(to_vector(one.labels) == to_vector(many.labels));
}

TEST_CASE("small images that are kept as pixels close up where one of them is damaged") {
  const Folder folder;
  for (std::uint8_t i = 0; i < 50; ++i) {
    auto bytes = png(3, 3, 1, Bytes(9, i));
    if (i == 2) bytes[bytes.size() - 20] ^= 1;
    write_image(folder / ("a/" + std::to_string(100 + i) + ".png"), bytes);
  }
  const auto data = album_loaded(folder.path(), "skip", 3);
  REQUIRE(data.size() == 49);
  for (std::size_t k = 0; k < data.size(); ++k) CHECK(data.image(k)[0] == (k < 2 ? k : k + 1));
}

}  // namespace
}  // namespace fovea
