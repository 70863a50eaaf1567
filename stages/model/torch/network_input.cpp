#include "stages/model/torch/network_input.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>

#include <cassert>

#include "stages/data/ops/mixing_ops.hpp"
#include "stages/model/torch/network.hpp"
#include "stages/model/torch/setup.hpp"

namespace fovea {
namespace {

at::Tensor copied(std::span<const float> values, at::Device device) {
  const auto here = at::from_blob(const_cast<float*>(values.data()),
                                  {static_cast<std::int64_t>(values.size())}, at::kFloat);
  return here.clone().to(device);
}

}  // namespace

NetworkInput::NetworkInput(const Specification& specification, const Preprocessing& how, at::Device device)
    : specification_(specification),
      normalisation_(how),
      image_values_(how.size.values()),
      device_(device),
      factor_(copied(normalisation_.factor(), device)),
      shift_(copied(normalisation_.shift(), device)) {}

at::Tensor NetworkInput::operator()(std::span<const std::uint8_t> images, float own) {
  const bool here = device_ == at::Device(at::kCPU);
  assert(here || own == 1);
  if (!here) {
    const std::vector<std::int64_t> shape{static_cast<std::int64_t>(images.size() / image_values_),
                                          specification_.height, specification_.width,
                                          specification_.channels};
    return normalised(at::from_blob(const_cast<std::uint8_t*>(images.data()), shape, at::kByte).to(device_));
  }
  normalise(images);
  if (own != 1) blend_pairs(own);
  return image_tensor(values_, specification_);
}

void NetworkInput::normalise(std::span<const std::uint8_t> images) {
  values_.resize(images.size());
  on_all_threads(images.size() / image_values_, [&](std::size_t begin, std::size_t end) {
    const auto from = begin * image_values_;
    normalisation_(images.data() + from, (end - begin) * image_values_, values_.data() + from);
  });
}

void NetworkInput::blend_pairs(float own) {
  const auto count = values_.size() / image_values_;
  on_all_threads(count / 2, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i)
      blend(own, image_values_, &values_[i * image_values_], &values_[(count - 1 - i) * image_values_]);
  });
}

at::Tensor NetworkInput::normalised(const at::Tensor& bytes) const {
  // The product is an operation of its own, and so rounded before the sum as on the host.
  return bytes.mul(factor_).add_(shift_).permute({0, 3, 1, 2});
}

void blend_images(const at::Tensor& images, const at::Tensor& own, const at::Tensor& other) {
  const auto of_each = [](const at::Tensor& shares) { return shares.view({-1, 1, 1, 1}); };
  const auto partners = images.flip(0).mul_(of_each(other));
  images.mul_(of_each(own)).add_(partners);
}

}  // namespace fovea
