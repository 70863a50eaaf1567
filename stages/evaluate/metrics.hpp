#pragma once

#include "graph/json.hpp"
#include "stages/evaluate/predictions.hpp"

namespace fovea {

/// Metrics of a classification. Multi-class metrics are those of scikit-learn with `zero_division=0`.
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
  std::int64_t k = 5;                    ///< of the top-k accuracy; 0 where it is not measured
  double top_k_accuracy = 0;             ///< share of samples whose true class is among the k most probable
  double loss = 0;                       ///< mean cross-entropy, nats
  std::vector<Scores> classes;           ///< K
  Scores macro;                          ///< plain mean over classes
  Scores weighted;                       ///< mean over classes weighted by support
  Array<std::int64_t> confusion;         ///< K x K: rows true, columns predicted
  std::vector<std::string> class_names;  ///< K

  /// Returns the number of samples of class `truth` that were predicted as class `predicted`.
  std::int64_t count(std::size_t truth, std::size_t predicted) const {
    return confusion[truth * class_names.size() + predicted];
  }
};

/// Computes the metrics of predictions; k 0 leaves top-k accuracy out. Of equal scores the class with the
/// lower number comes first. Throws `Error` where there are no samples, or where a score is NaN.
Metrics measure(const Predictions& predictions, std::int64_t k);

/// Returns the content of `metrics.json`: a number that is not finite is null, with the reason beside it.
Json to_json(const Metrics& metrics);

/// Returns a CSV of precision, recall, F1 and support by class, then the averages.
std::string classification_report(const Metrics& metrics);

}  // namespace fovea
