#include "stages/evaluate/torch/scoring.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

#include <cstring>
#include <memory>
#include <tuple>

#include "stages/model/torch/device_stream.hpp"
#include "stages/model/torch/device_table.hpp"

namespace fovea {
namespace {

/// Scores batches on a device apart: images go up while the batch before is computed, and the scores of many
/// batches come down together.
class DeviceScoring {
 public:
  DeviceScoring(Network& network, const Specification& specification, const Preprocessing& how,
                Precision precision)
      : network_(network),
        specification_(specification),
        input_(specification, how, network.lists().device()),
        pass_{.training = false, .precision = precision, .seed = 0, .number = 0} {}

  /// Starts to score a batch; no later one is larger than the first.
  void add(const Batch& batch, const SeeScores& visit) {
    const auto bytes = batch.images.size();
    if (carrier_ == nullptr) begin(static_cast<std::int64_t>(batch.size()), static_cast<std::int64_t>(bytes));
    std::memcpy(carrier_->begin(), batch.images.data(), bytes);
    carrier_->send();
    const auto& [c, h, w] = std::tie(specification_.channels, specification_.height, specification_.width);
    const auto images = carrier_->there().narrow(0, 0, static_cast<std::int64_t>(bytes));
    const auto scores = network_.compute(input_.normalised(images.view({-1, h, w, c})), pass_);
    table_->row().narrow(0, 0, scores.numel()).copy_(scores.contiguous().view({-1}));
    table_->keep();
    sent_.push_back({{}, batch.labels, batch.other_labels, batch.share, batch.blended});
    if (table_->is_full()) read(visit);
  }

  /// Waits for all scores since the last call and visits them.
  void read(const SeeScores& visit) {
    if (sent_.empty()) return;
    const auto rows = table_->read();
    const auto width = rows.size() / sent_.size();
    for (std::size_t i = 0; i < sent_.size(); ++i) {
      auto* const row = const_cast<float*>(rows.data() + i * width);
      visit(at::from_blob(row, {static_cast<std::int64_t>(sent_[i].size()), specification_.classes},
                          at::kFloat),
            sent_[i]);
    }
    sent_.clear();
  }

 private:
  void begin(std::int64_t images, std::int64_t bytes) {
    constexpr std::int64_t batches_together = 64;
    const auto device = network_.lists().device();
    carrier_ = std::make_unique<Carrier>(bytes, device);
    table_ = std::make_unique<DeviceTable>(batches_together, images * specification_.classes, device);
  }

  Network& network_;
  const Specification& specification_;
  const NetworkInput input_;
  const Pass pass_;
  std::unique_ptr<Carrier> carrier_;
  std::unique_ptr<DeviceTable> table_;
  std::vector<Batch> sent_;  ///< without images
};

}  // namespace

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

at::Tensor scores_of(Network& network, NetworkInput& input, std::span<const std::uint8_t> images,
                     Precision precision) {
  const Pass pass{.training = false, .precision = precision, .seed = 0, .number = 0};
  return network.forward(input(images), pass).contiguous();
}

void score(Network& network, const Specification& specification, BatchStream stream, Precision precision,
           const Context& context, const SeeScores& visit) {
  const at::NoGradGuard no_gradients;
  if (network.lists().device() != at::Device(at::kCPU)) {
    DeviceScoring scoring(network, specification, stream.preprocessing(), precision);
    while (const auto* batch = stream.next()) {
      if (context.stop.stop_requested()) throw Stopped{};
      scoring.add(*batch, visit);
    }
    return scoring.read(visit);
  }
  NetworkInput input(specification, stream.preprocessing(), network.lists().device());
  while (const auto* batch = stream.next()) {
    if (context.stop.stop_requested()) throw Stopped{};
    visit(scores_of(network, input, batch->images, precision), *batch);
  }
}

}  // namespace fovea
