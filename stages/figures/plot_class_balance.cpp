#include "stages/figures/plot_class_balance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "render/cairo.hpp"
#include "render/chart/panel.hpp"
#include "render/chart/pie.hpp"
#include "render/layout.hpp"
#include "render/table.hpp"

namespace fovea {

namespace {

using namespace render;

using PartCounts = ClassBalance::PartCounts;

constexpr std::size_t most_side_by_side = 16;  // classes
constexpr std::size_t most_wedges = 12;

Color color_of(const std::string& part) {
  if (part == "train") return train_color;
  return part == "validation" ? validation_color : test_color;
}

std::int64_t samples_in(const PartCounts& part) {
  return std::accumulate(part.counts.begin(), part.counts.end(), std::int64_t{0});
}

/// Returns the parts that have samples.
std::vector<PartCounts> parts_with_samples(const ClassBalance& balance) {
  std::vector<PartCounts> parts;
  for (const auto& part : balance.parts) {
    if (samples_in(part) > 0) parts.push_back(part);
  }
  return parts;
}

std::string ratio_text(const Balance& balance) {
  return std::isinf(balance.ratio) ? "\u221e" : number(balance.ratio);
}

/// Draws horizontal bars, the first class at the top.
Panel bars_side_by_side(const ClassBalance& balance, const std::vector<PartCounts>& parts) {
  Panel panel{.title = "Samples of each class"};
  panel.x = {.label = "samples", .integers = true, .from_zero = true};
  const auto classes = balance.class_names.size();
  for (std::size_t c = 0; c < classes; ++c)
    panel.y.names.push_back({-static_cast<double>(c), balance.class_names[c]});
  panel.y.low = -static_cast<double>(classes) + 0.5;
  panel.y.high = 0.5;
  // The bars of a class are ordered upwards like the axis, so the last part comes first.
  for (std::size_t p = 0; p < parts.size(); ++p) {
    Bars bars{.name = parts[p].name,
              .along = Along::y,
              .color = color_of(parts[p].name),
              .member = parts.size() - 1 - p,
              .members = parts.size()};
    for (std::size_t c = 0; c < classes; ++c) {
      bars.at.push_back(-static_cast<double>(c));
      bars.to.push_back(static_cast<double>(parts[p].counts[c]));
      bars.texts.push_back(grouped(parts[p].counts[c]));
    }
    panel.marks.push_back(std::move(bars));
  }
  return panel;
}

/// Draws vertical bars of one part, the first class at the left.
Panel bars_of_part(const ClassBalance& balance, const PartCounts& part, bool lowest) {
  Panel panel{.title = "Samples of each class, " + part.name, .legend = LegendPlace::none};
  panel.y = {.label = "samples", .integers = true, .from_zero = true};
  panel.x.low = -0.5;
  panel.x.high = static_cast<double>(balance.class_names.size()) - 0.5;
  if (lowest) panel.x.label = "class";
  Bars bars{.name = part.name, .color = color_of(part.name)};
  for (std::size_t c = 0; c < balance.class_names.size(); ++c) {
    panel.x.names.push_back({static_cast<double>(c), balance.class_names[c]});
    bars.at.push_back(static_cast<double>(c));
    bars.to.push_back(static_cast<double>(part.counts[c]));
  }
  panel.marks.push_back(std::move(bars));
  return panel;
}

render::Subplot counts_chart(const ClassBalance& balance, const std::vector<PartCounts>& parts) {
  if (balance.class_names.size() <= most_side_by_side || parts.empty())
    return render::Subplot(bars_side_by_side(balance, parts), 1, 2);
  Figure above_each_other;
  for (const auto& part : parts)
    above_each_other.subplots.emplace_back(bars_of_part(balance, part, &part == &parts.back()));
  return render::Subplot(above_each_other, 1, 2);
}

Pie pie_of(const ClassBalance& balance, const PartCounts& part) {
  Pie pie{.title = "Share of each class, " + part.name};
  for (std::size_t c = 0; c < balance.class_names.size(); ++c)
    pie.wedges.push_back({balance.class_names[c], static_cast<double>(part.counts[c]), wedge_color(c)});
  return pie;
}

/// Draws horizontal bars, the largest at the top, with a line at the share of a balanced part.
Panel sorted_shares(const ClassBalance& balance, const PartCounts& part) {
  Panel panel{.title = "Share of each class, " + part.name + ", sorted", .legend = LegendPlace::none};
  panel.x = {.label = "share of the samples", .format = NumberFormat::percent, .from_zero = true};
  const auto classes = part.counts.size();
  std::vector<std::size_t> order(classes);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return part.counts[a] > part.counts[b]; });
  const auto samples = static_cast<double>(samples_in(part));
  Bars bars{.along = Along::y, .color = color_of(part.name)};
  for (std::size_t i = 0; i < classes; ++i) {
    const auto place = -static_cast<double>(i);
    panel.y.names.push_back({place, balance.class_names[order[i]]});
    bars.at.push_back(place);
    bars.to.push_back(static_cast<double>(part.counts[order[i]]) / samples);
  }
  panel.y.low = -static_cast<double>(classes) + 0.5;
  panel.y.high = 0.5;
  const double even = 1 / static_cast<double>(classes);
  panel.marks = {std::move(bars), Rule{.at = even, .label = "even " + percent(even, 2)}};
  return panel;
}

