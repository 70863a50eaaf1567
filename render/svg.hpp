#pragma once

#include <string>
#include <string_view>

#include "render/png.hpp"

namespace fovea::render {

/// The text with `&`, `<`, `>` and `"` written as XML wants them.
std::string xml_escaped(std::string_view text);

/// Makes an SVG that a library wrote fit to be kept and put into pages: its ids become `<prefix>-1`,
/// `<prefix>-2` in order, the prefix taken from the content, so that equal drawings give equal bytes and two
/// drawings in one page do not mix up; the metadata become `<title>` and `<metadata>`.
std::string finished_svg(std::string_view svg, const Metadata& metadata);

}  // namespace fovea::render
