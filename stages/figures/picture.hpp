#pragma once

#include <algorithm>
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

/// A name that is known while compiling: "summary" of `summary.png`.
template <std::size_t size>
struct FileStem {
  constexpr FileStem(const char (&text)[size]) { std::copy_n(text, size, characters); }
  char characters[size];
};

/// What a figure stage is set to where it needs nothing more.
template <FileStem stem>
struct PictureParams {
  std::vector<std::string> formats{"png"};
  std::int64_t width = 1600;
  std::int64_t height = 1000;
  static auto fields() { return picture_fields<PictureParams>(); }
};

/// What is said of the output of a figure stage.
std::string figure_doc(const std::string& stem);

/// What a figure stage gives where that is the figure alone: `<stem>.png` and other formats, below
/// `visualizations/`.
template <FileStem stem, template <class> class As>
struct FiguresOut {
  As<Figures> figures;
  static auto ports() {
    static const auto doc = figure_doc(stem.characters);
    return std::tuple{exported("figures", &FiguresOut::figures, doc, "visualizations")};
  }
};

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
