#pragma once

#include <span>

#include "stages/evaluate/metrics.hpp"
#include "stages/evaluate/spread.hpp"

namespace fovea {

/// What the runs of one setting measured, together: the values by run, their mean and its interval.
struct SettingSummary {
  Json setting = Json::object();  ///< the values that these runs share and others do not have, by name
  std::vector<Json> runs;         ///< by run: what tells it from the others, as {"seed": 3}; {} where unknown
  Spread accuracy;
  Spread top_k_accuracy;
  Spread loss;  ///< mean cross-entropy, nats
  Spread macro_f1;
  Spread weighted_f1;
  std::vector<Spread> class_f1;  ///< K
};

/// What several runs measured, apart by setting: a mean is one over seeds and folds, never over settings.
struct MetricsSummary {
  static constexpr std::string_view kind = "MetricsSummary";
  static const Codec& codec();

  std::int64_t k = 5;                    ///< of the top-k accuracy; 0 where that is not counted
  std::vector<std::string> class_names;  ///< K
  std::vector<SettingSummary> settings;  ///< at least one, in the order of their first runs

  std::size_t runs() const;
};

/// Puts the metrics of at least one run together. `values` says by run which values of settings it stands
/// for, as {"seed": 1, "train.learning_rate": 0.002}; where it is empty, all are runs of one setting. What is
/// called `seed` or `fold`, or ends in `.seed` or `.fold`, tells runs of one setting apart; all else tells
/// settings apart. Throws `Error` where the metrics are not of the same classes in the same order, or not of
/// the same k, or where there is not one of `values` for each.
MetricsSummary summarised(std::span<const Value<Metrics>> runs, std::span<const Json> values = {});

/// What `summary.json` says: a number that is not known is null, with the reason beside it.
Json to_json(const MetricsSummary& summary);

/// A line for each setting: "learning_rate 0.001  accuracy 0.9312 ± 0.0021  ...  (5 runs; ± is the 95 %
/// interval of the mean)".
std::vector<std::string> in_words(const MetricsSummary& summary);

}  // namespace fovea
