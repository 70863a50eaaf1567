#include <benchmark/benchmark.h>

#include <cstring>
#include <fstream>

#include "runtime/random.hpp"
#include "stages/data/augmentation_recipe.hpp"
#include "stages/data/builder.hpp"
#include "stages/data/images/image_file.hpp"
#include "stages/data/viewer.hpp"
#include "tests/stages/data/images/image_bytes.hpp"
#include "tests/stages/data/normalising.hpp"

// Images a second on one core: a photo of 500 x 375 decoded whole, and a random part of it decoded and
// resized to 224 x 224. The second should be at least 90 % of the first. `--write_photo=PATH` writes the
// photo instead.

namespace fovea {
namespace {

constexpr std::size_t height = 375, width = 500, side = 224;

std::vector<std::uint8_t> photo_file(int quality, int colour_step, bool progressive) {
  testing::JpegWish wish;
  wish.quality = quality;
  wish.columns = wish.rows = colour_step;
  wish.progressive = progressive;
  return jpeg_bytes(testing::photo(height, width, 3, 24), wish);
}

/// A part of 8 to 100 % of the area, 3/4 to 4/3 as wide as it is high.
Region random_part(Random& random) {
  while (true) {
    const double area = height * width * random.uniform(0.08F, 1);
    const double shape = std::exp(random.uniform(-0.2877F, 0.2877F));
    const double wide = std::round(std::sqrt(area * shape)), high = std::round(std::sqrt(area / shape));
    if (wide > width || high > height) continue;
    return {std::floor(random.uniform() * (width - wide)), std::floor(random.uniform() * (height - high)),
            wide, high};
  }
}

void decode_whole(benchmark::State& state, int colour_step, bool progressive) {
  const auto file = photo_file(90, colour_step, progressive);
  ImageDecoder decoder;
  for (auto _ : state) benchmark::DoNotOptimize(decoder.whole(file, 3, "photo").pixels.data());
  state.SetItemsProcessed(state.iterations());
  state.counters["file_KB"] = static_cast<double>(file.size()) / 1000;
}

void decode_part_and_resize(benchmark::State& state, int colour_step, bool progressive) {
  const auto file = photo_file(90, colour_step, progressive);
  ImageDecoder decoder;
  Resampler resample;
  std::vector<std::uint8_t> out(side * side * 3);
  Random random(1, Purpose::augment);
  for (auto _ : state) {
    const auto picture = decoder.part(file, 3, random_part(random), side, side, {}, "photo");
    resample(picture.pixels.data(), picture.size, picture.part, side, side, out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}

void decode_crop_flip_224(benchmark::State& state, int colour_step, bool progressive) {
  DatasetBuilder builder(side, side, 3, {"photo"});
  builder.add_file(photo_file(90, colour_step, progressive), 0);
  const AugmentationRecipe batches{
      .data = builder.build(),
      .policy = {RandomResizedCrop{}, FlipHorizontal{}},
      .seed = 1,
      .preprocessing = testing::normalising({side, side, 3}, {0.3, 0.3, 0.3}, {0.35, 0.35, 0.35})};
  const auto maker = augmenter(batches);
  const Normalisation normalise(batches.preprocessing);
  Viewer viewer;
  std::vector<std::uint8_t> bytes(side * side * 3);
  std::vector<float> out(bytes.size());
  std::uint32_t epoch = 0;
  for (auto _ : state) {
    const auto drawn = maker.draw(augment_random(batches, epoch++, 0), size_taken(*batches.data, 0));
    maker.carry_out(drawn, viewer.placed(*batches.data, 0, batches.preprocessing, *drawn.crop), bytes.data());
    normalise(bytes.data(), bytes.size(), out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}

void check_only(benchmark::State& state, int colour_step, bool progressive) {
  const auto file = photo_file(90, colour_step, progressive);
  ImageDecoder decoder;
  for (auto _ : state) benchmark::DoNotOptimize(decoder.check(file, "photo").height);
  state.SetItemsProcessed(state.iterations());
}

void resize(benchmark::State& state) {
  const auto drawing = testing::photo(height, width, 3);
  Resampler resample;
  std::vector<std::uint8_t> out(side * side * 3);
  Random random(1, Purpose::augment);
  for (auto _ : state) {
    resample(drawing.pixels.data(), {height, width, 3}, random_part(random), side, side, out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(decode_whole, half_colour, 2, false);
BENCHMARK_CAPTURE(decode_part_and_resize, half_colour, 2, false);
BENCHMARK_CAPTURE(decode_whole, full_colour, 1, false);
BENCHMARK_CAPTURE(decode_part_and_resize, full_colour, 1, false);
BENCHMARK_CAPTURE(decode_whole, progressive, 2, true);
BENCHMARK_CAPTURE(decode_part_and_resize, progressive, 2, true);
BENCHMARK_CAPTURE(decode_crop_flip_224, half_colour, 2, false);
BENCHMARK_CAPTURE(check_only, half_colour, 2, false);
BENCHMARK_CAPTURE(check_only, progressive, 2, true);
BENCHMARK(resize);

void write_photo(const char* path) {
  const auto file = photo_file(90, 2, false);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
}

}  // namespace
}  // namespace fovea

int main(int count, char** words) {
  constexpr const char* option = "--write_photo=";
  if (count == 2 && std::strncmp(words[1], option, std::strlen(option)) == 0) {
    fovea::write_photo(words[1] + std::strlen(option));
    return 0;
  }
  benchmark::Initialize(&count, words);
  benchmark::RunSpecifiedBenchmarks();
}
