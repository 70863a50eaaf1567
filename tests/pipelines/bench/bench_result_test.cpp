#include "pipelines/bench/bench_result.hpp"

#include <cmath>

#include "tests/catch.hpp"

using namespace fovea;

TEST_CASE("bench: quantiles are those of NumPy's percentile") {
  const std::vector<double> numbers{4, 1, 3, 2};
  CHECK(quantile(numbers, 0.5) == Approx(2.5));
  CHECK(quantile(numbers, 0.9) == Approx(3.7));
  CHECK(quantile(numbers, 0.99) == Approx(3.97));
  CHECK(quantile(numbers, 1) == 4);
  CHECK(quantile({7}, 0.9) == 7);
}

TEST_CASE("bench: images a second are those of all passes, and quantiles are of one") {
  const auto speed = speed_of({.batch_size = 8, .seconds = {0.1, 0.1, 0.6}, .peak_memory = 5});
  CHECK(speed.passes == 3);
  CHECK(speed.p50_ms == Approx(100));
  CHECK(speed.p90_ms == Approx(500));
  CHECK(speed.images_per_second == Approx(30));
  CHECK(speed.peak_memory == 5);
}

TEST_CASE("bench: outputs differ by the largest difference, and classes by the most probable one") {
  const std::vector<float> wanted{0, 1, 5, 0}, found{0, 1.5, -5, 0};
  const auto difference = difference_of(found, wanted, 2);
  CHECK(difference.logits == 10);
  CHECK(difference.probabilities == Approx(1 / (1 + std::exp(-5)) - 1 / (1 + std::exp(5))));
  CHECK(difference.equal_classes == 0.5);
  const auto none = difference_of(wanted, wanted, 2);
  CHECK(none.logits == 0);
  CHECK(none.probabilities == 0);
  CHECK(none.equal_classes == 1);
}

TEST_CASE("bench: an output that is no number is not passed over") {
  const std::vector<float> wanted{0, 1, 5, 0}, found{0, std::nanf(""), 5, 0};
  CHECK(std::isnan(difference_of(found, wanted, 2).logits));
}
