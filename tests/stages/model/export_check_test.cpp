#include "runtime/text_file.hpp"
#include "stages/data/formats/npy.hpp"
#include "stages/data/formats/zip.hpp"
#include "stages/model/export_onnx.hpp"
#include "tests/catch.hpp"
#include "tests/folder.hpp"

using namespace fovea;

namespace {

/// An array of an archive: its header, and its values as bytes.
struct StoredArray {
  NpyHeader header;
  std::vector<std::uint8_t> bytes;

  StoredArray(const std::filesystem::path& file, const std::string& name) {
    const ZipFile archive(file);
    for (const auto& entry : archive.entries()) {
      if (entry.name != name + ".npy") continue;
      std::vector<std::uint8_t> all(entry.size);
      ZipStream stream(archive, entry);
      stream.read(all);
      stream.finish();
      const std::size_t length = all[8] | all[9] << 8;
      header = parse_npy_header({reinterpret_cast<const char*>(all.data()) + 10, length}, name);
      bytes.assign(all.begin() + 10 + static_cast<std::ptrdiff_t>(length), all.end());
    }
  }
};

Specification gray(std::int64_t height, std::int64_t width, std::int64_t channels) {
  return {.name = "none", .height = height, .width = width, .channels = channels, .classes = 2, .layers = {}};
}

}  // namespace

TEST_CASE("export check: images are the same at every call, and differ") {
  const auto pixels = check_pixels(gray(5, 7, 3), 8);
  CHECK(pixels == check_pixels(gray(5, 7, 3), 8));
  REQUIRE(pixels.size() == 8 * 5 * 7 * 3);
  CHECK_FALSE(std::equal(pixels.begin(), pixels.begin() + 5 * 7 * 3, pixels.begin() + 5 * 7 * 3));
}

TEST_CASE("export check: the archive has pixels in the order of the export, logits and their softmax") {
  const Folder folder;
  const std::vector<std::uint8_t> pixels{1, 2, 3, 4, 5, 6};  // 1 x 1 x 2 x 3
  write_file(folder / "f.npz",
             export_check(gray(1, 2, 3), pixels, std::vector<float>{0, 0}, {.channels_last = false}));
  const StoredArray first(folder / "f.npz", "pixels");
  CHECK(first.header.type() == "uint8");
  CHECK(first.header.shape == std::vector<std::size_t>{1, 3, 1, 2});
  CHECK(first.bytes == std::vector<std::uint8_t>{1, 4, 2, 5, 3, 6});
  const StoredArray shares(folder / "f.npz", "probabilities");
  CHECK(shares.header.type() == "float32");
  CHECK(shares.header.shape == std::vector<std::size_t>{1, 2});
  CHECK(shares.bytes == std::vector<std::uint8_t>{0, 0, 0, 63, 0, 0, 0, 63});  // 0.5, 0.5
}
