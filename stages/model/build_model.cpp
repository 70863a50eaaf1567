#include "stages/model/build_model.hpp"

#include "runtime/context.hpp"

namespace fovea {
namespace {

std::vector<NamedArray> initialised(const NetworkInfo& info, std::uint64_t seed) {
  std::vector<NamedArray> arrays;
  for (const auto& weight : info.weights()) {
    arrays.push_back({weight.name, Shape(weight.shape.begin(), weight.shape.end()),
                      drawn(weight.first, weight.name, weight.count(), seed)});
  }
  return arrays;
}

Specification specification_for(const BuildModel::Params& params, const ImageSize& size, std::size_t count) {
  const auto height = static_cast<std::int64_t>(size.height), width = static_cast<std::int64_t>(size.width),
             channels = static_cast<std::int64_t>(size.channels), classes = static_cast<std::int64_t>(count);
  return params.layers.empty() ? build_specification(params.architecture, height, width, channels, classes)
                               : defined_specification(params.layers, height, width, channels, classes);
}

}  // namespace

BuildModel::Out<Value> BuildModel::run(const In<Value>& in, const Params& params, Context& context) {
  const auto& data = *in.data;
  Model model;
  model.preprocessing = fit_settings(params).of(data, params.image_size.value);
  model.specification = specification_for(params, model.preprocessing.size, data.classes());
  model.weights = initialised(infer(model.specification), context.seed);
  model.class_names = data.class_names;
  return {.model = std::move(model)};
}

}  // namespace fovea
