#pragma once

#include "graph/stage.hpp"
#include "stages/learn/metrics_summary.hpp"

namespace fovea {

/// Puts the metrics of several runs together, as of seeds or folds: mean, deviation, and the 95 % interval of
/// the mean.
struct Summarise {
  static constexpr std::string_view name = "summarise";
  static constexpr std::string_view doc =
      "puts the metrics of several runs together: mean, deviation and the 95 % interval of the mean";
  static constexpr int version = 2;

  template <template <class> class As>
  struct In {
    As<Many<Metrics>> metrics;
    static constexpr auto ports() {
      return std::tuple{field("metrics", &In::metrics, "what each run measured, of the same classes")};
    }
  };
  template <template <class> class As>
  struct Out {
    As<MetricsSummary> summary;
    static constexpr auto ports() {
      return std::tuple{
          exported("summary", &Out::summary, "values, mean and interval of each metric", "summary.json")};
    }
  };
  struct Params {
    static auto fields() { return std::tuple{}; }
  };
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
