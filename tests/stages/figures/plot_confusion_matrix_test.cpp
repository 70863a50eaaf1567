#include "stages/figures/plot_confusion_matrix.hpp"

#include <algorithm>

#include "render/chart/ticks.hpp"
#include "tests/catch.hpp"
#include "tests/render/reading.hpp"
#include "tests/stages/figures/drawing_text.hpp"

using namespace fovea;

namespace {

/// Each class is right 6 times and is taken for the next one 2 times.
Metrics ring(std::size_t classes) {
  Metrics metrics;
  std::vector<std::int64_t> confusion(classes * classes);
  for (std::size_t c = 0; c < classes; ++c) {
    confusion[c * classes + c] = 6;
    confusion[c * classes + (c + 1) % classes] = 2;
    metrics.class_names.push_back("c" + std::to_string(c));
    metrics.classes.push_back({0.75, 0.75, 0.75, 8});
  }
  metrics.confusion = confusion;
  metrics.samples = static_cast<std::int64_t>(classes) * 8;
  metrics.accuracy = 0.75;
  return metrics;
}

render::Drawing drawn(const Metrics& metrics, const std::string& normalize = "true") {
  return draw_confusion_matrix(metrics, normalize, {1600, 1000}, render::measure_text);
}

}  // namespace

TEST_CASE("confusion matrix: 2, 10, 40, 41 and 1,000 classes are drawn, no text on another or outside") {
  for (const std::size_t classes : {2, 10, 40, 41, 1000}) {
    INFO(classes);
    check_texts(drawn(ring(classes)));
  }
}

TEST_CASE("confusion matrix: the share is of what is asked for") {
  auto metrics = ring(2);
  metrics.confusion = std::vector<std::int64_t>{9, 1, 0, 10};
  metrics.samples = 20;
  CHECK(count_texts(drawn(metrics, "true"), "90.0%\n9") == 1);
  CHECK(count_texts(drawn(metrics, "pred"), "90.9%\n10") == 1);
  CHECK(count_texts(drawn(metrics, "all"), "45.0%\n9") == 1);
  CHECK(count_texts(drawn(metrics, "none"), "%\n") == 0);
}

TEST_CASE("confusion matrix: the pairs that are confused most are named, with counts and shares") {
  auto metrics = ring(41);
  auto counts = std::vector<std::int64_t>(metrics.confusion.begin(), metrics.confusion.end());
  counts[7 * 41 + 30] = 99;
  metrics.classes[7].support = 198;
  metrics.confusion = counts;
  const auto texts = texts_of(drawn(metrics).shapes);
  const auto first =
      std::find_if(texts.begin(), texts.end(), [](const auto& one) { return one.text == "99"; });
  REQUIRE(first != texts.end());
  CHECK((first - 2)->text == "c7");
  CHECK((first - 1)->text == "c30");
  CHECK((first + 1)->text == "50.0%");
}

TEST_CASE("confusion matrix: without a mistake there are no pairs") {
  auto metrics = ring(2);
  metrics.confusion = std::vector<std::int64_t>{8, 0, 0, 8};
  CHECK(count_texts(drawn(metrics), "Most confused pairs") == 0);
}

TEST_CASE("confusion matrix: a class that never occurs keeps its name and has no score") {
  auto metrics = ring(3);
  metrics.confusion = std::vector<std::int64_t>{8, 0, 0, 0, 8, 0, 0, 0, 0};
  metrics.classes[2] = {0, 0, 0, 0};
  const auto drawing = drawn(metrics);
  CHECK(count_texts(drawing, "c2") == 2);
  CHECK(count_texts(drawing, "nan") == 0);
}

TEST_CASE("confusion matrix: names of any length and script stay on the canvas and clear of each other") {
  auto metrics = ring(4);
  metrics.class_names = {names_of_all_kinds.begin(), names_of_all_kinds.begin() + 4};
  const auto drawing = drawn(metrics);
  check_texts(drawing);
}

