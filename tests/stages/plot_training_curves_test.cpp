#include "stages/figures/plot_training_curves.hpp"

#include <cmath>

#include "tests/catch.hpp"
#include "tests/stages/drawing_text.hpp"

using namespace fovea;

namespace {

History run_of(std::size_t epochs, double best_top_5 = 1) {
  History history;
  for (std::size_t i = 0; i < epochs; ++i) {
    const double left = 1 / static_cast<double>(i + 2);
    history.train.loss.push_back(left);
    history.train.accuracy.push_back(1 - left);
    history.train.top_5.push_back(best_top_5);
    history.validation.loss.push_back(left * 1.5);
    history.validation.accuracy.push_back(0.9 - left);
    history.validation.top_5.push_back(best_top_5);
  }
  history.planned_epochs = history.best_epoch = static_cast<std::int64_t>(epochs);
  history.monitor = "val_accuracy";
  return history;
}

render::Drawing drawn_curves(const History& history) {
  return draw_training_curves(history, {1600, 1000}, render::measure_text);
}

}  // namespace

TEST_CASE(
    "training curves: 1, 5, 100 and 10,000 epochs are drawn in both panels, no text on another or outside") {
  for (const std::size_t epochs : {1, 5, 100, 10000}) {
    INFO(epochs);
    const auto drawing = drawn_curves(run_of(epochs));
    CHECK(ink_in(drawing, {0.1, 0.2, 0.35, 0.6}) > 0.01);
    CHECK(ink_in(drawing, {0.6, 0.2, 0.35, 0.6}) > 0.01);
    CHECK(text_outside(drawing, render::measure_text) == "");
    CHECK(texts_in_collision(drawing, render::measure_text) == "");
  }
}

TEST_CASE("training curves: the best epoch is marked in every panel, its values beside it") {
  auto history = run_of(20);
  history.best_epoch = 8;
  const auto drawing = drawn_curves(history);
  CHECK(count_texts(drawing, "best epoch 8 by val_accuracy") == 1);
  CHECK(count_texts(drawing, "best epoch 8") == 3);
  CHECK(count_texts(drawing, "78.89%") == 1);
  CHECK(count_texts(drawing, "0.1667") == 1);
}

TEST_CASE("training curves: an early stop is marked, and said in words") {
  auto history = run_of(20);
  history.stopped_early = true;
  history.planned_epochs = 100;
  const auto drawing = drawn_curves(history);
  CHECK(count_texts(drawing, "stopped early after epoch 20 of 100") == 1);
  CHECK(count_texts(drawing, "stopped early") == 3);
  CHECK(count_texts(drawn_curves(run_of(20)), "stopped early") == 0);
}

TEST_CASE("training curves: top-5 accuracy has a panel where it is not always 1") {
  CHECK(count_texts(drawn_curves(run_of(5)), "Top-5") == 0);
  CHECK(count_texts(drawn_curves(run_of(5, 0.95)), "Top-5") == 1);
}

TEST_CASE("training curves: values that are not finite are left out") {
  auto history = run_of(12);
  history.train.loss[3] = NAN;
  history.validation.loss[11] = INFINITY;
  CHECK(text_outside(drawn_curves(history), render::measure_text) == "");
  CHECK(count_texts(drawn_curves(history), "nan") == 0);
}

TEST_CASE("training curves: a history of no epochs says that there is no data") {
  CHECK(count_texts(drawn_curves(History{}), "no data") == 2);
}

TEST_CASE("training curves: the stage gives the file of its name") {
  Context context;
  const auto out = PlotTrainingCurves::run({run_of(3)}, {.width = 480, .height = 320}, context);
  REQUIRE(out.figures->files.size() == 1);
  CHECK(out.figures->files[0].name == "training_curves.png");
}
