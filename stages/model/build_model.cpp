#include "stages/model/build_model.hpp"

#include <cmath>

#include "runtime/context.hpp"
#include "runtime/random.hpp"

namespace fovea {
namespace {

/// Draws the initial values of one weight; each weight has random numbers of its own.
std::vector<float> draw(const WeightInfo& weight, std::int64_t fan_in, FirstWeights how, Random random) {
  std::vector<float> values(static_cast<std::size_t>(weight.count()));
  if (weight.shape.size() == 4 && how == FirstWeights::normal) {
    const auto fan_out = weight.shape[0] * weight.shape[2] * weight.shape[3];
    const double spread = std::sqrt(2.0 / static_cast<double>(fan_out));
    for (auto& value : values) value = static_cast<float>(spread * random.normal());
  } else {
    const auto limit = static_cast<float>(1 / std::sqrt(static_cast<double>(fan_in)));
    for (auto& value : values) value = random.uniform(-limit, limit);
  }
  return values;
}

/// Returns the initial values of a normalisation: weights and variances 1, everything else 0.
std::vector<float> constant(const WeightInfo& weight) {
  const bool one = weight.name.ends_with(".weight") || weight.name.ends_with(".running_var");
  return std::vector<float>(static_cast<std::size_t>(weight.count()), one ? 1.0F : 0.0F);
}

std::vector<NamedArray> initialise(const NetworkInfo& info, FirstWeights how, std::uint64_t seed) {
  std::vector<NamedArray> arrays;
  std::int64_t fan_in = 1;
  for (const auto& weight : info.weights()) {
    if (weight.role == WeightRole::weight) fan_in = weight.count() / weight.shape[0];
    const auto number = static_cast<std::uint32_t>(arrays.size());
    const bool drawn = weight.role == WeightRole::weight || weight.role == WeightRole::bias;
    arrays.push_back(
        {weight.name, Shape(weight.shape.begin(), weight.shape.end()),
         drawn ? draw(weight, fan_in, how, Random(seed, Purpose::initialise, 0, number)) : constant(weight)});
  }
  return arrays;
}

}  // namespace

BuildModel::Out<Value> BuildModel::run(const In<Value>& in, const Params& params, Context& context) {
  const auto& data = *in.data;
  Model model;
  model.preprocessing = fit_settings(params).of(data, params.image_size.value);
  const auto& size = model.preprocessing.size;
  model.specification = build_specification(
      params.architecture, static_cast<std::int64_t>(size.height), static_cast<std::int64_t>(size.width),
      static_cast<std::int64_t>(size.channels), static_cast<std::int64_t>(data.classes()));
  const auto how = find_architecture(params.architecture).first_weights;
  model.weights = initialise(infer(model.specification), how, context.seed);
  model.class_names = data.class_names;
  return {.model = std::move(model)};
}

}  // namespace fovea
