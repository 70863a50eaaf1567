#include "stages/figures/plot_summary.hpp"

#include <cmath>

#include "render/chart/ticks.hpp"
#include "tests/catch.hpp"
#include "tests/render/reading.hpp"
#include "tests/stages/figures/drawing_text.hpp"

using namespace fovea;

namespace {

/// Scores that differ from run to run and from class to class, by sines.
MetricsSummary runs_and_classes(std::size_t runs, std::size_t classes, const std::string& name = "c",
                                const std::vector<Json>& each = {}) {
  std::vector<Value<Metrics>> all;
  for (std::size_t run = 0; run < runs; ++run) {
    Metrics metrics;
    const auto jitter = [&](double phase) { return std::sin(static_cast<double>(run) * 2.3 + phase); };
    metrics.accuracy = 0.91 + 0.004 * jitter(0);
    metrics.top_k_accuracy = 0.998 + 0.0003 * jitter(1);
    metrics.loss = 0.26 + 0.01 * jitter(2);
    metrics.macro.f1 = 0.9 + 0.005 * jitter(3);
    metrics.weighted.f1 = 0.905 + 0.004 * jitter(4);
    for (std::size_t c = 0; c < classes; ++c) {
      const auto place = static_cast<double>(c);
      metrics.classes.push_back({0, 0, 0.85 + 0.1 * std::sin(place * 1.7) + 0.01 * jitter(place), 10});
      metrics.class_names.push_back(name + std::to_string(c));
    }
    all.emplace_back(std::move(metrics));
  }
  return summarised(all, each);
}

/// Every setting with every seed.
std::vector<Json> settings_and_seeds(std::size_t settings, std::size_t seeds,
                                     const std::string& name = "rate") {
  std::vector<Json> each;
  for (std::size_t setting = 0; setting < settings; ++setting) {
    for (std::size_t seed = 0; seed < seeds; ++seed)
      each.push_back({{"train." + name, setting + 1}, {"seed", seed}});
  }
  return each;
}

render::Drawing summary_drawn(const MetricsSummary& summary, const render::Size& size = {1600, 1000}) {
  return draw_summary(summary, size, render::measure_text);
}

void check_summary_texts(const MetricsSummary& summary) {
  for (const render::Size size : {render::Size{1600, 1000}, {900, 600}, {600, 1200}}) {
    INFO(summary.runs() << " runs, " << summary.class_names.size() << " classes, " << size.width
                        << " pixels across");
    check_texts(summary_drawn(summary, size));
  }
}

}  // namespace

TEST_CASE("summary figure: any number of runs and classes, no text on another or outside") {
  for (const std::size_t runs : {1, 2, 5, 20, 100}) check_summary_texts(runs_and_classes(runs, 10));
  for (const std::size_t classes : {2, 40, 41, 1000}) check_summary_texts(runs_and_classes(3, classes));
  check_summary_texts(runs_and_classes(5, 10, "a class with quite a long name, number "));
  check_summary_texts(runs_and_classes(5, 200, "a class with quite a long name, number "));
}

TEST_CASE("summary figure: any number of settings, no text on another or outside") {
  for (const auto& [settings, seeds, classes] :
       {std::tuple{2, 1, 2}, {3, 3, 10}, {12, 5, 40}, {40, 2, 200}}) {
    const auto each = settings_and_seeds(settings, seeds);
    check_summary_texts(runs_and_classes(each.size(), classes, "c", each));
  }
  const auto each = settings_and_seeds(3, 2, "a_setting_with_quite_a_long_name_that_goes_on_and_on_and_on");
  check_summary_texts(runs_and_classes(6, 10, "a class with quite a long name, number ", each));
}

TEST_CASE("summary figure: of several settings each has a row with its own mean, and no mean is of all") {
  std::vector<Json> each;
  for (const auto* type : {"adamw", "rmsprop"}) {
    for (const int seed : {0, 1, 2}) each.push_back({{"train.optimizer.type", type}, {"seed", seed}});
  }
  const auto summary = runs_and_classes(6, 3, "c", each);
  const auto drawing = summary_drawn(summary);
  CHECK(count_texts(drawing, "2 settings of optimizer.type, 6 runs") == 1);
  CHECK(count_texts(drawing, "adamw") == 5);
  CHECK(count_texts(drawing, "rmsprop") == 5);
  for (const auto& setting : summary.settings)
    CHECK(count_texts(drawing, render::percent(setting.accuracy.mean, 2) + " \u00b1 ") == 1);
}

TEST_CASE("summary figure: runs of one setting are named by their seeds") {
  const auto drawing = summary_drawn(runs_and_classes(2, 3, "c", {{{"seed", 41}}, {{"seed", 1042}}}));
  CHECK(count_texts(drawing, "1042") == 5);
  CHECK(count_texts(drawing, "seed") == 5);
}

TEST_CASE("summary figure: names of any script stay on the canvas and clear of each other") {
  auto summary = runs_and_classes(5, 5);
  summary.class_names = names_of_all_kinds;
  check_summary_texts(summary);
}

