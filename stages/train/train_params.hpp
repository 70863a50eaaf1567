#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "graph/params.hpp"

namespace fovea {

/// A group of parameters, by a pattern of names, with a learning rate or weight decay of its own.
struct ParameterGroup {
  std::string names;
  double rate = 1;
  std::optional<double> weight_decay{};
  friend bool operator==(const ParameterGroup&, const ParameterGroup&) = default;

  static auto fields() {
    using P = ParameterGroup;
    return std::tuple{
        field("names", &P::names, "a pattern of parameter names, as \"layer1.*\" or \"*.bias\""),
        field("rate", &P::rate, "what the learning rate is multiplied by; 0 = not trained", at_least(0)),
        field("weight_decay", &P::weight_decay, "their own decay; null = that of the others", at_least(0))};
  }
};

/// Settings of the optimizer.
struct OptimizerParams {
  std::string type = "adamw";
  double weight_decay = 1e-4;
  bool decay_norm_and_bias = false;
  double beta_1 = 0.9;
  Auto<double> beta_2{};
  Auto<double> epsilon{};
  Auto<double> momentum{};
  bool nesterov = true;
  double rho = 0.9;
  bool centered = false;
  bool amsgrad = false;
  double layer_decay = 1;
  std::vector<ParameterGroup> parameter_groups{};

  static auto fields() {
    using P = OptimizerParams;
    return std::tuple{
        field("type", &P::type, "the update rule", types()),
        field("weight_decay", &P::weight_decay,
              "pull towards zero; decoupled for adamw, lion, lamb and muon, classic L2 for the others",
              at_least(0)),
        field("decay_norm_and_bias", &P::decay_norm_and_bias,
              "whether normalisation and biases decay as well"),
        field("beta_1", &P::beta_1, "adamw, adam, lion, lamb, muon: memory of the gradient's mean",
              from_to_below(0, 1)),
        field(
            "beta_2", &P::beta_2,
            "adamw, adam, lamb, muon: memory of the gradient's square; lion: of its mean; auto = 0.999, and "
            "0.99 with lion",
            from_to_below(0, 1)),
        field("epsilon", &P::epsilon,
              "keeps divisors from zero; auto = 1e-8, with adadelta and lamb 1e-6, with adagrad 1e-10",
              above(0)),
        field("momentum", &P::momentum,
              "sgd, rmsprop, muon: memory of earlier updates; auto = 0.9, with rmsprop 0, with muon 0.95",
              from_to_below(0, 1)),
        field("nesterov", &P::nesterov, "sgd, muon: looks one step ahead along the momentum"),
        field("rho", &P::rho, "rmsprop, adadelta: memory of the gradient's square", from_to_below(0, 1)),
        field("centered", &P::centered, "rmsprop: by the variance in place of the square"),
        field("amsgrad", &P::amsgrad, "adamw, adam: by the largest square that there was"),
        field("layer_decay", &P::layer_decay,
              "the rate of each block of layers as a share of the next block's; 1 = all alike",
              Range{0, 1, false, true}),
        field("parameter_groups", &P::parameter_groups,
              "parameters with a rate or decay of their own; the first pattern that fits counts")};
  }

  /// Returns the names of update rules, with those that were added to `Extensions`.
  static OneOf types();
  /// The values of `beta_2`, `epsilon` and `momentum`, with "auto" resolved for this type.
  double second_beta() const { return beta_2.or_else(type == "lion" ? 0.99 : 0.999); }
  double kept_from_zero() const;
  double moved_on() const;
  /// Refuses settings that the type does not use. Throws `Error` that begins with `place`.
  void check(const std::string& place) const;
};

/// Weights that training leaves as they are, for its first epochs or always. Their gradients are not
/// computed, nor is the backward pass before the first layer that learns. A normalisation whose parameters
/// are all frozen neither moves its running statistics nor normalises by the batch.
struct FreezeParams {
  std::vector<std::string> layers{};
  std::optional<std::int64_t> epochs{};
  double rate_after = 1;
  static auto fields() {
    using P = FreezeParams;
    return std::tuple{
        field("layers", &P::layers,
              "what does not learn: patterns of layers or parameters, as \"layer1\", \"layer1.*\" or "
              "\"*.bias\", or \"body\": all but the last layer with weights; [] = nothing"),
        field(
            "epochs", &P::epochs,
            "epochs for which it does not learn; then the optimizer begins anew with all; null or 0 = always",
            at_least(0)),
        field("rate_after", &P::rate_after, "what learning rates are multiplied by after these epochs",
              above(0))};
  }
  /// Returns whether there are frozen weights in an epoch, counted from 0.
  bool holds_in(std::int64_t epoch) const {
    return !layers.empty() && (ends_after() == 0 || epoch < ends_after());
  }
  /// Returns whether all weights learn from the begin of this epoch on, but not before.
  bool ends_before(std::int64_t epoch) const { return !layers.empty() && epoch > 0 && epoch == ends_after(); }
  /// Returns the factor of the learning rate in an epoch.
  double rate_in(std::int64_t epoch) const { return layers.empty() || holds_in(epoch) ? 1 : rate_after; }
  /// Refuses settings that have no use. Throws `Error` that begins with `place`.
  void check(const std::string& place) const;

