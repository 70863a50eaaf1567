// The pipeline of fashion_mnist.json composed in C++: fashion_mnist [FOLDER OF THE DATA]
#include <cstdio>

#include "pipelines/run/run_pipeline.hpp"
#include "stages/all.hpp"

int main(int argc, char** argv) try {
  using namespace fovea;
  Graph g("fashion-mnist");
  const auto load = g.add<Load>({}, {.path = argc > 1 ? argv[1] : "/usr/share/datasets/fashion-mnist",
                                     .class_names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                                     "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}});
  const auto parts = g.add<Split>({.data = load.data}, {.validation = 0.1});
  const auto augment =
      g.add<Augment>({.data = parts.train}, {.policy = {FlipHorizontal{}, Translate{.max = 0.1}}});
  const auto model = g.add<BuildModel>({.data = parts.train}, {.architecture = "simple_cnn"});
  const auto train =
      g.add<Train>({.model = model.model, .batches = augment.batches, .validation = parts.validation},
                   {.epochs = 5, .learning_rate = 0.003});
  const auto said = g.add<Predict>({.model = train.best, .data = parts.test});
  const auto score = g.add<Evaluate>({.predictions = said.predictions});
  g.add<PlotClassBalance>({.train = parts.train, .validation = parts.validation, .test = parts.test});
  g.add<PlotTrainingCurves>({.history = train.history});
  g.add<PlotLrSchedule>({.history = train.history});
  g.add<PlotConfusionMatrix>({.metrics = score.metrics});
  const auto result = run_pipeline(g);
  if (result.run.error) throw *result.run.error;
  std::printf("results in %s\n", result.directory.c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
