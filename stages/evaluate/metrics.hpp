#pragma once

#include "graph/json.hpp"
#include "stages/evaluate/predictions.hpp"

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
  std::int64_t k = 5;                    ///< 0 where hits among the k most probable are not counted
  double top_k_accuracy = 0;             ///< the truth is among the k most probable classes
  double loss = 0;                       ///< mean cross-entropy, natural logarithm
  std::vector<Scores> classes;           ///< K
  Scores macro;                          ///< plain mean over classes
  Scores weighted;                       ///< mean over classes weighted by support
  Array<std::int64_t> confusion;         ///< K x K: rows true, columns predicted
  std::vector<std::string> class_names;  ///< K

  /// How many samples of class `truth` were taken for class `predicted`.
  std::int64_t count(std::size_t truth, std::size_t predicted) const {
    return confusion[truth * class_names.size() + predicted];
  }
};

/// Measures predictions; with k 0 the top-k accuracy is left out. Of equal scores the class with the lower
/// number comes first. Throws `Error` where there are no samples, or where a score is not a number.
Metrics measure(const Predictions& predictions, std::int64_t k);

/// What `metrics.json` says: a number that is not finite is null, with the reason beside it.
Json to_json(const Metrics& metrics);

/// Precision, recall, F1 and support by class, then the averages, as CSV.
std::string classification_report(const Metrics& metrics);

}  // namespace fovea
