#pragma once

#include "graph/stage.hpp"
#include "stages/data/dataset.hpp"
#include "stages/evaluate/predictions.hpp"
#include "stages/model/model.hpp"

namespace fovea {

/// Computes a model's predictions for every image of a labelled data set; the weights do not change.
struct Predict {
  static constexpr std::string_view name = "predict";
  static constexpr std::string_view doc = "tells how probable a model holds each class, for labelled images";
  static constexpr int version = 2;
  static constexpr std::string_view library = "fovea_torch";

  template <template <class> class As> struct In {
    As<Model> model;
    As<Dataset> data;
    static constexpr auto ports() {
      return std::tuple{field("model", &In::model, "the trained network"),
                        needed("data", &In::data, "images and labels that it has not seen")};
    }
  };

  template <template <class> class As> struct Out {
    As<Predictions> predictions;
    static constexpr auto ports() {
      return std::tuple{exported("predictions", &Out::predictions,
                                 "what the model says of every image, its true class, name and attributes",
                                 "predictions.csv")};
    }
  };

  struct Params {
    std::int64_t batch_size = 256;
    std::string precision = "fp32";
    static auto fields() {
      return std::tuple{
          field("batch_size", &Params::batch_size,
                "images a forward pass; the last digits of sums may depend on it", between(1, 65536)),
          field("precision", &Params::precision,
                "numbers that layers compute in; auto = as train chooses with auto",
                one_of({"fp32", "tf32", "bf16", "fp16", "auto"}))};
    }
  };

  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
