#include "render/sheet.hpp"

#include <algorithm>

namespace fovea::render {
namespace {

constexpr double gap = 10;
/// The largest number of lines of a caption, and the largest share of a cell's height.
constexpr std::size_t most_lines = 8;
constexpr double most_height = 0.55;
/// The magnification below which pictures are smoothed; larger ones show each pixel as a square.
constexpr double smooth_below = 3;

/// Returns the largest box of the picture's proportions in the middle of a cell.
Rect fitted(const SheetPicture& picture, const Rect& cell) {
  const double factor = std::min(cell.width / picture.columns, cell.height / picture.rows);
  const double width = picture.columns * factor, height = picture.rows * factor;
  return {cell.x + (cell.width - width) / 2, cell.y + (cell.height - height) / 2, width, height};
}

std::size_t most_columns(const Sheet& sheet) {
  std::size_t most = sheet.headings.size();
  for (const auto& row : sheet.pictures) most = std::max(most, row.size());
  return most;
}

/// Returns the number of lines of the longest caption in cells of a size, limited by the space for captions.
std::size_t caption_lines(const Sheet& sheet, Size cell, const Font& font, const Style& style) {
  const double room = most_height * cell.height / style.line_height(font.size);
  const auto most = std::clamp(static_cast<std::size_t>(room), std::size_t{1}, most_lines);
  std::size_t lines = 0;
  for (const auto& row : sheet.pictures) {
    for (const auto& picture : row)
      lines = std::max(lines, wrapped(picture.caption, font, cell.width, most, style.measure).size());
  }
  return lines;
}

void add_caption(const SheetPicture& picture, const Rect& below, std::size_t lines, const Font& font,
                 const Style& style, Shapes& shapes) {
  std::string text;
  for (const auto& line : wrapped(picture.caption, font, below.width, lines, style.measure))
    text += (text.empty() ? "" : "\n") + line;
  if (!text.empty()) {
    shapes.push_back({Text{.at = {below.center().x, below.y},
                           .text = text,
                           .font = font,
                           .color = quiet_ink,
                           .align = Align::middle}});
  }
}

}  // namespace

Shapes draw(const Sheet& sheet, const Rect& box, const Style& style) {
  Shapes shapes;
  const auto columns = most_columns(sheet);
  if (columns == 0 || sheet.pictures.empty()) return shapes;
  const Font heading{style.label}, caption{style.tick * 0.82};
  auto rest = box;
  const auto top = rest.cut_top(sheet.headings.empty() ? 0 : style.measure("Ag", heading).height + gap);
  for (std::size_t c = 0; c < sheet.headings.size(); ++c) {
    const auto cell = cell_of(top, 1, columns, 0, c, gap);
    shapes.push_back({Text{.at = cell.center(),
                           .text = elided(sheet.headings[c], heading, cell.width, style.measure),
                           .font = heading,
                           .align = Align::middle,
                           .vertical = VerticalAlign::middle}});
  }
  const auto first = cell_of(rest, sheet.pictures.size(), columns, 0, 0, gap);
  const auto lines = caption_lines(sheet, first.size(), caption, style);
  const double caption_height =
      lines == 0 ? 0 : style.measure("Ag\nAg", caption).height * static_cast<double>(lines) / 2 + 4;
  for (std::size_t r = 0; r < sheet.pictures.size(); ++r) {
    for (std::size_t c = 0; c < sheet.pictures[r].size(); ++c) {
      const auto& picture = sheet.pictures[r][c];
      auto cell = cell_of(rest, sheet.pictures.size(), columns, r, c, gap);
      const auto below = cell.cut_bottom(caption_height);
      const auto shown = fitted(picture, cell);
      shapes.push_back({Image{.box = shown,
                              .columns = picture.columns,
                              .rows = picture.rows,
                              .rgb = picture.rgb,
                              .smooth = shown.width < smooth_below * picture.columns}});
      add_caption(picture, {cell.x, shown.bottom() + 4, cell.width, below.height}, lines, caption, style,
                  shapes);
    }
  }
  return shapes;
}

}  // namespace fovea::render
