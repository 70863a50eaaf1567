#include "render/table.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "render/chart/title.hpp"

namespace fovea::render {
namespace {

constexpr Color stripe = rgb(0xf5f6f8);

std::vector<double> natural_widths(const Table& table, std::size_t rows, const Style& style) {
  std::vector<double> widths;
  for (std::size_t column = 0; column < table.headings.size(); ++column) {
    double widest = style.measure(printable(table.headings[column]), {style.tick, true}).width;
    for (std::size_t row = 0; row < rows; ++row) {
      assert(table.rows[row].size() == table.headings.size());
      widest = std::max(widest, style.measure(printable(table.rows[row][column]), {style.tick}).width);
    }
    widths.push_back(widest);
  }
  return widths;
}

// Shrinks the widest columns until all fit.
void shrink(std::vector<double>& widths, double room) {
  double excess = std::accumulate(widths.begin(), widths.end(), -std::max(room, 0.0));
  while (excess > 0.5) {
    const double widest = *std::ranges::max_element(widths);
    double next = 0;
    for (const double width : widths) {
      if (width < widest) next = std::max(next, width);
    }
    const auto count = static_cast<double>(std::ranges::count(widths, widest));
    const double less = std::min(widest - next, excess / count);
    for (double& width : widths) {
      if (width == widest) width -= less;
    }
    excess -= less * count;
  }
}

class TableDrawing {
 public:
  TableDrawing(const Table& table, const Rect& box, const Style& style)
      : table_(table), style_(style), box_(box), row_height_(style.line_height(style.tick) * 1.45) {
    shapes_ = draw_title(table.title, "", box_, style);
    const auto room = static_cast<std::size_t>(std::max(1.0, box_.height / row_height_)) - 1;
    shown_ = table.rows.size() <= room ? table.rows.size() : std::max<std::size_t>(room, 1) - 1;
    widths_ = natural_widths(table, shown_, style);
    shrink(widths_, box_.width - cell_padding() * 2 * static_cast<double>(widths_.size()));
  }

  Shapes take() {
    if (table_.headings.empty() || box_.height < row_height_) return std::move(shapes_);
    add_row(table_.headings, true);
    const double rule = box_.y;
    for (std::size_t row = 0; row < shown_; ++row) {
      if (row % 2 == 1)
        shapes_.push_back(Rectangle{.box = {box_.x, box_.y, full_width(), row_height_}, .fill = stripe});
      add_row(table_.rows[row], false);
    }
    shapes_.push_back(Polyline{{{box_.x, rule}, {box_.x + full_width(), rule}}, {quiet_ink, 1.5}});
    if (shown_ < table_.rows.size()) add_rest();
    return std::move(shapes_);
  }

 private:
  [[nodiscard]] double cell_padding() const { return style_.tick * 0.5; }
  [[nodiscard]] double full_width() const {
    return std::accumulate(widths_.begin(), widths_.end(), 0.0) +
           cell_padding() * 2 * static_cast<double>(widths_.size());
  }

  void add_row(const std::vector<std::string>& cells, bool bold) {
    Rect row = box_.cut_top(row_height_);
    for (std::size_t column = 0; column < cells.size(); ++column) {
      const Rect cell =
          row.cut_left(widths_[column] + 2 * cell_padding()).inset({cell_padding(), 0, cell_padding(), 0});
      const Align align = column < table_.align.size() ? table_.align[column] : Align::start;
      const double x = align == Align::start ? cell.x : align == Align::end ? cell.right() : cell.center().x;
      const Font font{style_.tick, bold};
      shapes_.push_back(Text{.at = {x, cell.center().y},
                             .text = elided(one_line(cells[column]), font, cell.width + 0.5, style_.measure),
                             .font = font,
                             .align = align,
                             .vertical = VerticalAlign::middle});
    }
  }

  void add_rest() {
    const Font font{style_.tick};
    const std::string text = "and " + std::to_string(table_.rows.size() - shown_) + " more";
    const Rect row = box_.cut_top(row_height_);
    shapes_.push_back(Text{.at = {row.x + cell_padding(), row.center().y},
                           .text = elided(text, font, row.width - cell_padding(), style_.measure),
                           .font = font,
                           .color = quiet_ink,
                           .vertical = VerticalAlign::middle});
  }

  const Table& table_;
  const Style& style_;
  Rect box_;
  double row_height_;
  std::size_t shown_ = 0;
  std::vector<double> widths_;
  Shapes shapes_;
};

}  // namespace

Shapes draw(const Table& table, const Rect& box, const Style& style) {
  return TableDrawing(table, box, style).take();
}

Shapes draw(const TextPanel& panel, const Rect& box, const Style& style) {
  Rect rest = box;
  Shapes shapes = draw_title(panel.title, "", rest, style);
  const Font font{style.label};
  const double height = style.line_height(style.label) * 1.25;
  const auto lines = static_cast<std::size_t>(rest.height / height);
  for (auto& line : wrapped(printable(panel.text), font, rest.width, lines, style.measure)) {
    const Rect strip = rest.cut_top(height);
    shapes.push_back(Text{.at = {strip.x, strip.y}, .text = std::move(line), .font = font});
  }
  return shapes;
}

}  // namespace fovea::render
