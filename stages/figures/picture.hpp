#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graph/params.hpp"
#include "render/shape.hpp"
#include "runtime/context.hpp"
#include "stages/figures/figures.hpp"

namespace fovea {

/// The colours of training, validation and test data in all figures.
inline constexpr render::Color train_color = render::okabe_ito::blue;
inline constexpr render::Color validation_color = render::okabe_ito::vermillion;
inline constexpr render::Color test_color = render::okabe_ito::green;

/// The rule of a non-empty list of picture formats.
struct PictureFormats {
  std::string broken_by(const std::vector<std::string>& formats) const;
  std::string text() const;
};

/// Returns the fields that all figure stages share: `formats`, `width` and `height` of their `Params`.
template <class Params> auto picture_fields() {
  return std::tuple{field("formats", &Params::formats, "a file of each of these formats", PictureFormats{}),
                    field("width", &Params::width, "pixels across", between(480, 8192)),
                    field("height", &Params::height, "pixels down", between(320, 8192))};
}

/// The name of a figure stage as a template argument: "plot_summary", which draws `summary.png`.
template <std::size_t size> struct PlotName {
  constexpr PlotName(const char (&text)[size]) { std::copy_n(text, size, characters); }
  constexpr std::string_view text() const { return {characters, size - 1}; }
  constexpr std::string_view file_stem() const { return text().substr(std::string_view("plot_").size()); }
  char characters[size];
};

/// The parameters of a figure stage without settings of its own.
template <PlotName plot> struct PictureParams {
  std::vector<std::string> formats{"png"};
  std::int64_t width = 1600;
  std::int64_t height = 1000;
  static auto fields() { return picture_fields<PictureParams>(); }
};

/// Returns the doc of a figure stage's output.
std::string figure_doc(std::string_view stem);

/// The output of a figure stage: `<stem>.png` and other formats, below `visualizations/`.
template <PlotName plot, template <class> class As> struct FiguresOut {
  As<Figures> figures;
  static auto ports() {
    static const auto doc = figure_doc(plot.file_stem());
    return std::tuple{tracked("figures", &FiguresOut::figures, doc, "visualizations")};
  }
};

/// Returns the size that the parameters of a figure stage ask for.
template <class Params> render::Size picture_size(const Params& params) {
  return {static_cast<double>(params.width), static_cast<double>(params.height)};
}

/// Returns the `made_with` of figure stages.
Json drawn_with();

/// Returns a drawing as files `<name>.png` and so on, one per format, each with the title and the key of its
/// source in its metadata.
Figures save(const render::Drawing& drawing, const std::string& name, const std::string& title,
             const std::vector<std::string>& formats, const Context& context);

/// The base of figure stages: name, output and parameters; a stage may declare its own in their place. It
/// adds `doc`, `version`, `In` and `run`.
template <PlotName plot> struct FigureStage {
  static constexpr std::string_view name = plot.text();
  template <template <class> class As> using Out = FiguresOut<plot, As>;
  using Params = PictureParams<plot>;
  static Json made_with() { return drawn_with(); }
  /// Returns the figure in the given formats.
  static Figures saved(const render::Drawing& drawing, const std::string& title,
                       const std::vector<std::string>& formats, const Context& context) {
    return save(drawing, std::string(plot.file_stem()), title, formats, context);
  }
};

}  // namespace fovea
