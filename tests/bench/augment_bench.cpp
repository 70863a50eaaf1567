#include <benchmark/benchmark.h>

#include "stages/data/ops/policy.hpp"
#include "tests/stages/data/normalising.hpp"

// Images a second on one core: shift, flip, erase and normalise.

namespace fovea {
namespace {

const Policy shift_and_flip{FlipHorizontal{}, Translate{}};

void augment_images(benchmark::State& state, const Policy& policy, ImageSize size) {
  constexpr std::size_t images = 256;
  std::vector<std::uint8_t> pixels(images * size.values());
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 31 + i / 700);
  std::vector<std::uint8_t> bytes(images * size.values());
  std::vector<float> out(images * size.values());
  const std::vector<double> mean(size.channels, 0.3), std(size.channels, 0.35);
  const auto how = testing::normalising(size, mean, std);
  const Augmenter augmenter(policy, how);
  const Normalisation normalise(how);
  std::uint32_t epoch = 0;
  for (auto _ : state) {
    for (std::uint32_t i = 0; i < images; ++i) {
      augmenter.augmented(&pixels[i * size.values()], Random(1, Purpose::augment, epoch, i),
                          &bytes[i * size.values()]);
    }
    normalise(bytes.data(), bytes.size(), out.data());
    ++epoch;
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * images);
}

BENCHMARK_CAPTURE(augment_images, normalise_28x28x1, Policy{}, ImageSize{28, 28, 1});
BENCHMARK_CAPTURE(augment_images, shift_flip_28x28x1, shift_and_flip, ImageSize{28, 28, 1});
BENCHMARK_CAPTURE(augment_images, shift_flip_erase_28x28x1,
                  Policy{FlipHorizontal{}, Translate{}, RandomErasing{}}, ImageSize{28, 28, 1});
BENCHMARK_CAPTURE(augment_images, normalise_32x32x3, Policy{}, ImageSize{32, 32, 3});
BENCHMARK_CAPTURE(augment_images, shift_flip_32x32x3, shift_and_flip, ImageSize{32, 32, 3});
BENCHMARK_CAPTURE(augment_images, crop_flip_32x32x3, Policy{Crop{}, FlipHorizontal{}}, ImageSize{32, 32, 3});
BENCHMARK_CAPTURE(augment_images, rotate_32x32x3, Policy{Rotate{}}, ImageSize{32, 32, 3});
BENCHMARK_CAPTURE(augment_images, trivial_augment_32x32x3, Policy{TrivialAugment{}}, ImageSize{32, 32, 3});
BENCHMARK_CAPTURE(augment_images, trivial_augment_bilinear_32x32x3,
                  Policy{TrivialAugment{.interpolation = "bilinear"}}, ImageSize{32, 32, 3});
BENCHMARK_CAPTURE(augment_images, rand_augment_32x32x3, Policy{RandAugment{}}, ImageSize{32, 32, 3});
BENCHMARK_CAPTURE(augment_images, equalize_32x32x3, Policy{Equalize{.p = 1}}, ImageSize{32, 32, 3});
BENCHMARK_CAPTURE(augment_images, sharpness_32x32x3, Policy{Sharpness{.p = 1}}, ImageSize{32, 32, 3});
BENCHMARK_CAPTURE(augment_images, saturation_32x32x3, Policy{Saturation{.p = 1}}, ImageSize{32, 32, 3});
BENCHMARK_CAPTURE(augment_images, hue_32x32x3, Policy{Hue{.p = 1}}, ImageSize{32, 32, 3});
BENCHMARK_CAPTURE(augment_images, brightness_32x32x3, Policy{Brightness{}}, ImageSize{32, 32, 3});
BENCHMARK_CAPTURE(augment_images, blur_32x32x3, Policy{Blur{.p = 1}}, ImageSize{32, 32, 3});
BENCHMARK_CAPTURE(augment_images, noise_32x32x3, Policy{Noise{.p = 1}}, ImageSize{32, 32, 3});
BENCHMARK_CAPTURE(augment_images, shift_flip_224x224x3, shift_and_flip, ImageSize{224, 224, 3});

}  // namespace
}  // namespace fovea

BENCHMARK_MAIN();
