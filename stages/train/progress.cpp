#include "stages/train/progress.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <utility>

#include "render/chart/ticks.hpp"
#include "stages/model/memory.hpp"
#include "stages/model/numerics.hpp"
#include "stages/train/histogram.hpp"

namespace fovea {
namespace {

/// Formats a short line as printf does.
template <class... Values> std::string format(const char* pattern, Values... values) {
  char text[192];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// A phase of training with its time.
struct TimedPart {
  std::string key;
  std::string words;
  double seconds = 0;
};
std::vector<TimedPart> parts_of(const Timing& timing) {
  std::vector<TimedPart> parts{{"waiting", "waiting for data", sum(timing.epoch_wait_seconds)},
                               {"forward", "forward", sum(timing.epoch_forward_seconds)},
                               {"backward", "backward", sum(timing.epoch_backward_seconds)},
                               {"optimizer", "optimizer", sum(timing.epoch_update_seconds)}};
  double rest = sum(timing.epoch_seconds);
  for (const auto& part : parts) rest -= part.seconds;
  parts.push_back({"rest", "validation and the rest", std::max(0.0, rest)});
  std::stable_sort(parts.begin(), parts.end(),
                   [](const TimedPart& a, const TimedPart& b) { return a.seconds > b.seconds; });
  return parts;
}

}  // namespace

void TrainProgress::begin(const ComputeDevice& device, Precision precision) const {
  const auto threads = compute_threads();
  const auto where =
      device.is_cuda() ? device.name + " (" + device.model + ")"
                       : "the CPU with " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
  context_.event("training",
                 "trains in " + name_of(precision) + " on " + where + ": " + std::to_string(epochs_) +
                     (epochs_ == 1 ? " epoch of " : " epochs of ") + std::to_string(steps_per_epoch_) +
                     (steps_per_epoch_ == 1 ? " step" : " steps"),
                 {{"precision", name_of(precision)},
                  {"device", device.name},
                  {"device_model", device.is_cuda() ? Json(device.model) : Json(nullptr)},
                  {"compute_threads", threads},
                  {"epochs", epochs_},
                  {"steps_per_epoch", steps_per_epoch_}});
}

void TrainProgress::memory(std::int64_t peak) const {
  context_.event("device_memory", "the GPU's memory held at most " + bytes_text(peak) + " of tensors",
                 {{"bytes", peak}});
}

void TrainProgress::resumed(const std::string& where, const Position& position) const {
  const auto step = position.round * steps_per_epoch_ + position.step;
  context_.event(
      "resumed",
      "goes on from " + where + ": weights, optimizer, counters, best, patience and history are restored",
      {{"epoch", std::min(position.round + 1, epochs_)},
       {"epochs", epochs_},
       {"step", step},
       {"steps", epochs_ * steps_per_epoch_}});
}

void TrainProgress::step(std::int64_t epoch, std::int64_t step, const History& history, const Tally& tally,
                         const Pace& pace) {
  const auto now = std::chrono::steady_clock::now();
  const bool last = step + 1 == steps_per_epoch_;
  if (now < next_report_ && !last) return;
  next_report_ = now + std::chrono::milliseconds(100);
  const double speed = pace.images_per_second();
  context_.progress(static_cast<std::size_t>(epoch * steps_per_epoch_ + step + 1),
                    static_cast<std::size_t>(epochs_ * steps_per_epoch_),
                    format("epoch %lld/%lld  loss %.3f  acc %.3f  ", static_cast<long long>(epoch) + 1,
                           static_cast<long long>(epochs_), tally.mean_loss(), tally.accuracy()) +
                        render::grouped(std::llround(speed)) + " img/s");
  tell_step(epoch, step, history, speed);
}

void TrainProgress::tell_step(std::int64_t epoch, std::int64_t step, const History& history,
                              double images_per_second) const {
  context_.event("step", "",
                 {{"step", epoch * steps_per_epoch_ + step + 1},
                  {"steps", epochs_ * steps_per_epoch_},
                  {"epoch", epoch + 1},
                  {"loss", history.step_loss.back()},
                  {"learning_rate", history.step_learning_rate.back()},
                  {"gradient_norm", history.step_gradient_norm.back()},
                  {"samples_per_second", images_per_second}});
}

void TrainProgress::epoch(const History& history, const Pace& pace, double seconds) {
  const auto number = history.epochs();
  const double rate = history.step_learning_rate.back();
  const double speed = pace.images_per_second();
  const auto& [loss, accuracy, top_5] = history.train;
  const auto& [val_loss, val_accuracy, val_top_5] = history.validation;
  const auto line =
      format("epoch %zu/%lld  loss %.3f  acc %.3f  val_loss %.3f  val_acc %.3f  lr %.1e  %.1f s  ", number,
             static_cast<long long>(epochs_), loss.back(), accuracy.back(), val_loss.back(),
             val_accuracy.back(), rate, seconds);
  Json data = {{"epoch", number},
               {"epochs", epochs_},
               {"step", history.step_loss.size()},
               {"loss", loss.back()},
               {"accuracy", accuracy.back()},
               {"val_loss", val_loss.back()},
               {"val_accuracy", val_accuracy.back()},
               {"learning_rate", rate},
               {"gradient_norm", history.step_gradient_norm.back()},
               {"best_epoch", history.best_epoch},
               {"seconds", seconds},
               {"samples_per_second", speed}};
  if (!top_5.empty()) {
    data["top_5"] = top_5.back();
    data["val_top_5"] = val_top_5.back();
  }
  context_.event("epoch", line + render::grouped(std::llround(speed)) + " img/s", std::move(data));
}

void TrainProgress::weights(std::int64_t epochs, const std::vector<NamedArray>& weights) const {
  Json all = Json::object();
  for (const auto& weight : weights) {
    const auto histogram = histogram_of(weight.values.span());
    if (histogram.count > 0) all[weight.name] = to_json(histogram);
  }
  context_.event("weights", "", {{"epoch", epochs}, {"histograms", std::move(all)}});
}

void TrainProgress::end(const Timing& timing) const {
  const double all = sum(timing.epoch_seconds);
  if (all == 0) return;
  const auto parts = parts_of(timing);
  std::string shares;
  Json data = {{"seconds", all}, {"bottleneck", parts.front().key}};
  for (const auto& [key, words, seconds] : parts) {
    shares += (shares.empty() ? "" : ", ") + words + format(" %.1f %%", 100 * seconds / all);
    data[key] = seconds;
  }
  const double decoding = sum(timing.epoch_decode_seconds), augmenting = sum(timing.epoch_augment_seconds);
  data["decoding"] = decoding;
  data["augmenting"] = augmenting;
  context_.event("bottleneck",
                 "time: " + shares + "; beside that, making batches took " +
                     format("%.1f s of decoding and %.1f s of augmenting on %zu threads", decoding,
                            augmenting, context_.threads) +
                     (parts.front().key == "waiting"
                          ? "; the bottleneck is the data: \"resize\" images once, or give more \"--threads\""
                          : ""),
                 std::move(data));
}

}  // namespace fovea
