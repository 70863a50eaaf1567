#pragma once

#include "graph/stage.hpp"
#include "stages/data/augmentation_recipe.hpp"
#include "stages/model/model.hpp"
#include "stages/train/extensions.hpp"
#include "stages/train/rate_range.hpp"
#include "stages/train/train_params.hpp"

namespace fovea {

/// Trains a copy of a model for a few steps at rising learning rates, until the loss is four times its lowest
/// value, and suggests a rate (Smith, 2017). The other settings are those of `train`.
struct FindLearningRate {
  static constexpr std::string_view name = "find_learning_rate";
  static constexpr std::string_view doc = "tries rising learning rates and suggests one";
  static constexpr int version = 6;
  static constexpr bool random = true;
  static constexpr std::string_view library = "fovea_torch";

  template <template <class> class As> struct In {
    As<Model> model;
    As<AugmentationRecipe> batches;
    static auto ports() { return training_ports<In>(); }
  };
  template <template <class> class As> struct Out {
    As<RateRange> range;
    static constexpr auto ports() {
      return std::tuple{exported("range", &Out::range, "the loss at each rate", "learning_rate_range.csv")};
    }
  };

  struct Params {
    double from = 1e-6;
    double to = 1;
    std::int64_t steps = 200;
    std::int64_t batch_size = 64;
    OptimizerParams optimizer{};
    ClipParams clip{};
    LossParams loss{};
    std::string precision = "auto";
    bool deterministic = true;

    static auto fields() {
      using P = Params;
      return std::tuple{
          field("from", &P::from, "the first rate", above(0)),
          field("to", &P::to, "the last rate, if the loss does not grow before", above(0)),
          field("steps", &P::steps, "steps from the first rate to the last", between(10, 100000)),
          field("batch_size", &P::batch_size, "images a step", between(1, 65536)),
          field("optimizer", &P::optimizer, "how weights follow their gradients"),
          field("clip", &P::clip, "limits on gradients"),
          field("loss", &P::loss, "what is made small"),
          field("precision", &P::precision, "numbers that layers compute in; auto as in train",
                one_of({"auto", "fp32", "tf32", "bf16", "fp16"})),
          field("deterministic", &P::deterministic, "as in train")};
    }
    /// Refuses settings that contradict each other. Throws `Error` that begins with `place`.
    void check(const std::string& place) const;
  };

  /// Returns the digests of the plugins of the loss and the optimizer.
  static Json code_named(const Params& params) {
    return Extensions::of_training().code_of(
        {"loss " + params.loss.type, "optimizer " + params.optimizer.type});
  }
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
