#include "stages/evaluate/torch/scoring.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

namespace fovea {

void expect_classes(const Specification& specification, const Dataset& data, const std::string& what) {
  if (static_cast<std::int64_t>(data.classes()) == specification.classes) return;
  throw Error(quote(what) + ": has " + std::to_string(data.classes()) + " classes, but the model tells " +
              std::to_string(specification.classes) + " apart; build the model for this data");
}

void expect_same_classes(const Model& model, const Dataset& data) {
  if (model.class_names == data.class_names) return;
  throw Error("\"data\": its classes are " + join(data.class_names, ", ") + ", but the model tells " +
              join(model.class_names, ", ") + " apart; give data with the same classes in the same order");
}

void expect_fits(const Model& model, const AugmentationRecipe& batches) {
  const auto size = [](const Preprocessing& how) {
    const auto& [height, width, channels] = how.size;
    return extent_text({static_cast<std::int64_t>(height), static_cast<std::int64_t>(width),
                        static_cast<std::int64_t>(channels)});
  };
  const auto &given = batches.preprocessing, &wanted = model.preprocessing;
  if (given.size.channels != wanted.size.channels) {
    throw Error("\"batches\": images are " + size(given) + ", but the model takes " + size(wanted) +
                "; build the model for this data, or give \"load\" the same \"channels\"");
  }
  if (given.size != wanted.size) {
    throw Error("\"batches\": images are " + size(given) + ", but the model takes " + size(wanted) +
                "; build the model for this data, or give \"augment\" the same \"image_size\"");
  }
  if (in_words(given) != in_words(wanted)) {
    throw Error("\"batches\": images of another size are seen with " + in_words(given) +
                ", but by the model with " + in_words(wanted) + "; give \"augment\" what the model has");
  }
  expect_classes(model.specification, *batches.data, "batches");
}

Value<AugmentationRecipe> as_model_sees(const Model& model, const Value<AugmentationRecipe>& batches) {
  if (batches->preprocessing == model.preprocessing) return batches;
  auto same = *batches;
  same.preprocessing = model.preprocessing;
  return same;
}

void expect_images(const Dataset& data, const std::string& what, const std::string& advice) {
  if (data.size() == 0) throw Error(quote(what) + ": has no images; " + advice);
}

at::Tensor label_tensor(const std::vector<std::int64_t>& labels) {
  return at::from_blob(const_cast<std::int64_t*>(labels.data()), {static_cast<std::int64_t>(labels.size())},
                       at::kLong);
}

std::span<const float> values_of(const at::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

at::Tensor scores_of(Network& network, const Specification& specification, std::span<const float> images,
                     Precision precision) {
  const Pass pass{.training = false, .precision = precision, .seed = 0, .number = 0};
  return network.forward(image_tensor(images, specification), pass).contiguous();
}

void score(Network& network, const Specification& specification, BatchStream stream, Precision precision,
           const Context& context,
           const std::function<void(const at::Tensor& scores, const Batch& batch)>& visit) {
  const at::NoGradGuard no_gradients;
  while (const auto* batch = stream.next()) {
    if (context.stop.stop_requested()) throw Stopped{};
    visit(scores_of(network, specification, batch->images, precision), *batch);
  }
}

}  // namespace fovea