render::Subplot shares_chart(const ClassBalance& balance, const PartCounts& part) {
  if (balance.class_names.size() <= most_wedges) return pie_of(balance, part);
  return sorted_shares(balance, part);
}

Table table_of(const ClassBalance& balance, const std::vector<PartCounts>& parts) {
  Table table{.title = "How even",
              .headings = {""},
              .rows = {{"samples"}, {"most"}, {"fewest"}, {"max / min"}, {"balance"}, {"effective classes"}},
              .align = {Align::start}};
  for (const auto& part : parts) {
    const auto measured = balance_of(part.counts);
    const auto named = [&](std::size_t c) {
      return grouped(part.counts[c]) + " in " + balance.class_names[c];
    };
    table.headings.push_back(part.name);
    table.align.push_back(Align::start);
    const auto cells = {grouped(measured.samples), named(measured.most), named(measured.fewest),
                        ratio_text(measured),      measured.band,        number(measured.effective, 4)};
    std::size_t row = 0;
    for (const auto& cell : cells) table.rows[row++].push_back(cell);
  }
  return table;
}

std::string in_words(const ClassBalance& balance, const std::vector<PartCounts>& parts) {
  const auto classes = counted(balance.class_names.size(), "class", "classes");
  if (parts.empty()) return "no samples of " + classes;
  const auto measured = balance_of(parts[0].counts);
  return parts[0].name + ": " + counted(static_cast<std::size_t>(measured.samples), "sample", "samples") +
         " of " + classes + ", max / min " + ratio_text(measured) + " (" + measured.band + "), " +
         number(measured.effective, 4) + " effective classes";
}

}  // namespace

render::Drawing draw_class_balance(const ClassBalance& balance, render::Size size,
                                   const render::Measure& measure) {
  const auto parts = parts_with_samples(balance);
  Figure figure{.title = "Class balance", .subtitle = in_words(balance, parts), .size = size};
  figure.subplots.push_back(counts_chart(balance, parts));
  if (!parts.empty()) {
    figure.columns = {5, 4};
    figure.rows = {3, 2};
    figure.subplots.push_back(shares_chart(balance, parts[0]));
    figure.subplots.emplace_back(table_of(balance, parts));
  }
  return draw(figure, measure);
}

PlotClassBalance::Out<Value> PlotClassBalance::run(const In<Value>& in, const Params& params,
                                                   Context& context) {
  auto balance = count_classes(*in.train, *in.validation, *in.test);
  const auto drawing = draw_class_balance(balance, picture_size(params), render::measure_text);
  return {.figures = saved(drawing, "Class balance", params.formats, context), .balance = std::move(balance)};
}

}  // namespace fovea
