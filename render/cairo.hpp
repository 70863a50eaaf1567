#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "render/png.hpp"
#include "render/shape.hpp"

namespace fovea::render {

// All of these may be called from several threads at once, and the same drawing gives the same bytes each
// time.

/// The room a text takes in the system's sans font, with other fonts for the letters it lacks.
Size measure_text(std::string_view text, const Font& font);

/// A drawing as pixels, `scale` of them for each of its own on a side. Throws Error where a side would be
/// longer than 32,767 pixels.
Pixels pixels(const Drawing& drawing, double scale = 1);

/// A drawing as a PNG file.
std::vector<std::byte> png(const Drawing& drawing, const Metadata& metadata = {}, double scale = 1);

/// A drawing as an SVG file that needs no fonts: letters are outlines.
std::vector<std::byte> svg(const Drawing& drawing, const Metadata& metadata = {});

/// A drawing as a PDF file of one page, one point for each pixel. "Title" is its title, the rest of the
/// metadata its keywords.
std::vector<std::byte> pdf(const Drawing& drawing, const Metadata& metadata = {});

/// The libraries that draw, with their versions, as "cairo" and "1.16.0". Others may place a letter
/// elsewhere.
std::vector<std::pair<std::string, std::string>> drawing_libraries();

}  // namespace fovea::render
