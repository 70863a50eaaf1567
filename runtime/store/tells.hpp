#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "graph/json.hpp"

namespace fovea {

/// A number that was noted again and again.
struct ScalarSeries {
  std::string name;            ///< "loss"
  std::string part = "train";  ///< on which data: "train", "validation"
  std::vector<double> values;  ///< from epoch or step 1 on
};

/// How something went, step by step and epoch by epoch.
struct Scalars {
  std::vector<ScalarSeries> by_step;
  std::vector<ScalarSeries> by_epoch;
  std::int64_t steps_per_epoch = 0;
  std::int64_t best_epoch = 0;  ///< from 1; 0 where none is
};

/// When the steps and epochs of scalars ended: how long each epoch took, and how fast each step was.
struct Times {
  std::vector<double> epoch_seconds;
  std::vector<double> step_samples_per_second;
};

/// What was measured in the end, by name.
using NamedNumbers = std::vector<std::pair<std::string, double>>;

/// A picture by its name, as a whole PNG file; the artifact owns the bytes, here and below.
struct NamedImage {
  std::string name;
  std::span<const std::uint8_t> png;
};

/// The values of a weight by its name, whose histogram is shown.
struct WeightValues {
  std::string name;
  std::span<const float> values;
};

/// What the summary of a run says: lines for people, and the same as numbers for programs.
struct SummaryLines {
  std::vector<std::string> lines;
  Json numbers = Json::object();
};

/// What the artifacts of one kind tell where a port is `tracked`; null for what they don't. A kind of one's
/// own that sets these is told to TensorBoard, MLflow and the summary of a run as any other.
struct Tells {
  std::function<Scalars(const void*)> scalars{};
  std::function<Times(const void*)> times{};
  std::function<NamedNumbers(const void*)> numbers{};
  std::function<std::vector<NamedImage>(const void*)> images{};
  std::function<std::vector<WeightValues>(const void*)> weights{};
  /// Null where there are numbers: the summary of a run then tells those.
  std::function<SummaryLines(const void*)> summary{};

  bool anything() const { return scalars || times || numbers || images || weights || summary; }
};

/// A function of an artifact T as `Tells` keeps it.
template <class T, class Function> auto told_by(Function function) {
  return [function](const void* value) { return function(*static_cast<const T*>(value)); };
}

/// "accuracy 0.9312  loss 0.2210".
std::string in_words(const NamedNumbers& numbers);

/// What the summary of a run says of an artifact: nothing where its kind tells no numbers either.
SummaryLines summary_lines(const Tells& tells, const void* value);

}  // namespace fovea