TEST_CASE("summary figure: among few and very many classes there is ink where they are") {
  for (const std::size_t classes : {2, 1000}) {
    INFO(classes);
    CHECK(ink_in(summary_drawn(runs_and_classes(5, classes)), {0.65, 0.15, 0.3, 0.4}) > 0.01);
  }
}

TEST_CASE("summary figure: each metric says its mean and how far the interval reaches") {
  const auto summary = runs_and_classes(5, 3);
  const auto half = render::percent(summary.settings[0].accuracy.high - summary.settings[0].accuracy.mean, 2);
  const auto text = render::percent(summary.settings[0].accuracy.mean, 2) + " \u00b1 " + half;
  CHECK(count_texts(summary_drawn(summary), text) == 1);
  CHECK(count_texts(summary_drawn(summary), "Top-5 accuracy") == 2);
}

TEST_CASE("summary figure: one run has no interval and says so") {
  const auto drawing = summary_drawn(runs_and_classes(1, 3));
  CHECK(count_texts(drawing, "\u00b1") == 0);
  CHECK(count_texts(drawing, "1 run, which tells nothing of a spread") == 1);
  CHECK(count_texts(drawing, "unknown") == 5);
  CHECK(count_texts(drawing, "102") == 0);
}

TEST_CASE("summary figure: beyond 40 classes they are sorted, and the weakest are named") {
  CHECK(count_texts(summary_drawn(runs_and_classes(3, 40)), "Lowest F1") == 0);
  const auto summary = runs_and_classes(3, 41);
  std::size_t weakest = 0;
  for (std::size_t c = 1; c < 41; ++c) {
    if (summary.settings[0].class_f1[c].mean < summary.settings[0].class_f1[weakest].mean) weakest = c;
  }
  const auto drawing = summary_drawn(summary);
  CHECK(count_texts(drawing, "Lowest F1") == 1);
  CHECK(count_texts(drawing, summary.class_names[weakest]) == 1);
}

TEST_CASE("summary figure: the stage gives the file of its name, the same bytes every time") {
  Context context;
  const auto drawn = [&] {
    return PlotSummary::run({runs_and_classes(2, 3)}, {.width = 640, .height = 400}, context);
  };
  const auto first = drawn(), second = drawn();
  REQUIRE(first.figures->files.size() == 1);
  CHECK(first.figures->files[0].name == "summary.png");
  const auto bytes = [](const Figures& figures) {
    const auto span = figures.files[0].bytes.span();
    return std::vector<std::uint8_t>(span.begin(), span.end());
  };
  CHECK(bytes(*first.figures) == bytes(*second.figures));
}

TEST_CASE("summary figure: the dots of each metric are its runs in order, the band its interval") {
  const auto summary = runs_and_classes(5, 3);
  const auto drawing = summary_drawn(summary);
  const auto& one = summary.settings[0];
  const std::vector<std::pair<std::string, const Spread*>> metrics{{"Accuracy", &one.accuracy},
                                                                   {"Macro F1", &one.macro_f1},
                                                                   {"Weighted F1", &one.weighted_f1},
                                                                   {"Loss, nats", &one.loss}};
  for (const auto& [title, spread] : metrics) {
    INFO(title);
    const auto chart = render::read_chart(drawing, title);
    CHECK(chart.x_label == "run");
    const double tolerance = 0.02 * (spread->high - spread->low);
    const auto dots = chart.dots(test_color);
    REQUIRE(dots.size() == 5);
    for (std::size_t run = 0; run < 5; ++run) {
      CHECK(dots[run].x == Approx(run + 1).margin(0.05));
      CHECK(dots[run].y == Approx(spread->values[run]).margin(tolerance));
    }
    const auto bands = chart.bands(render::okabe_ito::sky);
    REQUIRE(bands.size() == 1);
    CHECK(bands[0].low == Approx(spread->low).margin(tolerance));
    CHECK(bands[0].high == Approx(spread->high).margin(tolerance));
  }
}

TEST_CASE("summary figure: the dots of a class are in its row, at its F1, and its numbers in the table") {
  const auto summary = runs_and_classes(5, 4);
  const auto drawing = summary_drawn(summary);
  const auto chart = render::read_chart(drawing, "F1 of each class");
  for (std::size_t c = 0; c < 4; ++c) {
    const auto row = chart.y.name(summary.class_names[c]);
    REQUIRE(row);
    std::vector<double> values;
    for (const auto& shape : chart.marks) {
      const auto* dot = std::get_if<render::Marker>(&shape);
      if (dot && dot->shape == render::MarkerShape::circle && std::abs(dot->at.y - *row) < 1)
        values.push_back(chart.x.value(dot->at.x));
    }
    REQUIRE(values.size() == 5);
    for (std::size_t run = 0; run < 5; ++run)
      CHECK(values[run] == Approx(summary.settings[0].class_f1[c].values[run]).margin(0.002));
  }
  CHECK(chart.x_label == "F1");
  const auto row = render::read_row(drawing, "Macro F1");
  CHECK(std::find(row.begin(), row.end(), render::percent(summary.settings[0].macro_f1.mean, 2)) !=
        row.end());
}
