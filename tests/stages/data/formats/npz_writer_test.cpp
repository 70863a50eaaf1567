#include "stages/data/formats/npz_writer.hpp"

#include "stages/data/formats/npz.hpp"
#include "tests/catch.hpp"
#include "tests/runtime/file_bytes.hpp"
#include "tests/stages/data/formats/zip_fixture.hpp"

using namespace fovea;
using namespace fovea::testing;

TEST_CASE("an archive that is written is read again with its shapes and values") {
  const Folder folder;
  std::vector<std::uint8_t> images(2 * 3 * 4 * 3);
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<std::uint8_t>(i);
  NpzWriter archive;
  archive.add("images", {2, 3, 4, 3}, images);
  archive.add("labels", {2}, std::vector<std::uint8_t>{1, 0});
  archive.write(folder / "f.npz");
  Alone alone("load");
  const auto data = read_npz(folder / "f.npz", alone.context);
  CHECK(data.height == 3);
  CHECK(data.width == 4);
  CHECK(data.channels == 3);
  CHECK(std::equal(images.begin(), images.end(), data.pixels.begin(), data.pixels.end()));
  CHECK(data.labels[0] == 1);
  CHECK(data.labels[1] == 0);
}

TEST_CASE("equal arrays give archives of equal bytes") {
  const Folder folder;
  for (const auto* name : {"a.npz", "b.npz"}) {
    NpzWriter archive;
    archive.add("x", {3}, std::vector<float>{1, 2, 3});
    archive.write(folder / name);
  }
  CHECK(bytes_of(folder / "a.npz") == bytes_of(folder / "b.npz"));
}
