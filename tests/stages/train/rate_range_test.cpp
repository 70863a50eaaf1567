#include "stages/train/rate_range.hpp"

#include <cmath>
#include <limits>

#include "render/cairo.hpp"
#include "stages/figures/plot_learning_rate_range.hpp"
#include "tests/catch.hpp"
#include "tests/render/reading.hpp"
#include "tests/stages/figures/drawing_text.hpp"

using namespace fovea;

namespace {

/// Flat, then down around `fast`, then up: as a loss goes over rising rates.
RateRange typical(double fast, std::size_t steps = 200) {
  RateRange range;
  for (std::size_t i = 0; i < steps; ++i) {
    const double rate = 1e-6 * std::pow(1e6, static_cast<double>(i) / static_cast<double>(steps - 1));
    range.rate.push_back(rate);
    const double fall = 1.5 / (1 + std::pow(rate / fast, -3));
    range.loss.push_back(2.3 - fall + 20 * std::pow(rate, 2));
  }
  range.diverged = true;
  return range;
}

}  // namespace

// (0.9 * (0.9 * 0.1 * 1 + 0.1 * 2) + 0.1 * 4) / (1 - 0.9^3)
TEST_CASE("rate range: the mean over earlier steps is corrected for its beginning") {
  const auto smooth = smoothed({1, 2, 4});
  CHECK(smooth[0] == Approx(1));
  CHECK(smooth[1] == Approx((0.09 + 0.2) / 0.19));
  CHECK(smooth[2] == Approx((0.9 * 0.29 + 0.4) / 0.271));
}

TEST_CASE("rate range: suggests where the loss falls fastest, a little late for the smoothing") {
  for (const double fast : {1e-4, 1e-3, 1e-2}) {
    const auto rate = suggested_rate(typical(fast));
    REQUIRE(rate.has_value());
    CHECK(*rate > fast);
    CHECK(*rate < 3 * fast);
  }
}

TEST_CASE("rate range: suggests nothing where the loss never falls") {
  CHECK_FALSE(suggested_rate({}).has_value());
  CHECK_FALSE(suggested_rate({{1, 2, 3}, {1, 2, 3}}).has_value());
  CHECK_FALSE(suggested_rate({{1}, {std::numeric_limits<double>::quiet_NaN()}}).has_value());
}

TEST_CASE(
    "learning-rate range figure: ranges of 1 to 10,000 steps are drawn, no text on another or outside") {
  for (const std::size_t steps : {2, 30, 200, 10000}) {
    INFO(steps);
    const auto drawing = draw_learning_rate_range(typical(1e-3, steps), {1600, 1000}, render::measure_text);
    CHECK(ink_in(drawing, {0.1, 0.2, 0.8, 0.6}) > 0.002);
    check_texts(drawing);
  }
  const auto drawing = draw_learning_rate_range(typical(1e-3), {1600, 1000}, render::measure_text);
  CHECK(count_texts(drawing, "falls fastest at ") == 1);
  CHECK(count_texts(drawing, "ended where the loss grew; suggested peak ") == 1);
  CHECK(count_texts(draw_learning_rate_range({}, {1600, 1000}, render::measure_text), "no data") == 1);
}

TEST_CASE("learning-rate range figure: the loss of each rate is where its rate and loss are") {
  const auto range = typical(1e-3, 50);
  const auto chart = render::read_chart(draw_learning_rate_range(range, {1600, 1000}, render::measure_text),
                                        "Learning-rate range");
  CHECK(chart.x_label == "learning rate");
  CHECK(chart.y_label == "loss");
  for (const std::size_t i : {0, 10, 25, 35}) CHECK(chart.passes(train_color, range.rate[i], range.loss[i]));
  REQUIRE(chart.rules().size() == 1);
  CHECK(chart.rules()[0] == Approx(suggested_rate(range).value()).epsilon(0.01));
}
