#pragma once

#include <algorithm>
#include <cstring>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include "runtime/context.hpp"
#include "runtime/random.hpp"
#include "stages/data/augmentation_recipe.hpp"
#include "stages/evaluate/predict.hpp"
#include "stages/train/find_learning_rate.hpp"
#include "stages/train/train.hpp"

namespace fovea::toy {

/// Keeps what a stage tells.
struct Heard : Report {
  std::vector<Event> events;
  std::size_t progressed = 0;
  void event(const Event& one) override { events.push_back(one); }
  void progress(const std::string&, std::size_t, std::size_t, const std::string&) override { ++progressed; }
  std::vector<Event> named(const std::string& name) const {
    std::vector<Event> found;
    std::copy_if(events.begin(), events.end(), std::back_inserter(found),
                 [&](const Event& one) { return one.name == name; });
    return found;
  }
};

inline Context context(Heard& heard, std::size_t threads = 1, std::uint64_t seed = 3) {
  Context context;
  context.stage = "train";
  context.report = &heard;
  context.threads = threads;
  context.seed = seed;
  return context;
}

/// Gray images of 8 x 8 pixels with noise: of class k, row 2 k + 1 is bright.
inline Dataset images(std::size_t count, std::uint64_t seed = 1, std::size_t classes = 3) {
  Dataset data;
  data.height = data.width = 8;
  data.channels = 1;
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint32_t> index(count);
  std::vector<std::int32_t> labels;
  Random random(seed, Purpose::synthesise);
  for (std::size_t i = 0; i < count; ++i) {
    labels.push_back(static_cast<std::int32_t>(i % classes));
    for (std::size_t p = 0; p < 64; ++p) {
      const bool bright = p / 8 == 2 * (i % classes) + 1;
      pixels.push_back(static_cast<std::uint8_t>(random.below(160) + (bright ? 80 : 0)));
    }
  }
  std::iota(index.begin(), index.end(), 0U);
  data.pixels = std::move(pixels);
  data.index = std::move(index);
  data.labels = std::move(labels);
  data.parts = std::vector<std::uint8_t>(count, 0);
  for (std::size_t k = 0; k < classes; ++k) data.class_names.push_back("row " + std::to_string(2 * k + 1));
  measure_statistics(data);
  return data;
}

inline AugmentationRecipe batches(const Dataset& data, std::uint64_t seed = 5) {
  return {.data = data, .policy = {}, .seed = seed, .preprocessing = own_preprocessing(data)};
}

/// Two convolutions, with each kind of layer that learning treats in its own way.
inline Specification specification(std::int64_t classes = 3) {
  const auto conv = [](std::int64_t channels) {
    return Conv{.channels = channels, .kernel = 3, .stride = 1, .padding = 1, .groups = 1, .bias = true};
  };
  return {"toy",
          8,
          8,
          1,
          classes,
          {{"conv1", conv(4), {}},
           {"relu1", Relu{}, {}},
           {"pool1", MaxPool{}, {}},
           {"conv2", conv(8), {}},
           {"bn2", BatchNorm{}, {}},
           {"relu2", Relu{}, {}},
           {"pool2", MaxPool{}, {}},
           {"flatten", Flatten{}, {}},
           {"drop", Dropout{0.1}, {}},
           {"fc", Linear{classes}, {}}}};
}

/// A specification with weights drawn between -0.3 and 0.3, variances and counters being what they begin
/// with.
inline Model model(const Specification& specification, const Dataset& data) {
  Model model{specification, {}, data.class_names, own_preprocessing(data)};
  Random random(9, Purpose::initialise);
  for (const auto& weight : infer(specification).weights()) {
    std::vector<float> values(static_cast<std::size_t>(weight.count()));
    const bool one = weight.name.ends_with("running_var");
    for (auto& value : values) {
      value = weight.role == WeightRole::buffer ? (one ? 1.0F : 0.0F) : random.uniform(-0.3F, 0.3F);
    }
    model.weights.push_back(
        {weight.name, Shape(weight.shape.begin(), weight.shape.end()), std::move(values)});
  }
  return model;
}

inline bool same_bytes(const Model& a, const Model& b) {
  if (a.weights.size() != b.weights.size()) return false;
  for (std::size_t i = 0; i < a.weights.size(); ++i) {
    const auto &left = a.weights[i].values, &right = b.weights[i].values;
    if (left.size() != right.size() ||
        std::memcmp(left.data(), right.data(), left.size() * sizeof(float)) != 0) {
      return false;
    }
  }
  return true;
}

/// Short training in fp32 by settings in JSON, which begin with those of these tests.
struct Training {
  Dataset data = images(60);
  Dataset validation = images(30, 2);
  Specification network = specification();
  std::size_t threads = 1;
  std::uint64_t seed = 3;
  Policy policy{};
  Heard heard{};

  Train::Out<Value> run(const std::string& settings = "{}") {
    auto json = parse_json(R"({"epochs": 3, "batch_size": 16, "learning_rate": 0.01, "precision": "fp32"})");
    json.update(parse_json(settings), true);
    const auto params = read_params<Train::Params>(json, "train");
    params.check("train");
    auto context = toy::context(heard, threads, seed);
    auto recipe = batches(data);
    recipe.policy = policy;
    return Train::run({.model = model(network, data), .batches = recipe, .validation = validation}, params,
                      context);
  }
};

}  // namespace fovea::toy
