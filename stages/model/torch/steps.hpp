#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stages/model/torch/layer_pass.hpp"

namespace fovea {

/// A layer of dropout or stochastic depth.
struct Dropped {
  std::uint32_t layer = 0;
  double rate = 0;
  std::int64_t values = 0;  ///< values per image; 1 where images are dropped whole
};

/// What a network computes, step by step.
struct Steps {
  std::vector<Step> all;
  std::vector<Dropped> dropped;  ///< in the order of `Pass::kept`
  std::size_t image = 0;         ///< position of the image among the values
};

/// Returns the steps of a network. The values of the layers `kept` are computed, and no step frees them.
Steps steps_of(const Specification& specification, const NetworkInfo& info,
               const std::vector<std::size_t>& kept = {});

/// Marks the steps that need no gradient and the normalisations that stay, where these weights are frozen:
/// one flag each in the order of the specification, or none at all.
void mark_frozen(Steps& steps, const std::vector<bool>& frozen);

/// Makes normalisations part of the weights of the convolutions before them, for inference: changes those
/// steps, and appends their weights in this type to `weights`.
void fold_norms(Steps& steps, std::vector<at::Tensor>& weights, at::ScalarType type);

}  // namespace fovea
