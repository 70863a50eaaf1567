#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "render/png.hpp"
#include "render/shape.hpp"

namespace fovea::render {

// All functions are thread-safe, and equal drawings give equal bytes.

/// Measures a text in the system's sans font, with fallback fonts for missing letters.
Size measure_text(std::string_view text, const Font& font);

/// Rasterizes a drawing, `scale` pixels for each of its own on a side. Throws Error if a side would be longer
/// than 32,767 pixels.
Pixels pixels(const Drawing& drawing, double scale = 1);

/// Renders a drawing as a PNG file.
std::vector<std::byte> png(const Drawing& drawing, const Metadata& metadata = {}, double scale = 1);

/// Renders a drawing as an SVG file that needs no fonts: letters are outlines.
std::vector<std::byte> svg(const Drawing& drawing, const Metadata& metadata = {});

/// Renders a drawing as a PDF file of one page, one point for each pixel. "Title" becomes its title, the rest
/// of the metadata its keywords.
std::vector<std::byte> pdf(const Drawing& drawing, const Metadata& metadata = {});

/// Returns the drawing libraries with their versions, as "cairo" and "1.16.0". Other versions may place
/// letters elsewhere.
std::vector<std::pair<std::string, std::string>> drawing_libraries();

}  // namespace fovea::render
