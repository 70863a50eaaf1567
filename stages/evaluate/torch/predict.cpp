#include "stages/evaluate/predict.hpp"

#include "stages/evaluate/torch/scoring.hpp"
#include "stages/model/compute_device.hpp"
#include "stages/model/precision.hpp"
#include "stages/model/torch/device.hpp"
#include "stages/model/torch/setup.hpp"

namespace fovea {
namespace {

Predictions predict(const Model& model, const Dataset& data, const Predict::Params& params,
                    const Context& context) {
  const auto device = compute_device(context.device);
  const auto precision = precision_of(params.precision, device);
  const auto batch_size = static_cast<std::size_t>(params.batch_size);
  const AllowTf32 in_precision(precision == Precision::tf32);
  Network network(model, torch_device(device));
  network.fold(precision);
  std::vector<float> logits;
  std::vector<std::int32_t> labels;
  score(network, model.specification,
        BatchStream::plain(data, model.preprocessing, batch_size, context.threads), precision, context,
        [&](const at::Tensor& scores, const Batch& batch) {
          const auto values = values_of(scores);
          logits.insert(logits.end(), values.begin(), values.end());
          labels.insert(labels.end(), batch.labels.begin(), batch.labels.end());
          context.progress(labels.size(), data.size());
        });
  NameList names;
  for (std::size_t i = 0; i < data.size(); ++i) names.add(data.name(i));
  return {std::move(logits), std::move(labels), data.class_names, names.finish(),
          picked(data.attributes, data.index.span())};
}

}  // namespace

Predict::Out<Value> Predict::run(const In<Value>& in, const Params& params, Context& context) {
  expect_images(*in.data, "data", "wire it to a part that has some");
  expect_classes(in.model->specification, *in.data, "data");
  expect_same_classes(*in.model, *in.data);
  Predictions predictions;
  with_torch([&] { predictions = predict(*in.model, *in.data, params, context); });
  return {std::move(predictions)};
}

}  // namespace fovea
