#pragma once

#include <string>
#include <variant>
#include <vector>

#include "render/cairo.hpp"
#include "render/shape.hpp"
#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

namespace fovea {

/// All texts of a drawing, in the order they are drawn.
inline std::vector<render::Text> texts_of(const render::Shapes& shapes) {
  return render::all<render::Text>(shapes);
}

/// How many texts of a drawing have `part` in them.
inline std::size_t count_texts(const render::Drawing& drawing, const std::string& part) {
  std::size_t count = 0;
  for (const auto& text : texts_of(drawing.shapes)) count += text.text.find(part) != std::string::npos;
  return count;
}

/// The first text that leaves the canvas, or "".
inline std::string text_outside(const render::Drawing& drawing, const render::Measure& measure) {
  const render::Rect canvas{-1, -1, drawing.size.width + 2, drawing.size.height + 2};
  for (const auto& text : texts_of(drawing.shapes)) {
    if (!text.text.empty() && !canvas.contains(bounds(text, measure))) return text.text;
  }
  return {};
}

/// The first two texts that lie on each other, turned ones too, or "".
inline std::string texts_in_collision(const render::Drawing& drawing, const render::Measure& measure) {
  for (const auto& complaint : render::misplaced_texts(drawing, measure)) {
    if (complaint.find(" covers ") != std::string::npos) return complaint;
  }
  return {};
}

/// Names of any length and script, one of which is empty and one of which is no UTF-8.
inline const std::vector<std::string> names_of_all_kinds{std::string(300, 'w'), "日本語のクラス名",
                                                         "صنف عربي", "bad \xff byte\nand line", ""};

/// Checks that every text is on the canvas and none on another.
inline void check_texts(const render::Drawing& drawing) {
  CHECK(text_outside(drawing, render::measure_text) == "");
  CHECK(texts_in_collision(drawing, render::measure_text) == "");
}

/// The share of pixels in a part of the drawing, given in shares of its size, that are not white.
inline double ink_in(const render::Drawing& drawing, const render::Rect& part) {
  const auto picture = render::pixels(drawing);
  std::size_t inked = 0;
  std::size_t all = 0;
  const auto pixel = [](double share, int size) { return static_cast<int>(share * size); };
  for (int y = pixel(part.y, picture.height); y < pixel(part.bottom(), picture.height); ++y) {
    for (int x = pixel(part.x, picture.width); x < pixel(part.right(), picture.width); ++x, ++all) {
      const auto* rgb = &picture.rgb[(static_cast<std::size_t>(y) * picture.width + x) * 3];
      inked += rgb[0] != 255 || rgb[1] != 255 || rgb[2] != 255;
    }
  }
  return static_cast<double>(inked) / static_cast<double>(all);
}

}  // namespace fovea
