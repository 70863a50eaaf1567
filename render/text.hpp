#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "render/geometry.hpp"

namespace fovea::render {

/// The sans font family at a size in pixels.
struct Font {
  double size = 18;
  bool bold = false;
};

/// Measures a text, lines separated by '\n'. Layout uses no other information about fonts.
using Measure = std::function<Size(std::string_view text, const Font& font)>;

/// Estimates the size of a text, equally on every machine: for tests, and for programs that may not load
/// fonts.
Size approximate_size(std::string_view text, const Font& font);

/// Returns the text as valid UTF-8 without control characters: broken bytes become U+FFFD, tabs and other
/// controls a space; line ends stay.
std::string printable(std::string_view text);

/// Returns the text as `printable` does, with a space for each line end.
std::string one_line(std::string_view text);

/// Returns the grapheme clusters of a text, which people see as characters: a letter with its accents, a
/// joined emoji. Bytes that are not UTF-8 are one each.
std::vector<std::string_view> characters(std::string_view text);

/// Returns the terminal width of a text in columns: two for a wide character (Chinese, Japanese, Korean,
/// emoji), none for a combining mark.
std::size_t columns_of(std::string_view text);

/// Returns the text if it is no wider than `width` pixels, else its longest prefix that fits with "…" after
/// it; "" if even that does not fit. Grapheme clusters are never split.
std::string elided(std::string_view text, const Font& font, double width, const Measure& measure);

/// Wraps the text to at most `lines` lines no wider than `width` pixels, broken at spaces, or inside a word
/// that is wider than a line. Text left over ends in "…".
std::vector<std::string> wrapped(std::string_view text, const Font& font, double width, std::size_t lines,
                                 const Measure& measure);

}  // namespace fovea::render
