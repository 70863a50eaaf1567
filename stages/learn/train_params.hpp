#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "graph/params.hpp"

namespace fovea {

/// How weights follow their gradients.
struct OptimizerParams {
  std::string type = "adamw";
  double weight_decay = 1e-4;
  bool decay_norm_and_bias = false;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-8;
  double momentum = 0.9;
  bool nesterov = true;

  static auto fields() {
    using P = OptimizerParams;
    return std::tuple{
        field("type", &P::type, "the update rule", one_of({"adamw", "sgd"})),
        field("weight_decay", &P::weight_decay, "pull towards zero; decoupled for adamw, classic L2 for sgd",
              at_least(0)),
        field("decay_norm_and_bias", &P::decay_norm_and_bias,
              "whether normalisation and biases decay as well"),
        field("beta_1", &P::beta_1, "adamw: memory of the gradient's mean", from_to_below(0, 1)),
        field("beta_2", &P::beta_2, "adamw: memory of the gradient's square", from_to_below(0, 1)),
        field("epsilon", &P::epsilon, "adamw: added to the root of the mean square", above(0)),
        field("momentum", &P::momentum, "sgd: memory of earlier updates", from_to_below(0, 1)),
        field("nesterov", &P::nesterov, "sgd: looks one step ahead along the momentum")};
  }

  /// Refuses a setting that the type has no use for. Throws `Error` that begins with `place`.
  void check(const std::string& place) const;
};

/// Limits on gradients before the optimizer sees them.
struct ClipParams {
  std::optional<double> global_norm = 1.0;
  static auto fields() {
    return std::tuple{field("global_norm", &ClipParams::global_norm,
                            "all gradients are scaled down to this norm together; null = no limit",
                            above(0))};
  }
};

/// What is made small.
struct LossParams {
  double label_smoothing = 0;
  static auto fields() {
    return std::tuple{field("label_smoothing", &LossParams::label_smoothing,
                            "share of the target that is spread over all classes", from_to_below(0, 1))};
  }
};

/// When training ends before its last epoch.
struct EarlyStoppingParams {
  std::optional<std::int64_t> patience = 25;
  double min_delta = 0;
  static auto fields() {
    using P = EarlyStoppingParams;
    return std::tuple{
        field("patience", &P::patience, "epochs without a better one before training ends; null = never",
              at_least(1)),
        field("min_delta", &P::min_delta, "what an epoch must be better by to count", at_least(0))};
  }
};

/// What tells a better epoch from a worse one.
struct MonitorParams {
  std::string metric = "val_accuracy";
  std::string mode = "auto";
  static auto fields() {
    using P = MonitorParams;
    return std::tuple{field("metric", &P::metric, "the measure that chooses the best epoch",
                            one_of({"val_accuracy", "val_loss", "train_accuracy", "train_loss"})),
                      field("mode", &P::mode, "which is better, more or less; auto = by the metric",
                            one_of({"auto", "min", "max"}))};
  }
  bool more_is_better() const { return metric.ends_with("accuracy"); }
  /// Refuses a mode that contradicts the metric. Throws `Error` that begins with `place`.
  void check(const std::string& place) const;
};

/// How often training saves all of its state, so that a killed run goes on from there.
struct CheckpointParams {
  std::int64_t every_epochs = 1;
  double every_minutes = 5;
  std::int64_t keep = 3;
  static auto fields() {
    using P = CheckpointParams;
    return std::tuple{
        tuning("every_epochs", &P::every_epochs, "epochs from one saving to the next", at_least(1)),
        tuning("every_minutes", &P::every_minutes, "minutes after which an epoch is saved in its middle",
               above(0)),
        tuning("keep", &P::keep, "the newest so many are kept", between(1, 1000))};
  }
};

}  // namespace fovea
