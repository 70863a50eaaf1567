#pragma once

#include "stages/data/dataset.hpp"
#include "stages/data/policy.hpp"

namespace fovea {

/// The recipe of training batches: which data, how augmented, how normalised. `BatchStream` carries it out.
struct Batches {
  static constexpr std::string_view kind = "Batches";
  static const Codec& codec();

  Value<Dataset> data;
  Policy policy;
  std::uint64_t seed = 0;         ///< of shuffling and augmentation
  std::vector<double> mean;       ///< per channel, subtracted from values scaled to 0 .. 1
  std::vector<double> deviation;  ///< per channel, divided by
};

}  // namespace fovea
