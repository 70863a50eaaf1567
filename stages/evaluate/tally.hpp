#pragma once

#include <cstdint>
#include <span>

#include "stages/data/batch_stream.hpp"

namespace fovea {

/// Returns whether there are enough classes for top-5 accuracy to mean something.
constexpr bool counts_top_5(std::size_t classes) {
  return classes > 5;
}

/// Running sums over the scored images.
struct Tally {
  double loss = 0;
  std::int64_t samples = 0;
  double hits =
      0;  ///< images whose true class has the highest score; a mixed image counts with the share of its label
  double hits_5 = 0;  ///< images whose true class is among the five highest scores, likewise

  /// Adds a batch: its mean loss, its scores N x K and its true classes. Of equal scores the class with the
  /// lower number comes first.
  void add(double mean_loss, std::span<const float> scores, const Batch& batch);
  double mean_loss() const { return loss / static_cast<double>(samples); }
  double accuracy() const { return hits / static_cast<double>(samples); }
  double top_5() const { return hits_5 / static_cast<double>(samples); }

 private:
  void count(std::span<const float> scores, std::span<const std::int64_t> labels, double share);
};

}  // namespace fovea
