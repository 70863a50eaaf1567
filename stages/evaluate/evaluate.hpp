#pragma once

#include "graph/stage.hpp"
#include "stages/evaluate/metrics.hpp"

namespace fovea {

/// Computes metrics from predictions alone, without LibTorch.
struct Evaluate {
  static constexpr std::string_view name = "evaluate";
  static constexpr std::string_view doc = "measures how good predictions are";
  static constexpr int version = 4;

  template <template <class> class As> struct In {
    As<Predictions> predictions;
    static constexpr auto ports() {
      return std::tuple{field("predictions", &In::predictions, "what a model says of labelled images")};
    }
  };

  template <template <class> class As> struct Out {
    As<Metrics> metrics;
    static constexpr auto ports() {
      return std::tuple{
          tracked("metrics", &Out::metrics, "accuracy, loss and scores by class", "metrics.json")};
    }
  };

  struct Params {
    Auto<std::int64_t> top_k{};
    static auto fields() {
      return std::tuple{field(
          "top_k", &Params::top_k,
          "a hit is any of the k most probable; auto = 5 where there are more classes, else there is no "
          "such measure",
          between(1, 1000))};
    }
    /// Returns the k of top-k accuracy; 0 where it is not measured. Throws `Error` where there are fewer
    /// classes.
    std::int64_t k_of(std::size_t classes) const;
  };

  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
