#include "stages/evaluate/torch/scoring.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

namespace fovea {

void expect_fits(const Specification& specification, const Dataset& data, const std::string& what) {
  const auto size = [](auto height, auto width, auto channels) {
    return extent_text({static_cast<std::int64_t>(height), static_cast<std::int64_t>(width),
                        static_cast<std::int64_t>(channels)});
  };
  const auto given = size(data.height, data.width, data.channels);
  const auto wanted = size(specification.height, specification.width, specification.channels);
  if (given != wanted) {
    throw Error(quote(what) + ": images are " + given + ", but the model takes " + wanted +
                "; build the model for this data");
  }
  if (static_cast<std::int64_t>(data.classes()) == specification.classes) return;
  throw Error(quote(what) + ": has " + std::to_string(data.classes()) + " classes, but the model tells " +
              std::to_string(specification.classes) + " apart; build the model for this data");
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

void score(Network& network, const Specification& specification, BatchStream stream, Precision precision,
           const Context& context,
           const std::function<void(const at::Tensor& scores, const Batch& batch)>& visit) {
  const at::NoGradGuard no_gradients;
  while (const auto* batch = stream.next()) {
    if (context.stop.stop_requested()) throw Stopped{};
    const Pass pass{.training = false, .precision = precision, .seed = 0, .number = 0};
    visit(network.forward(image_tensor(batch->images, specification), pass).contiguous(), *batch);
  }
}

}  // namespace fovea