TEST_CASE("confusion matrix: no class at all is still a figure") {
  CHECK(text_outside(drawn(Metrics{}), render::measure_text) == "");
}

TEST_CASE("confusion matrix: the stage gives the file of its name") {
  Context context;
  const auto out = PlotConfusionMatrix::run({ring(3)}, {.width = 480, .height = 320}, context);
  REQUIRE(out.figures->files.size() == 1);
  CHECK(out.figures->files[0].name == "confusion_matrix.png");
}

namespace {

/// Counts that differ from cell to cell and from their mirror image, so that recall is not precision.
Metrics uneven(std::size_t classes) {
  auto metrics = ring(classes);
  std::vector<std::int64_t> counts(classes * classes);
  for (std::size_t row = 0; row < classes; ++row) {
    for (std::size_t column = 0; column < classes; ++column)
      counts[row * classes + column] =
          static_cast<std::int64_t>(row == column ? 60 + 9 * row : row * 3 + (column * 5) % 7);
  }
  metrics.samples = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    double truth = 0, predicted = 0;
    for (std::size_t other = 0; other < classes; ++other) {
      truth += static_cast<double>(counts[c * classes + other]);
      predicted += static_cast<double>(counts[other * classes + c]);
    }
    const auto hits = static_cast<double>(counts[c * classes + c]);
    metrics.classes[c] = {hits / predicted, hits / truth, 0, static_cast<std::int64_t>(truth)};
    metrics.samples += static_cast<std::int64_t>(truth);
  }
  metrics.confusion = counts;
  return metrics;
}

}  // namespace

TEST_CASE("confusion matrix: rows are true classes and columns predicted ones, by colour and by text") {
  const auto metrics = uneven(4);
  const render::ReadMatrix matrix(drawn(metrics));
  CHECK(matrix.row_label == "true class");
  CHECK(matrix.column_label == "predicted class");
  for (std::size_t row = 0; row < 4; ++row) {
    for (std::size_t column = 0; column < 4; ++column) {
      const auto truth = "c" + std::to_string(row), predicted = "c" + std::to_string(column);
      const auto count = metrics.count(row, column);
      const double share = static_cast<double>(count) / static_cast<double>(metrics.classes[row].support);
      CHECK(matrix.value(truth, predicted) == Approx(share).margin(0.01));
      CHECK(matrix.text(truth, predicted) == render::percent(share, 1) + "\n" + std::to_string(count));
    }
  }
}

TEST_CASE("confusion matrix: among very many classes the cells are still where their classes are") {
  auto metrics = ring(1000);
  auto counts = std::vector<std::int64_t>(metrics.confusion.begin(), metrics.confusion.end());
  for (std::size_t column = 180; column < 220; ++column) {
    for (std::size_t row = 580; row < 620; ++row) counts[row * 1000 + column] = 8;
  }
  metrics.confusion = counts;
  const render::ReadMatrix matrix(drawn(metrics, "none"));
  CHECK(matrix.value("c600", "c200") == Approx(8).epsilon(0.05));
  CHECK(matrix.value("c200", "c600") < 1.1);
}

TEST_CASE(
    "confusion matrix: recall is beside the rows and precision below the columns, each as long as it says") {
  const auto metrics = uneven(4);
  const render::ReadMatrix matrix(drawn(metrics));
  for (std::size_t c = 0; c < 4; ++c) {
    const auto name = "c" + std::to_string(c);
    CHECK(matrix.strip_text("recall", name) == render::percent(metrics.classes[c].recall));
    CHECK(matrix.strip_text("precision", name) == render::percent(metrics.classes[c].precision));
    CHECK(matrix.strip_bar("recall", name) / matrix.strip_bar("recall", "c0") ==
          Approx(metrics.classes[c].recall / metrics.classes[0].recall).epsilon(0.02));
    CHECK(matrix.strip_bar("precision", name) / matrix.strip_bar("precision", "c0") ==
          Approx(metrics.classes[c].precision / metrics.classes[0].precision).epsilon(0.02));
  }
}
