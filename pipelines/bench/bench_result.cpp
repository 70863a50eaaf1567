#include "pipelines/bench/bench_result.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "stages/evaluate/predictions.hpp"

namespace fovea {
namespace {

/// The largest difference of two lists; NaN where one of the numbers is.
template <class List> double largest_difference(const List& some, const List& others) {
  double largest = 0;
  for (std::size_t i = 0; i < some.size(); ++i) {
    const double difference = std::abs(static_cast<double>(some[i]) - static_cast<double>(others[i]));
    if (std::isnan(difference)) return difference;
    largest = std::max(largest, difference);
  }
  return largest;
}

std::size_t most_probable_class(std::span<const float> logits) {
  return static_cast<std::size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

}  // namespace

double quantile(std::vector<double> numbers, double share) {
  assert(!numbers.empty());
  std::sort(numbers.begin(), numbers.end());
  const double place = share * static_cast<double>(numbers.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, numbers.size() - 1);
  return std::lerp(numbers[below], numbers[above], place - static_cast<double>(below));
}

BatchSpeed speed_of(const MeasuredPasses& passes) {
  const auto milliseconds = [&](double share) { return 1e3 * quantile(passes.seconds, share); };
  const auto all = std::accumulate(passes.seconds.begin(), passes.seconds.end(), 0.0);
  const auto images = static_cast<double>(passes.batch_size) * static_cast<double>(passes.seconds.size());
  return {.batch_size = passes.batch_size,
          .passes = passes.seconds.size(),
          .p50_ms = milliseconds(0.5),
          .p90_ms = milliseconds(0.9),
          .p99_ms = milliseconds(0.99),
          .images_per_second = images / all,
          .peak_memory = passes.peak_memory};
}

OutputDifference difference_of(std::span<const float> logits, std::span<const float> wanted,
                               std::size_t classes) {
  assert(logits.size() == wanted.size() && !logits.empty() && logits.size() % classes == 0);
  OutputDifference difference;
  std::size_t equal = 0;
  const auto images = logits.size() / classes;
  for (std::size_t i = 0; i < images; ++i) {
    const auto one = logits.subspan(i * classes, classes), other = wanted.subspan(i * classes, classes);
    const auto furthest = [](double so_far, double now) {
      return std::isnan(so_far) || std::isnan(now) ? std::nan("") : std::max(so_far, now);
    };
    difference.logits = furthest(difference.logits, largest_difference(one, other));
    difference.probabilities =
        furthest(difference.probabilities, largest_difference(softmax(one), softmax(other)));
    equal += most_probable_class(one) == most_probable_class(other) ? 1 : 0;
  }
  difference.equal_classes = static_cast<double>(equal) / static_cast<double>(images);
  return difference;
}

}  // namespace fovea
