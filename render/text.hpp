#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "render/geometry.hpp"

namespace fovea::render {

/// The one sans family at a size in pixels.
struct Font {
  double size = 18;
  bool bold = false;
};

/// How much room a text takes, lines separated by '\n'. Layout asks this and nothing else about fonts.
using Measure = std::function<Size(std::string_view text, const Font& font)>;

/// Room by rule of thumb, the same on every machine: for tests, and where no font may be loaded.
Size approximate_size(std::string_view text, const Font& font);

/// The text as valid UTF-8 without control characters: broken bytes become U+FFFD, tabs and other controls a
/// space; line ends stay.
std::string printable(std::string_view text);

/// How many code points a valid UTF-8 text has.
std::size_t code_points(std::string_view text);

/// The text if it is no wider than `width` pixels, else its longest beginning that fits with "…" after it; ""
/// where not even that fits. Characters are never cut in two.
std::string elided(std::string_view text, const Font& font, double width, const Measure& measure);

/// The text in lines no wider than `width` pixels, broken at spaces, or inside a word that is wider than a
/// line. At most `lines` of them; what is left over ends in "…".
std::vector<std::string> wrapped(std::string_view text, const Font& font, double width, std::size_t lines,
                                 const Measure& measure);

}  // namespace fovea::render
