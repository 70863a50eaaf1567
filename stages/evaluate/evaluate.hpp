#pragma once

#include "graph/stage.hpp"
#include "stages/data/dataset.hpp"
#include "stages/evaluate/metrics.hpp"
#include "stages/model/model.hpp"

namespace fovea {

/// Scores a model on a labelled data set, without touching its weights. Each probability is a softmax over
/// the classes.
struct Evaluate {
  static constexpr std::string_view name = "evaluate";
  static constexpr std::string_view doc = "scores a model on labelled images";
  static constexpr int version = 3;
  static constexpr std::string_view library = "fovea_torch";

  template <template <class> class As>
  struct In {
    As<Model> model;
    As<Dataset> data;
    static constexpr auto ports() {
      return std::tuple{field("model", &In::model, "the trained network"),
                        needed("data", &In::data, "images and labels that it has not seen")};
    }
  };

  template <template <class> class As>
  struct Out {
    As<Predictions> predictions;
    As<Metrics> metrics;
    static constexpr auto ports() {
      return std::tuple{
          exported("predictions", &Out::predictions, "probabilities and true class of every image",
                   "predictions.csv"),
          exported("metrics", &Out::metrics, "accuracy, loss and scores by class", "metrics.json")};
    }
  };

  struct Params {
    std::int64_t batch_size = 256;
    Auto<std::int64_t> top_k{};
    std::string precision = "fp32";
    static auto fields() {
      return std::tuple{
          field("batch_size", &Params::batch_size,
                "images a forward pass; the last digits of sums may depend on it", between(1, 65536)),
          field(
              "top_k", &Params::top_k,
              "a hit is any of the k most probable; auto = 5 where there are more classes, else there is no "
              "such measure",
              between(1, 1000)),
          field("precision", &Params::precision,
                "numbers that layers compute in; auto = as train chooses with auto",
                one_of({"fp32", "bf16", "fp16", "auto"}))};
    }
    /// Among how many of the most probable classes a hit counts; 0 where that is not measured. Throws `Error`
    /// where there are fewer classes.
    std::int64_t k_of(std::size_t classes) const;
  };

  static void check_input(const Dataset& data, const Params& params);

  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