 private:
  std::int64_t ends_after() const { return epochs.value_or(0); }
};

/// Gradient clipping, in this order: by value, by the norm of each tensor, by the global norm.
struct ClipParams {
  std::optional<double> value{};
  std::optional<double> local_norm{};
  std::optional<double> global_norm = 1.0;
  static auto fields() {
    using P = ClipParams;
    return std::tuple{
        field("value", &P::value, "no number of a gradient is further from zero; null = no limit", above(0)),
        field("local_norm", &P::local_norm,
              "the gradient of each tensor is scaled down to this norm by itself; null = no limit", above(0)),
        field("global_norm", &P::global_norm,
              "all gradients are scaled down to this norm together; null = no limit", above(0))};
  }
};

/// The weights of classes in the loss: "none", "balanced", or a number for each class.
struct ClassWeights {
  std::string rule = "none";
  std::vector<double> values{};  ///< where `rule` is ""
  /// Throws `Error` where the number of values is not the number of classes.
  void expect_fits(std::size_t classes) const;
  friend bool operator==(const ClassWeights&, const ClassWeights&) = default;
};

template <> struct Conversion<ClassWeights> {
  static constexpr std::string_view kind = "\"none\", \"balanced\", or a list of numbers";
  static ClassWeights read(const Json& json, const std::string& place);
  static Json write(const ClassWeights& weights, Keep keep);
  static Json schema();
};

/// The loss function that training minimises.
struct LossParams {
  std::string type = "cross_entropy";
  double label_smoothing = 0;
  ClassWeights class_weights{};
  double gamma = 2;
  static auto fields() {
    using P = LossParams;
    return std::tuple{
        field(
            "type", &P::type,
            "what is made small: cross_entropy, focal or bce; in focal, images that are right already count "
            "less; bce is one yes or no for each class",
            types()),
        field("label_smoothing", &P::label_smoothing, "share of the target that is spread over all classes",
              from_to_below(0, 1)),
        field("class_weights", &P::class_weights,
              "what each class weighs: \"none\", \"balanced\" (by how rare it is), or a number for each"),
        field("gamma", &P::gamma, "focal: how much less", at_least(0))};
  }
  /// Returns the names of losses, with those that were added to `Extensions`.
  static OneOf types();
  /// Refuses settings that the type does not use. Throws `Error` that begins with `place`.
  void check(const std::string& place) const;
  /// Returns the label of an axis: "focal loss with gamma 2.0", "cross-entropy, nats".
  std::string in_words() const;
};

/// Settings of early stopping.
struct EarlyStoppingParams {
  std::optional<std::int64_t> patience = 25;
  double min_delta = 0;
  static auto fields() {
    using P = EarlyStoppingParams;
    return std::tuple{
        field("patience", &P::patience, "epochs without a better one before the end; null = never",
              at_least(1)),
        field("min_delta", &P::min_delta, "what an epoch must be better by to count", at_least(0))};
  }
};

/// The metric that chooses the best epoch.
struct MonitorParams {
  std::string metric = "val_accuracy";
  std::string mode = "auto";
  static auto fields() {
    using P = MonitorParams;
    return std::tuple{field("metric", &P::metric, "the measure that chooses the best epoch",
                            one_of({"val_accuracy", "val_loss", "val_top_5", "train_accuracy", "train_loss",
                                    "train_top_5"})),
                      field("mode", &P::mode, "which is better, more or less; auto = by the metric",
                            one_of({"auto", "min", "max"}))};
  }
  bool more_is_better() const { return !metric.ends_with("loss"); }
  /// Refuses a mode that contradicts the metric. Throws `Error` that begins with `place`.
  void check(const std::string& place) const;
};

/// Settings of the figures and histograms that are made during training.
struct VisualizeParams {
  std::int64_t every_epochs = 10;
  bool weight_histograms = false;
  static auto fields() {
    return std::tuple{
        tuning("every_epochs", &VisualizeParams::every_epochs,
               "epochs from one drawing of the curves to the next, beside training; they lie in "
               "<name>_<time>.running until the run directory is there; 0 = never",
               at_least(0)),
        tuning("weight_histograms", &VisualizeParams::weight_histograms,
               "tells how the numbers of each weight are spread after each epoch, for --tensorboard and "
               "--json")};
  }
};

/// How often a checkpoint with the whole state of training is saved.
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

/// The inputs `model` and `batches`, with which every training begins.
template <class In> auto training_ports() {
  return std::tuple{field("model", &In::model, "the network to begin with"),
                    field("batches", &In::batches, "the images to learn from, as batches")};
}

}  // namespace fovea
