// A stored RateRange:
//   /       attribute diverged (0 or 1)
//   rate    double, by step
//   loss    double, by step
#include "stages/train/rate_range.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/store/artifact.hpp"
#include "runtime/text_file.hpp"

namespace fovea {
namespace {

void write(const RateRange& range, H5Writer& file) {
  file.write("rate", range.rate);
  file.write("loss", range.loss);
  file.attribute("/", "diverged", std::int64_t{range.diverged});
}

RateRange read(const H5Reader& file, const Resolve&) {
  RateRange range{file.numbers("rate"), file.numbers("loss"), file.whole_attribute("/", "diverged") != 0};
  expect_stored(RateRange::kind, range.rate.size() == range.loss.size(),
                "its rates and losses differ in number");
  return range;
}

void export_to(const RateRange& range, const std::filesystem::path&, const std::filesystem::path& target) {
  std::string csv = "learning_rate,loss,smoothed_loss\n";
  const auto smooth = smoothed(range.loss);
  for (std::size_t i = 0; i < range.rate.size(); ++i)
    csv += shortest(range.rate[i]) + ',' + shortest(range.loss[i]) + ',' + shortest(smooth[i]) + '\n';
  write_file(target, csv);
}

}  // namespace

const Codec& RateRange::codec() {
  static const Codec codec = make_codec<RateRange>(1, write, read, export_to);
  return codec;
}

std::vector<double> smoothed(const std::vector<double>& loss) {
  constexpr double memory = 0.9;
  std::vector<double> all;
  double mean = 0;
  for (std::size_t i = 0; i < loss.size(); ++i) {
    mean = memory * mean + (1 - memory) * loss[i];
    all.push_back(mean / (1 - std::pow(memory, static_cast<double>(i + 1))));
  }
  return all;
}

std::optional<double> suggested_rate(const RateRange& range) {
  const auto smooth = smoothed(range.loss);
  const auto finite = std::find_if(smooth.begin(), smooth.end(), [](double x) { return !std::isfinite(x); });
  const auto lowest = std::min_element(smooth.begin(), finite) - smooth.begin();
  double steepest = 0;
  std::optional<double> rate;
  for (std::ptrdiff_t i = 1; i < lowest; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double slope =
        (smooth[at + 1] - smooth[at - 1]) / std::log(range.rate[at + 1] / range.rate[at - 1]);
    if (slope >= steepest) continue;
    steepest = slope;
    rate = range.rate[at];
  }
  return rate;
}

}  // namespace fovea
