#pragma once

#include <span>

#include "stages/learn/metrics.hpp"
#include "stages/learn/spread.hpp"

namespace fovea {

/// What several runs measured, together: the values by run, their mean and its interval.
struct MetricsSummary {
  static constexpr std::string_view kind = "MetricsSummary";
  static const Codec& codec();

  std::int64_t k = 5;  ///< of the top-k accuracy; 0 where there is none
  Spread accuracy;
  Spread top_k_accuracy;
  Spread loss;  ///< mean cross-entropy, nats
  Spread macro_f1;
  Spread weighted_f1;
  std::vector<Spread> class_f1;          ///< K
  std::vector<std::string> class_names;  ///< K

  std::size_t runs() const { return accuracy.values.size(); }
};

/// Puts the metrics of at least one run together. Throws `Error` where they are not of the same classes in
/// the same order, or not of the same k.
MetricsSummary summarised(std::span<const Value<Metrics>> runs);

/// What `summary.json` says: a number that is not known is null, with the reason beside it.
Json to_json(const MetricsSummary& summary);

/// "accuracy 0.9312 ± 0.0021  ...  (5 runs; ± is the 95 % interval of the mean)": one line for people.
std::string in_words(const MetricsSummary& summary);

}  // namespace fovea
