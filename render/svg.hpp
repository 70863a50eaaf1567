#pragma once

#include <string>
#include <string_view>

#include "render/png.hpp"

namespace fovea::render {

/// Escapes `&`, `<`, `>` and `"` for XML.
std::string xml_escaped(std::string_view text);

/// Makes an SVG file reproducible and embeddable: its ids become `<prefix>-1`, `<prefix>-2` in order, with a
/// prefix computed from the content, so that equal drawings give equal bytes and the ids of two drawings in
/// one page do not clash; the metadata become `<title>` and `<metadata>`.
std::string finished_svg(std::string_view svg, const Metadata& metadata);

}  // namespace fovea::render
