#include "stages/evaluate/tally.hpp"

#include "tests/catch.hpp"

using namespace fovea;

TEST_CASE("tally: a hit is the highest score, and of mixed labels each counts with its share") {
  const std::vector<float> scores{0.9F, 0.1F, 0, 0.2F, 0.7F, 0.1F};
  Tally plain;
  plain.add(0.5, scores, {.images = {}, .labels = {0, 2}, .other_labels = {}});
  CHECK(plain.samples == 2);
  CHECK(plain.accuracy() == 0.5);
  CHECK(plain.mean_loss() == 0.5);
  Tally mixed;
  mixed.add(0.5, scores, {.images = {}, .labels = {0, 2}, .other_labels = {2, 1}, .share = 0.75F});
  CHECK(mixed.samples == 2);
  CHECK(mixed.accuracy() == Approx((0.75 + 0.25) / 2));
  CHECK(mixed.top_5() == Approx(1));
}
