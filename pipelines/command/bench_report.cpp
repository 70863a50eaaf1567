#include "pipelines/command/bench_report.hpp"

#include <cstdio>
#include <utility>

#include "pipelines/command/print.hpp"
#include "render/chart/ticks.hpp"
#include "stages/model/memory.hpp"
#include "stages/model/numerics.hpp"

namespace fovea {
namespace {

std::string in_words(const BenchImages& images) {
  return std::to_string(images.count) +
         (images.source == "drawn" ? " drawn images of coloured squares" : " images of " + images.source);
}

Json json_of(const BatchSpeed& speed, const std::optional<std::int64_t>& predicted) {
  return {{"batch_size", speed.batch_size},   {"passes", speed.passes},
          {"p50_ms", speed.p50_ms},           {"p90_ms", speed.p90_ms},
          {"p99_ms", speed.p99_ms},           {"images_per_second", speed.images_per_second},
          {"peak_memory", speed.peak_memory}, {"predicted_memory", predicted ? Json(*predicted) : Json()}};
}

}  // namespace

void BenchReport::begin(const ComputeDevice& device) const {
  if (json_) return;
  const auto threads = compute_threads();
  print("{}: {} for images of {}, {} parameters, on {} with {} {}\n\n", file_.string(),
        model_.specification.name, input_text(), render::grouped(infer(model_.specification).parameters),
        device.name, threads, threads == 1 ? "thread" : "threads");
  print("{:<8}{:>6}{:>10}{:>10}{:>10}{:>12}{:>12}{:>12}\n", "", "batch", "p50 ms", "p90 ms", "p99 ms",
        "images/s", "memory", "predicted");
  std::fflush(stdout);
}

void BenchReport::tell(const BenchVariant& variant) {
  if (json_) {
    print("{}\n", json_of(variant).dump());
    std::fflush(stdout);
    return;
  }
  auto name = variant.name;
  for (std::size_t i = 0; i < variant.speeds.size(); ++i) {
    const auto& speed = variant.speeds[i];
    const auto& bytes = variant.predicted[i];
    print("{:<8}{:>6}{:>10.3f}{:>10.3f}{:>10.3f}{:>12.1f}{:>12}{:>12}\n", std::exchange(name, ""),
          speed.batch_size, speed.p50_ms, speed.p90_ms, speed.p99_ms, speed.images_per_second,
          bytes_text(speed.peak_memory), bytes ? bytes_text(*bytes) : "");
  }
  std::fflush(stdout);
  const auto& difference = variant.difference;
  ends_.push_back(fmt::format("{:<8}{:>12}{:>20.1e}{:>20.1e}{:>17.1f} %", variant.name,
                              bytes_text(static_cast<std::int64_t>(variant.file_size)), difference.logits,
                              difference.probabilities, 100 * difference.equal_classes));
}

void BenchReport::tell_missing(const std::string& why) {
  if (!json_) return ends_.push_back("onnx is not measured: " + why);
  print("{}\n", Json{{"model", file_.string()}, {"variant", "onnx"}, {"missing", why}}.dump());
}

void BenchReport::end() const {
  if (json_) return;
  print("\n{:<8}{:>12}{:>20}{:>20}{:>19}\n", "", "file", "logits differ", "probabilities", "equal classes");
  for (const auto& line : ends_) print("{}\n", line);
  print("differences from the network as it was trained, in fp32, over {}\n", in_words(images_));
  std::fflush(stdout);
}

Json BenchReport::json_of(const BenchVariant& variant) const {
  Json batches = Json::array();
  for (std::size_t i = 0; i < variant.speeds.size(); ++i)
    batches.push_back(fovea::json_of(variant.speeds[i], variant.predicted[i]));
  return {{"model", file_.string()},
          {"name", model_.specification.name},
          {"input", input_text()},
          {"variant", variant.name},
          {"device", variant.device},
          {"threads", compute_threads()},
          {"file_size", variant.file_size},
          {"batches", std::move(batches)},
          {"images", images_.source},
          {"image_count", images_.count},
          {"logit_difference", variant.difference.logits},
          {"probability_difference", variant.difference.probabilities},
          {"equal_classes", variant.difference.equal_classes}};
}

std::string BenchReport::input_text() const {
  const auto& network = model_.specification;
  return std::to_string(network.channels) + "x" + std::to_string(network.height) + "x" +
         std::to_string(network.width);
}

}  // namespace fovea
