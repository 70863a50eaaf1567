#pragma once

#include <span>

#include "render/chart/marks.hpp"
#include "render/style.hpp"

namespace fovea::render {

/// The texts of bars, spans, rules and notes, within the plot and clear of each other; one for which no room
/// is left is left out.
Shapes annotations(std::span<const Mark> marks, const Frame& frame, const Style& style);

}  // namespace fovea::render
