#include <benchmark/benchmark.h>

#include "runtime/stream.hpp"
#include "stages/data/batch_stream.hpp"
#include "stages/data/builder.hpp"
#include "tests/stages/data/images/image_bytes.hpp"
#include "tests/stages/data/normalising.hpp"

// Images a second of batches made from JPEG files of 500 x 375: decoded in part, resized to 224 x 224,
// mirrored and normalised. Two threads should make at least 1.8 times as many as one, where two processors
// are free.

namespace fovea {
namespace {

constexpr std::size_t images = 2048, batch_size = 64;

AugmentationRecipe album() {
  testing::JpegWish wish;
  wish.quality = 90;
  wish.columns = wish.rows = 2;
  const auto file = jpeg_bytes(testing::photo(375, 500, 3, 24), wish);
  DatasetBuilder builder(224, 224, 3, {"photo"});
  for (std::size_t i = 0; i < images; ++i) builder.add_file(file, 0);
  return {.data = builder.build(),
          .policy = {RandomResizedCrop{}, FlipHorizontal{}},
          .seed = 1,
          .preprocessing = testing::normalising({224, 224, 3}, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225})};
}

void make_batches(benchmark::State& state) {
  const auto batches = album();
  const auto threads = static_cast<std::size_t>(state.range(0));
  const StreamThreads allowed(threads);
  std::uint32_t epoch = 0;
  for (auto _ : state) {
    auto stream = BatchStream::training(batches, epoch++, batch_size, threads);
    while (const auto* batch = stream.next()) benchmark::DoNotOptimize(batch->images.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(images));
}

BENCHMARK(make_batches)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fovea

BENCHMARK_MAIN();
