#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/params.hpp"
#include "render/shape.hpp"
#include "runtime/context.hpp"
#include "stages/figures/figures.hpp"

namespace fovea {

/// Training, validation and test data have these colours in all figures.
inline constexpr render::Color train_color = render::okabe_ito::blue;
inline constexpr render::Color validation_color = render::okabe_ito::vermillion;
inline constexpr render::Color test_color = render::okabe_ito::green;

/// A list with at least one name, each of them a picture format.
struct PictureFormats {
  std::string broken_by(const std::vector<std::string>& formats) const;
  std::string text() const;
};

/// The fields that every figure stage has: `formats`, `width` and `height` of its `Params`.
template <class Params>
auto picture_fields() {
  return std::tuple{field("formats", &Params::formats, "a file of each of these formats", PictureFormats{}),
                    field("width", &Params::width, "pixels across", between(480, 8192)),
                    field("height", &Params::height, "pixels down", between(320, 8192))};
}

/// The size that the parameters of a figure stage ask for.
template <class Params>
render::Size picture_size(const Params& params) {
  return {static_cast<double>(params.width), static_cast<double>(params.height)};
}

/// What figure stages are `made_with`.
Json drawn_with();

/// A drawing as `<name>.png` and so on, a file of each format, which says its title and the key of what it
/// came from.
Figures save(const render::Drawing& drawing, const std::string& name, const std::string& title,
             const std::vector<std::string>& formats, const Context& context);

}  // namespace fovea
