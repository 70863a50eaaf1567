#pragma once

#include <span>

#include "render/chart/marks.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// Returns the texts of bars, spans, rules and notes, within the plot and without overlap; a text without
/// room is left out.
Shapes annotations(std::span<const Mark> marks, const Frame& frame, const Style& style);

}  // namespace fovea::render
