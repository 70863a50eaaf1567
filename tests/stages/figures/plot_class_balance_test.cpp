#include "stages/figures/plot_class_balance.hpp"

#include <algorithm>
#include <cmath>

#include "tests/catch.hpp"
#include "tests/render/reading.hpp"
#include "tests/stages/data/data_fixture.hpp"
#include "tests/stages/figures/drawing_text.hpp"

using namespace fovea;

namespace {

/// Classes of which the first has `ratio` times as many samples as the last, in three parts.
ClassBalance falling(std::size_t classes, double ratio, const std::string& name = "c") {
  ClassBalance balance{.class_names = {}, .parts = {{"train", {}}, {"validation", {}}, {"test", {}}}};
  for (std::size_t c = 0; c < classes; ++c) {
    balance.class_names.push_back(name + std::to_string(c));
    const double way = classes > 1 ? static_cast<double>(c) / static_cast<double>(classes - 1) : 0;
    const auto count = static_cast<std::int64_t>(std::lround(5000 * std::pow(ratio, -way)));
    balance.parts[0].counts.push_back(count);
    balance.parts[1].counts.push_back(count / 9);
    balance.parts[2].counts.push_back(1000);
  }
  return balance;
}

render::Drawing balance_drawn(const ClassBalance& balance, const render::Size& size = {1600, 1000}) {
  return draw_class_balance(balance, size, render::measure_text);
}

void check_balance_texts(const ClassBalance& balance) {
  for (const render::Size size : {render::Size{1600, 1000}, {900, 600}, {600, 1200}}) {
    INFO(balance.class_names.size() << " classes, " << size.width << " pixels across");
    check_texts(balance_drawn(balance, size));
  }
}

}  // namespace

TEST_CASE("class balance figure: 1, 2, 10, 13, 17, 100 and 1,000 classes, no text on another or outside") {
  for (const std::size_t classes : {1, 2, 10, 13, 17, 100, 1000}) {
    check_balance_texts(falling(classes, classes % 2 == 0 ? 1 : 50));
    check_balance_texts(falling(classes, 50, "a class with quite a long name, number "));
  }
}

TEST_CASE("class balance figure: names of any length and script stay on the canvas and clear of each other") {
  auto balance = falling(5, 50);
  balance.class_names = names_of_all_kinds;
  check_balance_texts(balance);
}

TEST_CASE("class balance figure: it says ratio, band and effective number of classes of each part") {
  const auto drawing = balance_drawn(falling(10, 50));
  CHECK(count_texts(drawing, "severe") == 3);
  CHECK(count_texts(drawing, "balanced") == 1);
  CHECK(count_texts(drawing, "max / min 50 (severe)") == 1);
  CHECK(count_texts(drawing, "5,000 in c0") == 1);
}

TEST_CASE("class balance figure: shares are a pie up to 12 classes and sorted bars beyond") {
  CHECK(count_texts(balance_drawn(falling(12, 1)), "8.3%") == 12);
  CHECK(count_texts(balance_drawn(falling(12, 1)), "even") == 1);
  CHECK(count_texts(balance_drawn(falling(13, 1)), "even 7.69%") == 1);
}

TEST_CASE("class balance figure: an empty part has no bars, and data without samples says so") {
  auto balance = falling(3, 2);
  balance.parts[1].counts = {0, 0, 0};
  CHECK(count_texts(balance_drawn(balance), "validation") == 0);
  for (auto& part : balance.parts) part.counts = {0, 0, 0};
  CHECK(count_texts(balance_drawn(balance), "no samples of 3 classes") == 1);
  CHECK(count_texts(balance_drawn(ClassBalance{}), "no samples of 0 classes") == 1);
}

TEST_CASE("class balance figure: a class without samples has no end of imbalance") {
  auto balance = falling(3, 2);
  balance.parts[0].counts = {10, 0, 10};
  CHECK(count_texts(balance_drawn(balance), "max / min \u221e (severe)") == 1);
}

TEST_CASE("class balance figure: the stage gives the file of its name, and the counts") {
  Context context;
  const auto data = testing::small_dataset({0, 1, 1});
  const auto out =
      PlotClassBalance::run({data, data, view(data, "id", {})}, {.width = 480, .height = 320}, context);
  REQUIRE(out.figures->files.size() == 1);
  CHECK(out.figures->files[0].name == "class_balance.png");
  CHECK(out.balance->parts[0].counts == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("class balance figure: the bar of each part at each class is as long as its count") {
  const auto balance = falling(5, 50);
  const auto chart = render::read_chart(balance_drawn(balance), "Samples of each class");
  CHECK(chart.x_label == "samples");
  for (const auto& part : balance.parts) {
    INFO(part.name);
    REQUIRE(chart.legend.contains(part.name));
    for (std::size_t c = 0; c < 5; ++c) {
      const auto end = chart.bar_end(chart.legend.at(part.name), balance.class_names[c]);
      REQUIRE(end);
      CHECK(*end == Approx(part.counts[c]).margin(20));
    }
  }
  CHECK(chart.legend.at("train") == train_color);
  CHECK(chart.legend.at("validation") == validation_color);
  CHECK(chart.legend.at("test") == test_color);
}

TEST_CASE("class balance figure: among many classes each part has its own bars, where their classes are") {
  const std::vector<render::Color> colors{train_color, validation_color, test_color};
  for (const std::size_t classes : {20, 100}) {
    const auto balance = falling(classes, 50);
    const auto drawing = balance_drawn(balance);
    for (std::size_t p = 0; p < 3; ++p) {
      const auto chart = render::read_chart(drawing, "Samples of each class, " + balance.parts[p].name);
      const auto end = chart.bar_end(colors[p], chart.x.labels.at(1));
      const auto c = std::stoul(chart.x.labels.at(1).substr(1));
      REQUIRE(end);
      CHECK(*end == Approx(balance.parts[p].counts[c]).epsilon(0.02));
    }
  }
}

TEST_CASE("class balance figure: a wedge has the share of the class that is written beside it") {
  const auto balance = falling(5, 50);
  const auto pie = render::read_pie(balance_drawn(balance));
  REQUIRE(pie.size() == 5);
  double samples = 0;
  for (const auto count : balance.parts[0].counts) samples += static_cast<double>(count);
  for (std::size_t c = 0; c < 5; ++c) {
    const auto& wedge = pie.at(balance.class_names[c]);
    const double share = static_cast<double>(balance.parts[0].counts[c]) / samples;
    CHECK(wedge.share == Approx(share).margin(1e-3));
    CHECK(wedge.written == Approx(share).margin(1e-3));
  }
}

TEST_CASE("class balance figure: the sorted shares begin with the largest class") {
  auto balance = falling(14, 50);
  std::reverse(balance.parts[0].counts.begin(), balance.parts[0].counts.end());
  const auto chart = render::read_chart(balance_drawn(balance), "Share of each class, train, sorted");
  CHECK(chart.y.labels.front() == "c13");
  CHECK(chart.bar_end(train_color, "c13").value() > chart.bar_end(train_color, "c12").value());
}
