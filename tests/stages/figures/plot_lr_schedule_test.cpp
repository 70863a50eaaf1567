#include "stages/figures/plot_lr_schedule.hpp"

#include <algorithm>
#include "stages/train/schedule.hpp"

#include "tests/catch.hpp"
#include "tests/render/reading.hpp"
#include "tests/stages/figures/drawing_text.hpp"

using namespace fovea;

namespace {

History run_of(std::int64_t steps, std::int64_t steps_per_epoch, const ScheduleParams& params = {}) {
  const Schedule schedule(params, 1e-3, steps);
  History history;
  for (std::int64_t step = 0; step < steps; ++step) history.step_learning_rate.push_back(schedule.at(step));
  history.train.loss.resize(static_cast<std::size_t>(steps / steps_per_epoch));
  history.steps_per_epoch = steps_per_epoch;
  history.planned_epochs = steps / steps_per_epoch;
  history.schedule = params.type;
  history.warmup_steps = schedule.warmup_steps();
  history.peak_learning_rate = 1e-3;
  history.floor_learning_rate = schedule.floor();
  return history;
}

render::Drawing drawn_schedule(const History& history) {
  return draw_lr_schedule(history, {1600, 1000}, render::measure_text);
}

}  // namespace

TEST_CASE("learning rate figure: runs of 1 to 1,000,000 steps are drawn, no text on another or outside") {
  for (const std::int64_t steps : {1, 2, 25, 1000, 1000000}) {
    INFO(steps);
    const auto drawing = drawn_schedule(run_of(steps, std::max<std::int64_t>(1, steps / 5)));
    CHECK(ink_in(drawing, {0.1, 0.2, 0.8, 0.6}) > 0.005);
    check_texts(drawing);
  }
}

TEST_CASE("learning rate figure: type, warmup, peak and floor are written") {
  const auto drawing = drawn_schedule(run_of(1000, 100));
  CHECK(count_texts(drawing, "Learning rate: cosine_decay") == 1);
  CHECK(count_texts(drawing,
                    "linear warmup over 50 steps, peak 0.001, floor 1e-07, 1,000 steps, 10 epochs") == 1);
  CHECK(count_texts(drawing, "peak 0.001") == 2);
  CHECK(count_texts(drawing, "epoch") == 2);
}

TEST_CASE("learning rate figure: without a warmup none is shaded") {
  const auto drawing = drawn_schedule(run_of(1000, 100, {.type = "constant", .warmup_steps = 0}));
  CHECK(count_texts(drawing, "no warmup, peak 0.001, 1,000 steps, 10 epochs") == 1);
  CHECK(count_texts(drawing, "warmup") == 1);
}

TEST_CASE("learning rate figure: a run that ended in its warmup shows its highest rate") {
  auto history = run_of(1000, 10, {.warmup_steps = 1000});
  history.step_learning_rate.resize(500);
  CHECK(count_texts(drawn_schedule(history), "highest 0.000499") == 1);
}

TEST_CASE("learning rate figure: an early stop is marked") {
  auto history = run_of(1000, 100);
  history.stopped_early = true;
  history.planned_epochs = 30;
  CHECK(count_texts(drawn_schedule(history), "stopped early: epoch 10 of 30") == 1);
}

TEST_CASE("learning rate figure: the stage gives the file of its name") {
  Context context;
  const auto out = PlotLrSchedule::run({run_of(10, 5)}, {.width = 480, .height = 320}, context);
  REQUIRE(out.figures->files.size() == 1);
  CHECK(out.figures->files[0].name == "lr_schedule.png");
}

TEST_CASE("learning rate figure: every schedule is drawn, and restarts are marked") {
  for (const auto& type : ScheduleParams::types().names) {
    INFO(type);
    const auto drawing = drawn_schedule(run_of(3000, 100, {.type = type}));
    CHECK(count_texts(drawing, "Learning rate: " + type) == 1);
    check_texts(drawing);
    CHECK(count_texts(drawing, "restart") == (type == "cosine_decay_restarts" ? 3 : 0));
  }
}

TEST_CASE(
    "learning rate figure: the line has the rate of each step, with warmup, peak and epochs where they are") {
  const auto history = run_of(1000, 100);
  const auto chart = render::read_chart(drawn_schedule(history), "Learning rate: cosine_decay");
  CHECK(chart.x_label == "step");
  CHECK(chart.y_label == "learning rate");
  for (const std::size_t step : {0, 20, 49, 300, 700, 999})
    CHECK(chart.passes(train_color, static_cast<double>(step), history.step_learning_rate[step]));
  REQUIRE(chart.spans().size() == 1);
  CHECK(chart.spans()[0].low == Approx(0).margin(2));
  CHECK(chart.spans()[0].high == Approx(50).margin(2));
  CHECK(chart.top.value(chart.x.pixel(500)) == Approx(5).margin(0.02));
}

TEST_CASE("learning rate figure: restarts are marked at the steps where the rate rises again") {
  const auto history = run_of(3000, 100, {.type = "cosine_decay_restarts"});
  const auto chart = render::read_chart(drawn_schedule(history), "Learning rate: cosine_decay_restarts");
  std::vector<double> rises;
  for (std::size_t s = 200; s < 3000; ++s) {
    if (history.step_learning_rate[s] > history.step_learning_rate[s - 1] * 1.5)
      rises.push_back(static_cast<double>(s));
  }
  const auto rules = chart.rules();
  REQUIRE(rules.size() == rises.size());
  for (std::size_t i = 0; i < rises.size(); ++i) CHECK(rules[i] == Approx(rises[i]).margin(3));
}
