#pragma once

#include <optional>

#include "graph/graph.hpp"
#include "pipelines/train/flags.hpp"

namespace fovea {

/// The arguments of `fovea train`.
struct TrainRequest {
  std::string dataset;               ///< a name or a path
  std::string model;                 ///< an architecture; "" = the default of `build_model`
  std::filesystem::path pretrained;  ///< a file of weights to begin with; "" = none
  std::filesystem::path fine_tune;   ///< the same, trained as fine-tuning is
  std::filesystem::path config;      ///< a saved pipeline to start from; "" = the classification pipeline
  std::vector<TypedFlag> flags;
  std::string image_size;              ///< "" = the size of the data
  std::string fit;                     ///< how images are brought to that size; "" = as the pipeline says
  std::string augment;                 ///< a preset or JSON; "" = the policy of the pipeline, or else "auto"
  std::vector<std::string> settings;   ///< settings in the form of `--set`
  std::optional<std::int64_t> seeds;   ///< trains with this many seeds, from the pipeline's upwards
  std::optional<std::int64_t> folds;   ///< trains once for each of this many folds of the data
  bool find_rate = false;              ///< runs a learning rate search in place of training
  bool figures = true;                 ///< adds stages that only draw
  bool classification_figures = true;  ///< of these, adds those that draw predictions or metrics
};

/// The composed pipeline.
struct Composed {
  Json definition;
  std::string augmentation;         ///< the augmentation in words, if it was chosen here
  std::vector<std::string> unused;  ///< arguments that the learning rate search ignores
};

/// Returns the pipeline of a classification: load, split, augment, build the model, train, predict, evaluate,
/// and every stage that draws their outputs.
Json classification_pipeline(const std::string& name, const Json& load_params, const Registry& registry);

/// Composes a pipeline, or reads it from a file, and applies the requested changes. Throws `Error` that
/// begins with the flag or the file.
Composed compose_training(const TrainRequest& request, const Registry& registry);

/// Builds the graph of a composed definition. An error about a value names the flag that set it.
Graph read_training(const Composed& composed, const TrainRequest& request, const Registry& registry);

}  // namespace fovea
