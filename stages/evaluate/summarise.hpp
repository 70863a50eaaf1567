#pragma once

#include "graph/stage.hpp"
#include "stages/evaluate/metrics_summary.hpp"

namespace fovea {

/// Summarises the metrics of several runs by setting: mean, standard deviation, and the 95 % interval of the
/// mean over seeds and folds.
struct Summarise {
  static constexpr std::string_view name = "summarise";
  static constexpr std::string_view doc =
      "puts the metrics of several runs together: mean, standard deviation and the 95 % interval of the mean "
      "over "
      "seeds and folds, apart by setting";
  static constexpr int version = 3;

  template <template <class> class As> struct In {
    As<Many<Metrics>> metrics;
    static constexpr auto ports() {
      return std::tuple{
          told_together("metrics", &In::metrics, "what each run measured, of the same classes")};
    }
  };
  template <template <class> class As> struct Out {
    As<MetricsSummary> summary;
    static constexpr auto ports() {
      return std::tuple{tracked("summary", &Out::summary,
                                "by setting: values, mean and interval of each metric", "summary.json")};
    }
  };
  struct Params {
    std::vector<Json> each;
    static auto fields() {
      return std::tuple{of_each("each", &Params::each, "metrics",
                                "for each of the metrics the values of settings that its run stands for, as "
                                "{\"seed\": 1}; seeds and folds are runs of one setting; none: all are")};
    }
  };
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
