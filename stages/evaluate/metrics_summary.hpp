#pragma once

#include <span>

#include "stages/evaluate/metrics.hpp"
#include "stages/evaluate/spread.hpp"

namespace fovea {

/// Summary of the runs of one setting: the values by run, their mean and its interval.
struct SettingSummary {
  Json setting = Json::object();  ///< the values that tell this setting from the others, by name
  std::vector<Json>
      runs;  ///< by run: the values that tell it from the others, as {"seed": 3}; {} where unknown
  Spread accuracy;
  Spread top_k_accuracy;
  Spread loss;  ///< mean cross-entropy, nats
  Spread macro_f1;
  Spread weighted_f1;
  std::vector<Spread> class_f1;  ///< K
};

/// Summary of several runs, by setting: means are over seeds and folds, never over settings.
struct MetricsSummary {
  static constexpr std::string_view kind = "MetricsSummary";
  static const Codec& codec();

  std::int64_t k = 5;                    ///< of the top-k accuracy; 0 where it is not measured
  std::vector<std::string> class_names;  ///< K
  std::vector<SettingSummary> settings;  ///< at least one, in the order of their first runs

  std::size_t runs() const;
};

/// Summarises the metrics of at least one run. `values` holds the values of settings by run, as {"seed": 1,
/// "train.learning_rate": 0.002}; where it is empty, all runs have one setting. Values named `seed` or
/// `fold`, or ending in `.seed` or `.fold`, tell runs of one setting apart; all others tell settings apart.
/// Throws `Error` where the runs differ in classes, their order or k, or where `values` has another length.
MetricsSummary summarised(std::span<const Value<Metrics>> runs, std::span<const Json> values = {});

/// Returns the content of `summary.json`: an unknown number is null, with the reason beside it.
Json to_json(const MetricsSummary& summary);

/// Returns one line per setting: "learning_rate 0.001  accuracy 0.9312 ± 0.0021  ...  (5 runs; ± is the 95 %
/// interval of the mean)".
std::vector<std::string> in_words(const MetricsSummary& summary);

}  // namespace fovea
