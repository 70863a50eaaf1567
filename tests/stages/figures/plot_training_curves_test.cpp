#include "stages/figures/plot_training_curves.hpp"

#include <cmath>

#include "tests/catch.hpp"
#include "tests/render/reading.hpp"
#include "tests/stages/figures/drawing_text.hpp"

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

TEST_CASE("training curves: 1, 5, 100 and 10,000 epochs are drawn, no text on another or outside") {
  for (const std::size_t epochs : {1, 5, 100, 10000}) {
    INFO(epochs);
    check_texts(drawn_curves(run_of(epochs)));
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

TEST_CASE(
    "training curves: the line that the legend calls train goes through the training values, and the other "
    "through those of validation") {
  auto history = run_of(6, 0.95);
  for (std::size_t i = 0; i < 6; ++i) history.validation.top_5[i] = 0.9 + 0.01 * static_cast<double>(i);
  history.best_epoch = 3;
  const auto drawing = drawn_curves(history);
  const auto check = [&](const std::string& title, std::vector<double> History::Curves::*values) {
    INFO(title);
    const auto chart = render::read_chart(drawing, title);
    CHECK(chart.x_label == "epoch");
    REQUIRE(chart.legend.size() == 2);
    CHECK(chart.legend.at("train") == train_color);
    CHECK(chart.legend.at("validation") == validation_color);
    for (std::size_t i = 0; i < 6; ++i) {
      const auto epoch = static_cast<double>(i + 1);
      CHECK(chart.passes(train_color, epoch, (history.train.*values)[i]));
      CHECK(chart.passes(validation_color, epoch, (history.validation.*values)[i]));
    }
    REQUIRE(chart.rules().size() == 1);
    CHECK(chart.rules()[0] == Approx(3).margin(0.02));
  };
  check("Loss", &History::Curves::loss);
  check("Accuracy", &History::Curves::accuracy);
  check("Top-5 accuracy", &History::Curves::top_5);
}

TEST_CASE(
    "training curves: the raw values of many epochs are where they belong, and the bold line is near them") {
  const auto history = run_of(5000);
  const auto chart = render::read_chart(drawn_curves(history), "Loss");
  for (const std::size_t epoch : {1, 40, 700, 5000}) {
    CHECK(chart.passes(train_color, static_cast<double>(epoch), history.train.loss[epoch - 1]));
    CHECK(chart.passes(validation_color, static_cast<double>(epoch), history.validation.loss[epoch - 1]));
  }
}

TEST_CASE(
    "training curves: the loss is called what was made small, and no more than a loss where that is not "
    "known") {
  auto history = run_of(5);
  CHECK(render::read_chart(drawn_curves(history), "Loss").y_label == "loss");
  history.loss = "focal loss with gamma 2.0";
  const auto drawing = drawn_curves(history);
  CHECK(render::read_chart(drawing, "Loss").y_label == "focal loss with gamma 2.0");
  CHECK(render::read_chart(drawing, "Accuracy").y_label == "share of samples");
}

TEST_CASE(
    "training curves: what callbacks logged has panels, training and validation of one metric together") {
  auto history = run_of(4);
  history.logged = {
      {"f1", {0.1, 0.3, 0.4, 0.5}}, {"val_f1", {0.2, 0.25, 0.3, 0.35}}, {"weights", {3, 2, 7, 1}}};
  const auto drawing = drawn_curves(history);
  const auto f1 = render::read_chart(drawing, "f1");
  CHECK(f1.passes(train_color, 2, 0.3));
  CHECK(f1.passes(validation_color, 2, 0.25));
  CHECK(f1.y_label.empty());
  const auto weights = render::read_chart(drawing, "weights");
  CHECK(weights.legend.empty());
  CHECK(weights.passes(render::okabe_ito::purple, 3, 7));
  CHECK(render::read_charts(drawing).size() == 4);
}

TEST_CASE("training curves: what is logged in some epochs only is joined across the others") {
  auto history = run_of(9);
  history.logged["val_f1"] = {NAN, 0.2, NAN, NAN, 0.5, NAN, NAN, NAN, 0.3};
  const auto chart = render::read_chart(drawn_curves(history), "f1");
  CHECK(chart.dots(validation_color).size() >= 3);
  CHECK(chart.passes(validation_color, 3.5, 0.35));
}

TEST_CASE(
    "training curves: of very many metrics the first are drawn and the rest is counted, no text on another") {
  auto history = run_of(12);
  for (int i = 0; i < 30; ++i)
    history.logged["metric " + std::to_string(10 + i)] = std::vector<double>(12, i);
  const auto drawing = drawn_curves(history);
  CHECK(render::read_charts(drawing).size() == 12);
  CHECK(count_texts(drawing, "training_log.csv has 20 more") == 1);
  check_texts(drawing);
}
