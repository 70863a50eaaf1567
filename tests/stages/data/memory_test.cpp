#include "stages/data/batch_stream.hpp"
#include "stages/data/builder.hpp"
#include "tests/catch.hpp"
#include "tests/stages/data/data_fixture.hpp"
#include "tests/stages/data/images/image_bytes.hpp"
#include "tests/stages/data/normalising.hpp"
#include "tests/stages/data/process_memory.hpp"

namespace fovea {
namespace {

using namespace testing;

constexpr std::size_t mebibyte = 1 << 20;

/// More than 20 MB of large photos, as they are read from a store.
Dataset large_photos() {
  JpegWish wish;
  wish.quality = 98;
  const auto file = jpeg_bytes(photo(800, 1000, 3, 60), wish);
  DatasetBuilder builder(64, 64, 3, {"photo"});
  for (std::size_t bytes = 0; bytes < 20 * mebibyte; bytes += file.size()) builder.add_file(file, 0);
  return stored(builder.build());
}

TEST_CASE("encoded images stay in their file: memory does not grow from epoch to epoch, nor with the data") {
  const AugmentationRecipe batches{
      .data = large_photos(),
      .policy = {RandomResizedCrop{}, FlipHorizontal{}},
      .seed = 1,
      .preprocessing = normalising({64, 64, 3}, {0.5, 0.5, 0.5}, {0.3, 0.3, 0.3})};
  const auto before = process_memory("RssAnon");
  std::vector<std::size_t> after;
  for (std::uint32_t epoch = 0; epoch < 5; ++epoch) {
    auto stream = BatchStream::training(batches, epoch, 4, 2);
    while (stream.next() != nullptr) continue;
    after.push_back(process_memory("RssAnon"));
  }
  if (!memory_is_its_own) return skipped("under a sanitizer, which keeps memory of its own");
  CHECK(after[4] < after[1] + 2 * mebibyte);
  CHECK(after[4] < before + 10 * mebibyte);
}

}  // namespace
}  // namespace fovea
