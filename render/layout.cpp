#include "render/layout.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "graph/error.hpp"
#include "render/chart/ticks.hpp"
#include "render/chart/title.hpp"

namespace fovea::render {
namespace {

constexpr double outer_margin = 22;

// The cells that a subplot covers in the grid, counted from the top left.
struct Cell {
  std::size_t column = 0;
  std::size_t row = 0;
  std::size_t columns = 1;
  std::size_t rows = 1;
};

bool overlap(const Cell& a, const Cell& b) {
  return a.column < b.column + b.columns && b.column < a.column + a.columns && a.row < b.row + b.rows &&
         b.row < a.row + a.rows;
}

std::vector<Cell> arranged(const std::vector<Subplot>& subplots, std::size_t columns) {
  std::vector<Cell> cells;
  for (const auto& subplot : subplots) {
    assert(subplot.columns() >= 1 && subplot.rows() >= 1);
    Cell cell{.columns = static_cast<std::size_t>(subplot.columns()),
              .rows = static_cast<std::size_t>(subplot.rows())};
    assert(cell.columns <= columns);
    const auto is_taken = [&] {
      return cell.column + cell.columns > columns ||
             std::ranges::any_of(cells, [&](const Cell& other) { return overlap(cell, other); });
    };
    while (is_taken()) {
      if (++cell.column >= columns) {
        cell.column = 0;
        ++cell.row;
      }
    }
    cells.push_back(cell);
  }
  return cells;
}

// Returns the begin and the end of each track in pixels; the gaps lie between them.
std::vector<std::pair<double, double>> tracks(std::vector<double> weights, double from, double length,
                                              double gap) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  const double shared = std::max(0.0, length - gap * static_cast<double>(weights.size() - 1));
  std::vector<std::pair<double, double>> result;
  for (const double weight : weights) {
    assert(weight > 0);
    const double size = shared * weight / sum;
    result.emplace_back(from, from + size);
    from += size + gap;
  }
  return result;
}

std::vector<Rect> boxes(const std::vector<Cell>& cells, const Figure& figure, const Rect& box) {
  std::size_t needed = 1;
  for (const auto& cell : cells) needed = std::max(needed, cell.row + cell.rows);
  assert(figure.rows.empty() || figure.rows.size() >= needed);
  const auto heights = figure.rows.empty() ? std::vector<double>(needed, 1.0) : figure.rows;
  const auto across = tracks(figure.columns, box.x, box.width, figure.gap);
  const auto down = tracks(heights, box.y, box.height, figure.gap);
  std::vector<Rect> result;
  for (const auto& cell : cells) {
    const double left = across[cell.column].first;
    const double top = down[cell.row].first;
    result.push_back({left, top, across[cell.column + cell.columns - 1].second - left,
                      down[cell.row + cell.rows - 1].second - top});
  }
  return result;
}

// Returns margins such that charts that begin in the same column share their left and right margins, and
// those in the same row their top and bottom margins.
std::vector<Margins> shared_margins(const Figure& figure, const std::vector<Cell>& cells,
                                    const std::vector<Rect>& places, const Style& style) {
  std::vector<Margins> own;
  for (std::size_t i = 0; i < cells.size(); ++i)
    own.push_back(figure.subplots[i].margins_in(places[i], style));
  std::vector<Margins> shared(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    for (std::size_t j = 0; j < cells.size(); ++j) {
      if (!figure.subplots[j].lines_up()) continue;
      const bool same_column = cells[i].column == cells[j].column && cells[i].columns == cells[j].columns;
      const bool same_row = cells[i].row == cells[j].row && cells[i].rows == cells[j].rows;
      if (same_column) shared[i] = widest(shared[i], {own[j].left, 0, own[j].right, 0});
      if (same_row) shared[i] = widest(shared[i], {0, own[j].top, 0, own[j].bottom});
    }
  }
  return shared;
}

Shapes draw_headline(const Figure& figure, Rect& box, const Style& style) {
  Shapes shapes = draw_heading(figure.title, {style.headline, true}, ink, box, style);
  append(shapes, draw_heading(figure.subtitle, {style.headline * 0.68}, quiet_ink, box, style));
  if (!shapes.empty()) box.cut_top(style.gap * 2);
  return shapes;
}

}  // namespace

double text_scale(Size box) {
  return std::clamp(std::min(box.width / 640, box.height / 400), 0.5, 1.0);
}

Shapes draw(const Figure& figure, const Rect& box, const Style& style) {
  assert(!figure.columns.empty());
  Rect inside = box;
  Shapes shapes = draw_headline(figure, inside, style);
  const auto cells = arranged(figure.subplots, figure.columns.size());
  const auto places = boxes(cells, figure, inside);
  double scale = style.scale;
  for (const auto& place : places) scale = std::min(scale, text_scale(place.size()));
  const Style smaller = style.scaled(scale / style.scale);
  const auto shared = shared_margins(figure, cells, places, smaller);
  for (std::size_t i = 0; i < cells.size(); ++i)
    append(shapes, figure.subplots[i].draw_in(places[i], smaller, shared[i]));
  return shapes;
}

Drawing draw(const Figure& figure, const Measure& measure) {
  const auto [width, height] = figure.size;
  if (!(width >= 16 && width <= 16384 && height >= 16 && height <= 16384)) {
    throw Error("figure: size " + number(width, 6) + " x " + number(height, 6) +
                " pixels; each side must be between 16 and 16384");
  }
  const Rect page{0, 0, width, height};
  Style style;
  style.measure = measure;
  style.headline *= std::clamp(std::min(width / 1100, height / 700), 0.5, 1.0);
  Drawing drawing{figure.size, {Rectangle{.box = page, .fill = white}}};
  append(drawing.shapes, draw(figure, page.inset(std::min({outer_margin, width / 20, height / 20})), style));
  return drawing;
}

}  // namespace fovea::render
