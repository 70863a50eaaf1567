#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <vector>

#include "stages/data/ops/normalisation.hpp"
#include "stages/model/specification.hpp"

namespace fovea {

/// Makes the bytes of images the input of a network: on the CPU the host's threads normalise them, on another
/// device they are uploaded as bytes and normalised there, to the same values.
class NetworkInput {
 public:
  NetworkInput(const Specification& specification, const Preprocessing& how, at::Device device);

  /// Returns images (N x H x W x C bytes) as N x C x H x W in fp32, channels last, on the device; on the CPU
  /// they are valid until the next call. `own` is the share of an image's own values; the rest is that of the
  /// image at the same place from the end. It must be 1 on another device than the CPU.
  at::Tensor operator()(std::span<const std::uint8_t> images, float own = 1);

  /// Returns bytes of the device, N x H x W x C, as N x C x H x W in fp32, channels last.
  at::Tensor normalised(const at::Tensor& bytes) const;

 private:
  void normalise(std::span<const std::uint8_t> images);
  void blend_pairs(float own);

  const Specification specification_;
  const Normalisation normalisation_;
  const std::size_t image_values_;
  const at::Device device_;
  at::Tensor factor_, shift_;  ///< of the channels, on the device
  std::vector<float> values_;  ///< of the last images, on the CPU
};

/// Blends images N x C x H x W, in place, with those at the same place from the end; `own` (N) is the share
/// of each image, `other` (N) that of its partner. The values are those of `blend` on the host.
void blend_images(const at::Tensor& images, const at::Tensor& own, const at::Tensor& other);

}  // namespace fovea
