#include "stages/evaluate/evaluate.hpp"

#include <ATen/ops/softmax.h>

#include "stages/evaluate/torch/scoring.hpp"
#include "stages/model/compute_device.hpp"
#include "stages/model/precision.hpp"
#include "stages/model/torch/device.hpp"
#include "stages/model/torch/setup.hpp"

namespace fovea {
namespace {

void expect_same_classes(const Model& model, const Dataset& data) {
  if (model.class_names == data.class_names) return;
  throw Error("\"data\": its classes are " + join(data.class_names, ", ") + ", but the model tells " +
              join(model.class_names, ", ") + " apart; give data with the same classes in the same order");
}

Predictions predict(const Model& model, const Dataset& data, const Evaluate::Params& params,
                    const Context& context) {
  const auto device = compute_device(context.device);
  const auto precision = precision_of(params.precision, device);
  const auto batch_size = static_cast<std::size_t>(params.batch_size);
  Network network(model, torch_device(device));
  std::vector<float> probabilities;
  std::vector<std::int32_t> labels;
  score(network, model.specification,
        BatchStream::plain(data, model.mean, model.deviation, batch_size, context.threads), precision,
        context, [&](const at::Tensor& scores, const Batch& batch) {
          const auto softmax = at::softmax(scores, 1);
          const auto values = values_of(softmax);
          probabilities.insert(probabilities.end(), values.begin(), values.end());
          labels.insert(labels.end(), batch.labels.begin(), batch.labels.end());
          context.progress(labels.size(), data.size());
        });
  NameList names;
  for (std::size_t i = 0; i < data.size(); ++i) names.add(data.name(i));
  return {std::move(probabilities), std::move(labels), data.class_names, names.finish()};
}

}  // namespace

Evaluate::Out<Value> Evaluate::run(const In<Value>& in, const Params& params, Context& context) {
  expect_images(*in.data, "data", "wire it to a part that has some");
  expect_fits(in.model->specification, *in.data, "data");
  expect_same_classes(*in.model, *in.data);
  const auto k = params.k_of(in.data->classes());
  Predictions predictions;
  with_torch([&] { predictions = predict(*in.model, *in.data, params, context); });
  auto metrics = measure(predictions, k);
  return {.predictions = std::move(predictions), .metrics = std::move(metrics)};
}

}  // namespace fovea
