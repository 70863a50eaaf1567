#include "stages/model/torch/network_input.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>

#include <numeric>

#include "stages/train/torch/batch_upload.hpp"
#include "tests/catch.hpp"
#include "tests/stages/data/normalising.hpp"
#include "tests/stages/model/torch/walled_device.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

constexpr std::int64_t input_side = 8;

/// A specification with the size of the images alone.
Specification taking(std::int64_t channels) {
  auto specification = toy::specification();
  specification.channels = channels;
  return specification;
}

Preprocessing statistics(std::int64_t channels) {
  if (channels == 1) return testing::normalising({input_side, input_side, 1}, {0.2860}, {0.3530});
  return testing::normalising({input_side, input_side, 3}, {0.485, 0.456, 0.406}, {0.229, 0.224, 0});
}

Batch batch_of(std::size_t count, std::int64_t channels, float blended) {
  Batch batch;
  batch.images.resize(count * static_cast<std::size_t>(input_side * input_side * channels));
  for (std::size_t i = 0; i < batch.images.size(); ++i)
    batch.images[i] = static_cast<std::uint8_t>(i * 2654435761U >> 24);
  batch.labels.resize(count);
  if (blended != 1) batch.other_labels.resize(count);
  batch.share = batch.blended = blended;
  return batch;
}

}  // namespace

TEST_CASE("network input: bytes become (byte x scale - mean) / std, channels last, whatever their number") {
  for (const std::int64_t channels : {1, 3}) {
    const auto how = statistics(channels);
    NetworkInput input(taking(channels), how, at::kCPU);
    for (const std::size_t count : {5, 1, 9}) {
      const auto batch = batch_of(count, channels, 1);
      const auto images = input(batch.images);
      REQUIRE(images.sizes() ==
              at::IntArrayRef({static_cast<std::int64_t>(count), channels, input_side, input_side}));
      CHECK(images.permute({0, 2, 3, 1}).is_contiguous());
      const auto* const values = images.data_ptr<float>();
      for (std::size_t i = 0; i < batch.images.size(); ++i) {
        const auto c = i % static_cast<std::size_t>(channels);
        const auto spread = how.std[c] > 0 ? how.std[c] : 1;
        CHECK(values[i] == Approx((batch.images[i] / 255.0 - how.mean[c]) / spread).margin(1e-6));
      }
    }
  }
}

TEST_CASE("network input: another device gets bytes, and makes the values of the CPU of them, to the bit") {
  for (const std::int64_t channels : {1, 3}) {
    NetworkInput here(taking(channels), statistics(channels), at::kCPU);
    NetworkInput there(taking(channels), statistics(channels), walled::device());
    const auto batch = batch_of(7, channels, 1);
    const auto before = walled::crossed();
    const auto images = there(batch.images);
    const auto after = walled::crossed();
    CHECK(after.bytes_up - before.bytes_up == batch.images.size());
    CHECK(images.cpu().equal(here(batch.images)));
  }
}

TEST_CASE(
    "network input: images are blended with their partners by shares, the one in the middle with none") {
  NetworkInput input(taking(1), statistics(1), at::kCPU);
  for (const std::size_t count : {1, 2, 5}) {
    const auto batch = batch_of(count, 1, 0.3F);
    const auto plain = input(batch.images).clone();
    const auto blended = input(batch.images, batch.blended);
    for (std::int64_t i = 0; i < plain.size(0); ++i) {
      const auto partner = plain.size(0) - 1 - i;
      CHECK(blended[i].allclose(0.3F * plain[i] + 0.7F * plain[partner], 0, 1e-6));
      if (partner == i) CHECK(blended[i].equal(plain[i]));
    }
  }
}

TEST_CASE("batch upload: blended batches, even, odd or not blended, are those of the CPU to the bit") {
  const auto device = walled::device();
  const auto data = toy::images(10);
  for (const std::int64_t channels : {1, 3}) {
    const AugmentationRecipe recipe{
        .data = data, .policy = {Mixup{.p = 0.5}}, .preprocessing = statistics(channels)};
    NetworkInput here(taking(channels), recipe.preprocessing, at::kCPU);
    BatchUpload there(taking(channels), recipe, {}, 6, device);
    for (const std::size_t count : {6, 5, 1}) {
      for (const float share : {1.0F, 0.37F, 0.0F}) {
        const auto batch = batch_of(count, channels, share);
        there.send(batch, {}, 1, 0);
        const auto images = there.read(static_cast<std::int64_t>(count)).images.cpu();
        CHECK(images.equal(here(batch.images, batch.blended)));
      }
    }
  }
}
