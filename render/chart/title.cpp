#include "render/chart/title.hpp"

namespace fovea::render {

Shapes draw_heading(const std::string& text, const Font& font, Color color, Rect& box, const Style& style) {
  Shapes shapes;
  for (auto& line : wrapped(printable(text), font, box.width, 2, style.measure)) {
    const Rect strip = box.cut_top(style.measure(line, font).height);
    shapes.push_back(Text{.at = {strip.x, strip.y}, .text = std::move(line), .font = font, .color = color});
  }
  return shapes;
}

Shapes draw_title(const std::string& title, const std::string& subtitle, Rect& box, const Style& style) {
  Shapes shapes = draw_heading(title, {style.title, true}, ink, box, style);
  append(shapes, draw_heading(subtitle, {style.note}, quiet_ink, box, style));
  if (!shapes.empty()) box.cut_top(style.gap);
  return shapes;
}

Text notice(const std::string& text, const Rect& box, const Style& style) {
  const Font font{style.label};
  return {.at = box.center(),
          .text = elided(printable(text), font, box.width, style.measure),
          .font = font,
          .color = quiet_ink,
          .align = Align::middle,
          .vertical = VerticalAlign::middle};
}

}  // namespace fovea::render
