#include "stages/figures/plot_confusion_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "render/cairo.hpp"
#include "render/heat/heat_map.hpp"
#include "render/layout.hpp"
#include "render/table.hpp"

namespace fovea {

namespace {

using namespace render;

constexpr std::size_t most_with_text = 40;  // classes
constexpr std::size_t most_pairs = 25;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// The number of samples of each class, by true and by predicted class.
struct ClassTotals {
  std::vector<std::int64_t> truth;
  std::vector<std::int64_t> predicted;
};

ClassTotals totals_of(const Metrics& metrics) {
  const auto classes = metrics.class_names.size();
  ClassTotals totals{std::vector<std::int64_t>(classes), std::vector<std::int64_t>(classes)};
  for (std::size_t row = 0; row < classes; ++row) {
    for (std::size_t column = 0; column < classes; ++column) {
      totals.truth[row] += metrics.count(row, column);
      totals.predicted[column] += metrics.count(row, column);
    }
  }
  return totals;
}

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : unknown;
}

std::vector<double> cell_values(const Metrics& metrics, const std::string& normalize,
                                const ClassTotals& totals) {
  const auto classes = metrics.class_names.size();
  std::vector<double> values;
  values.reserve(classes * classes);
  for (std::size_t row = 0; row < classes; ++row) {
    for (std::size_t column = 0; column < classes; ++column) {
      const auto count = metrics.count(row, column);
      values.push_back(normalize == "none"   ? static_cast<double>(count)
                       : normalize == "all"  ? share(count, metrics.samples)
                       : normalize == "pred" ? share(count, totals.predicted[column])
                                             : share(count, totals.truth[row]));
    }
  }
  return values;
}

/// Returns the texts of cells: percent over count; the count alone where a cell is empty, or where counts are
/// asked for.
std::vector<std::string> cell_texts(const Metrics& metrics, const std::string& normalize,
                                    const std::vector<double>& values) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto count = grouped(metrics.confusion[i]);
    const bool count_only = normalize == "none" || metrics.confusion[i] == 0;
    texts.push_back(count_only ? count : percent(values[i]) + "\n" + count);
  }
  return texts;
}

/// Returns a strip of class scores, with a gap for a class that never occurs.
Strip strip_of(const Metrics& metrics, const std::string& label, double Metrics::Scores::*score,
               const std::vector<std::int64_t>& occurrences) {
  Strip strip{.label = label};
  for (std::size_t c = 0; c < metrics.classes.size(); ++c) {
    strip.values.push_back(occurrences[c] > 0 ? metrics.classes[c].*score : unknown);
  }
  return strip;
}

std::string meaning(const std::string& normalize) {
  if (normalize == "none") return "samples";
  if (normalize == "all") return "share of all samples";
  return normalize == "pred" ? "share of the predicted class" : "share of the true class";
}

/// Sets a log scale of colours: among many classes a cell of one sample has to differ from an empty cell.
void use_log_colors(HeatMap& map) {
  double least = std::numeric_limits<double>::infinity();
  double most = map.range ? map.range->high : 0;
  for (const double value : map.values) {
    if (value > 0) least = std::min(least, value);
    if (value > most) most = value;
  }
  if (most > 0) map.range = render::Range{std::max(least / 2, most * 1e-4), most};
  map.scale = ScaleKind::log;
  map.square = true;
}

HeatMap matrix_of(const Metrics& metrics, const std::string& normalize) {
  const auto totals = totals_of(metrics);
  HeatMap map;
  map.x_label = "predicted class";
  map.y_label = "true class";
  map.rows = map.columns = metrics.class_names.size();
  map.values = cell_values(metrics, normalize, totals);
  map.row_names = map.column_names = metrics.class_names;
  if (map.rows <= most_with_text) map.texts = cell_texts(metrics, normalize, map.values);
  if (normalize == "true" || normalize == "pred") map.range = render::Range{0, 1};
  if (normalize != "none") map.format = NumberFormat::percent;
  map.value_label = meaning(normalize);
  map.right = strip_of(metrics, "recall", &Metrics::Scores::recall, totals.truth);
  map.bottom = strip_of(metrics, "precision", &Metrics::Scores::precision, totals.predicted);
  if (map.rows > most_with_text) use_log_colors(map);
  return map;
}

struct Pair {
  std::int64_t count = 0;
  std::size_t cell = 0;
};

/// Returns the confused pairs with the most samples, the most frequent first; of equals the first in the
/// matrix.
std::vector<Pair> confused_pairs(const Metrics& metrics) {
  const auto classes = metrics.class_names.size();
  std::vector<Pair> pairs;
  for (std::size_t cell = 0; cell < metrics.confusion.size(); ++cell) {
    if (cell / classes == cell % classes || metrics.confusion[cell] == 0) continue;
    pairs.push_back({metrics.confusion[cell], cell});
  }
  const auto shown = pairs.begin() + static_cast<std::ptrdiff_t>(std::min(pairs.size(), most_pairs));
  std::partial_sort(pairs.begin(), shown, pairs.end(), [](const Pair& a, const Pair& b) {
    return a.count != b.count ? a.count > b.count : a.cell < b.cell;
  });
  pairs.erase(shown, pairs.end());
  return pairs;
}

Table table_of(const Metrics& metrics, const std::vector<Pair>& pairs) {
  Table table{.title = "Most confused pairs",
              .headings = {"true", "predicted", "count", "of true"},
              .align = {Align::start, Align::start, Align::end, Align::end}};
  for (const auto& pair : pairs) {
    const auto truth = pair.cell / metrics.class_names.size();
    const auto predicted = pair.cell % metrics.class_names.size();
    table.rows.push_back({metrics.class_names[truth], metrics.class_names[predicted], grouped(pair.count),
                          percent(share(pair.count, metrics.classes[truth].support))});
  }
  return table;
}

}  // namespace

render::Drawing draw_confusion_matrix(const Metrics& metrics, const std::string& normalize, render::Size size,
                                      const render::Measure& measure) {
  const auto pairs = confused_pairs(metrics);
  Figure figure{.title = "Confusion matrix",
                .subtitle = "accuracy " + percent(metrics.accuracy, 2) + " on " + grouped(metrics.samples) +
                            " samples of " + grouped(static_cast<long long>(metrics.class_names.size())) +
                            " classes",
                .size = size,
                .subplots = {matrix_of(metrics, normalize)}};
  if (!pairs.empty()) {
    figure.columns = {5, 2};
    figure.subplots.push_back(table_of(metrics, pairs));
  }
  return draw(figure, measure);
}

PlotConfusionMatrix::Out<Value> PlotConfusionMatrix::run(const In<Value>& in, const Params& params,
                                                         Context& context) {
  const auto drawing =
      draw_confusion_matrix(*in.metrics, params.normalize, picture_size(params), render::measure_text);
  return {saved(drawing, "Confusion matrix", params.formats, context)};
}

}  // namespace fovea
