#include "stages/model/memory.hpp"

#include <cstdio>

#include "stages/model/fusion.hpp"
#include "stages/model/numerics.hpp"

namespace fovea {
namespace {

constexpr std::int64_t fp32_bytes = 4;

/// What a program with LibTorch 1.13 (Debian 12) takes before it trains: its libraries, tables of operators
/// and threads, as the largest resident size of a training of one image of `mlp` (measured).
constexpr std::int64_t libtorch_bytes = std::int64_t{190} << 20;

/// The moments of each weight, as the optimizers of stages/train/torch keep them.
std::int64_t moments_of(const MemorySettings& settings) {
  const auto& type = settings.optimizer;
  if (type == "sgd") return settings.momentum ? 1 : 0;
  if (type == "adagrad" || type == "lion") return 1;
  if (type == "rmsprop") return 3;
  return settings.amsgrad ? 3 : 2;
}

/// Returns how many weights convolutions have that normalisations become part of.
std::int64_t folded_weights(const Specification& specification, const NetworkInfo& info) {
  std::int64_t count = 0;
  for (const auto& group : fusion_groups(specification, info)) {
    if (group.size() > 1 && std::holds_alternative<Conv>(specification.layers[group[0]].kind))
      count += info.layers[group[0]].weights.front().count();
  }
  return count;
}

}  // namespace

TrainingMemory training_memory(const Specification& specification, const MemorySettings& settings,
                               std::int64_t batch_size) {
  const auto info = infer(specification);
  std::int64_t buffers = 0;
  for (const auto& weight : info.weights())
    if (weight.role == WeightRole::buffer) buffers += weight.count();
  const std::int64_t number_bytes = has_fp32_values(settings.precision) ? fp32_bytes : 2;
  const auto parameters = info.parameters * fp32_bytes, all = parameters + buffers * fp32_bytes;
  const auto pass = pass_memory(specification, batch_size,
                                {number_bytes, compute_threads(), !settings.on_device}, settings.recompute);
  TrainingMemory memory;
  memory.weights = all;
  if (settings.on_device && number_bytes != fp32_bytes) memory.weights += info.parameters * number_bytes;
  memory.gradients = parameters;
  memory.optimizer = moments_of(settings) * parameters;
  memory.average = settings.average ? all : 0;
  memory.copies = settings.on_device ? 0 : 2 * all;
  memory.kept = pass.kept;
  memory.temporary = pass.peak - pass.kept;
  memory.fixed = libtorch_bytes;
  return memory;
}

std::int64_t inference_memory(const Specification& specification, Precision precision,
                              std::int64_t batch_size) {
  const auto info = infer(specification);
  std::int64_t all = 0;
  for (const auto& weight : info.weights()) all += weight.count() * fp32_bytes;
  const std::int64_t number_bytes = precision == Precision::fp32 ? fp32_bytes : 2;
  const ComputeType type{number_bytes, compute_threads(), true, true};
  const auto images =
      batch_size * specification.channels * specification.height * specification.width * fp32_bytes;
  const auto lists = all + info.parameters * fp32_bytes;  // a network has gradients, used or not
  const auto folded = folded_weights(specification, info) * number_bytes;
  return libtorch_bytes + all + lists + folded + images + forward_memory(specification, batch_size, type);
}

std::int64_t largest_batch(const Specification& specification, const MemorySettings& settings,
                           std::int64_t most, std::int64_t bytes) {
  std::int64_t batch = 1;
  while (2 * batch <= most) batch *= 2;
  while (batch > 0 && training_memory(specification, settings, batch).of_training() > bytes) batch /= 2;
  return batch;
}

std::string bytes_text(std::int64_t bytes) {
  const double mebibytes = static_cast<double>(bytes) / (1 << 20);
  char text[32];
  if (mebibytes < 1024) {
    std::snprintf(text, sizeof text, mebibytes < 10 ? "%.1f MiB" : "%.0f MiB", mebibytes);
  } else {
    std::snprintf(text, sizeof text, "%.1f GiB", mebibytes / 1024);
  }
  return text;
}

}  // namespace fovea
