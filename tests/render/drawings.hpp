#pragma once

#include <string>
#include <vector>

#include "render/layout.hpp"
#include "render/png.hpp"
#include "render/shape.hpp"

namespace fovea::render {

/// Every shape of one kind, those within groups too.
template <class Kind> void collect(const Shapes& shapes, std::vector<Kind>& found) {
  for (const auto& shape : shapes) {
    if (const auto* one = std::get_if<Kind>(&shape)) found.push_back(*one);
    if (const auto* group = std::get_if<Group>(&shape)) collect(group->shapes, found);
  }
}

template <class Kind> std::vector<Kind> all(const Shapes& shapes) {
  std::vector<Kind> found;
  collect(shapes, found);
  return found;
}

/// What the texts say, in drawing order.
std::vector<std::string> words(const Shapes& shapes);

/// Whether any text says exactly this.
bool says(const Shapes& shapes, const std::string& text);

/// The texts that leave the canvas or cover another text, as sentences; none if all is well.
std::vector<std::string> misplaced_texts(const Drawing& drawing, const Measure& measure);

/// How many pixels within a box are not white.
int ink_in(const Pixels& pixels, const Rect& box);

/// Processor time that this thread took so far; other work on the machine does not count.
double seconds_of_this_thread();

/// Compares with approved/<name>.txt beside the tests; with APPROVE=1 in the environment writes it instead.
void approve(const std::string& name, const std::string& text);

/// The default style over a box of 800 x 600, with the rule-of-thumb measure.
inline Style plain_style() {
  return {};
}
inline constexpr Rect page{0, 0, 800, 600};

}  // namespace fovea::render
