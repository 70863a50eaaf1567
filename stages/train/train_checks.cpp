#include <algorithm>

#include "runtime/ceil_div.hpp"
#include "stages/evaluate/tally.hpp"
#include "stages/model/own_modules.hpp"
#include "stages/train/frozen_weights.hpp"
#include "stages/train/train.hpp"

namespace fovea {
namespace {

/// Refuses top-5 accuracy as the monitored metric where there are too few classes for it.
void expect_useful_top_5(const MonitorParams& monitor, const Dataset& data) {
  if (!monitor.metric.ends_with("top_5") || counts_top_5(data.classes())) return;
  throw Error("monitor.metric: " + quote(monitor.metric) + " is 1 whatever is learned of " +
              std::to_string(data.classes()) + " classes; set \"val_accuracy\"");
}

}  // namespace

std::int64_t Train::Params::steps_of_epoch(std::size_t count) const {
  const auto images = static_cast<std::int64_t>(count);
  const auto of_step = images_a_pass() * accumulate_steps;
  if (!drop_last) return ceil_div(images, of_step);
  if (const auto whole = images / of_step; whole > 0) return whole;
  const bool several = accumulate_steps > 1;
  throw Error("batch_size: " + (several ? std::to_string(accumulate_steps) + " batches" : "a batch") +
              " of " + std::to_string(images_a_pass()) + (several ? " are" : " is") + " more than all " +
              std::to_string(images) + " images; give at most " +
              std::to_string(std::max<std::int64_t>(1, images / accumulate_steps)) +
              ", or set \"drop_last\" to false");
}

void Train::check_input(const AugmentationRecipe& batches, const Params& params) {
  const auto& data = *batches.data;
  (void)params.steps_of_epoch(data.size());
  expect_useful_top_5(params.monitor, data);
  params.loss.class_weights.expect_fits(data.classes());
}

void Train::check_input(const Model& model, const Params& params) {
  if (params.gradient_checkpointing) {
    expect_layers(model.specification, "gradient_checkpointing: some layers are computed again",
                  "set it to false");
  }
  const auto info = infer(model.specification);
  (void)weight_runs(info, params.optimizer);
  if (!params.freeze.layers.empty()) (void)frozen_weights(info, params.freeze);
}

}  // namespace fovea
