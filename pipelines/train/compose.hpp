#pragma once

#include <optional>

#include "graph/graph.hpp"
#include "pipelines/train/flags.hpp"

namespace fovea {

/// What `fovea train` is asked for.
struct TrainRequest {
  std::string dataset;           ///< a name or a path
  std::string model;             ///< an architecture; "" = what `build_model` begins with
  std::filesystem::path config;  ///< a saved pipeline to begin with; "" = the classification pipeline
  std::vector<TypedFlag> flags;
  std::string image_size;              ///< "" = that of the data
  std::string augment;                 ///< a preset or JSON; "" = what the pipeline says, or else "auto"
  std::vector<std::string> settings;   ///< as `--set` takes them
  std::optional<std::int64_t> seeds;   ///< trains with so many seeds, from the pipeline's upwards
  std::optional<std::int64_t> folds;   ///< trains once for each of so many folds of the data
  bool find_rate = false;              ///< tries rising learning rates in place of training
  bool figures = true;                 ///< stages that only draw
  bool classification_figures = true;  ///< of these, those that draw predictions or metrics
};

/// The pipeline that was asked for.
struct Composed {
  Json definition;
  std::string augmentation;         ///< in words, where it was chosen here
  std::vector<std::string> unused;  ///< what was typed and the search for a rate has no use for
};

/// The pipeline of a classification: load, split, augment, build the model, train, predict, evaluate, and
/// every stage that draws what these give.
Json classification_pipeline(const std::string& name, const Json& load_params, const Registry& registry);

/// Composes a pipeline, or takes it from a file; then changes what was asked for and nothing else. Throws
/// `Error` that begins with the flag or the file.
Composed compose_training(const TrainRequest& request, const Registry& registry);

/// The graph of a composed definition. A wrong value is told of the flag that it came from.
Graph read_training(const Composed& composed, const TrainRequest& request, const Registry& registry);

}  // namespace fovea
