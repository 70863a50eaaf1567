#pragma once

#include "stages/learn/predictions.hpp"

namespace fovea {

/// How good predictions are. Multi-class figures are those of scikit-learn with `zero_division=0`.
struct Metrics {
  static constexpr std::string_view kind = "Metrics";
  static const Codec& codec();

  struct Scores {
    double precision = 0;
    double recall = 0;
    double f1 = 0;
    std::int64_t support = 0;
  };
  std::int64_t samples = 0;
  double accuracy = 0;
  std::int64_t k = 5;
  double top_k_accuracy = 0;             ///< the truth is among the k most probable classes
  double loss = 0;                       ///< mean cross-entropy, natural logarithm
  std::vector<Scores> classes;           ///< K
  Scores macro;                          ///< plain mean over classes
  Scores weighted;                       ///< mean over classes weighted by support
  Array<std::int64_t> confusion;         ///< K x K: rows true, columns predicted
  std::vector<std::string> class_names;  ///< K
};

/// Measures predictions. Of equal probabilities the class with the lower number comes first.
Metrics measure(const Predictions& predictions, std::int64_t k);

}  // namespace fovea
