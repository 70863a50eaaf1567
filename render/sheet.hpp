#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "render/shape.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// A small picture with a caption of a few words.
struct SheetPicture {
  int columns = 0;
  int rows = 0;
  std::vector<std::uint8_t> rgb;  ///< rows from the top, three bytes a pixel
  std::string caption{};          ///< lines separated by '\n'
};

/// A contact sheet: pictures in rows and columns, all in cells of one size and with their own proportions.
struct Sheet {
  std::vector<std::string> headings{};                ///< above the columns
  std::vector<std::vector<SheetPicture>> pictures{};  ///< by row; no row is longer than the headings
};

/// Draws a sheet in a box.
Shapes draw(const Sheet& sheet, const Rect& box, const Style& style);

}  // namespace fovea::render
