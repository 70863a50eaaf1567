#include "stages/figures/plot_network_architecture.hpp"

#include <algorithm>
#include <cmath>

#include "render/cairo.hpp"
#include "render/chart/ticks.hpp"
#include "render/layout.hpp"
#include "stages/model/network_parts.hpp"
#include "stages/model/own_modules.hpp"

namespace fovea {
namespace {

using namespace render;

constexpr std::size_t most_columns = 3;

/// A tree as lines, in columns that are read from top to bottom.
struct Tree {
  std::vector<ModulePart> parts;
};

/// The places of a tree's lines in a box.
class Lines {
 public:
  Lines(const Tree& tree, const Rect& box, const Style& style) : box_(box), style_(style) {
    height_ = 1.35 * style.line_height(style.label);
    fitting_ = std::max<std::size_t>(1, static_cast<std::size_t>(box.height / height_));
    std::int64_t depth = 0;
    for (const auto& part : tree.parts) depth = std::max(depth, part.depth);
    do rows_ = folded(tree.parts, depth);
    while (rows_.size() > most_columns * fitting_ && depth-- > 0);
    hidden_ = rows_.size() - std::min(rows_.size(), most_columns * fitting_);
    rows_.resize(rows_.size() - hidden_);
    columns_ = (rows_.size() + fitting_ - 1) / fitting_;
    a_column_ = (rows_.size() + columns_ - 1) / columns_;
  }

  Shapes draw() const {
    Shapes shapes;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      draw_branch(shapes, i);
      draw_line(shapes, i);
    }
    if (hidden_ > 0) {
      shapes.push_back(Text{{box_.x + box_.width, box_.y + box_.height},
                            std::to_string(hidden_) + " more",
                            {style_.note, false},
                            quiet_ink,
                            Align::end,
                            VerticalAlign::bottom});
    }
    return shapes;
  }

 private:
  double indent() const { return 1.1 * style_.label; }
  double width() const {
    const double gap = 3 * style_.gap;
    const auto columns = static_cast<double>(columns_);
    return std::min((box_.width - gap * (columns - 1)) / columns, 0.62 * box_.width);
  }
  /// The middle of the left end of a line.
  Point begin(std::size_t i) const {
    const auto column = static_cast<double>(i / a_column_), row = static_cast<double>(i % a_column_);
    return {box_.x + column * (width() + 3 * style_.gap), box_.y + (row + 0.5) * height_};
  }
  double text_x(std::size_t i) const {
    return begin(i).x + static_cast<double>(rows_[i].part.depth) * indent();
  }

  /// Draws what leads from the part that a line belongs to down to it.
  void draw_branch(Shapes& shapes, std::size_t i) const {
    const auto depth = rows_[i].part.depth;
    if (depth == 0) return;
    const auto y = begin(i).y, x = text_x(i) - 0.7 * indent();
    const Stroke stroke{light_ink(), 1.4 * style_.scale};
    auto above = i;
    while (above % a_column_ != 0 && rows_[--above].part.depth > depth) {
    }
    const bool in_column = above != i && rows_[above].part.depth <= depth;
    const bool sibling = in_column && rows_[above].part.depth == depth;
    const double top = in_column ? begin(above).y + (sibling ? 0 : 0.5 * height_) : box_.y;
    shapes.push_back(Polyline{{{x, top}, {x, y}, {text_x(i) - 0.15 * indent(), y}}, stroke});
  }
  static Color light_ink() { return quiet_ink.faded(0.6); }

  void draw_line(Shapes& shapes, std::size_t i) const {
    const auto& [part, last_name, count] = rows_[i];
    const auto y = begin(i).y, end = begin(i).x + width();
    const auto numbers = part.parameters > 0 ? grouped(part.parameters) : "";
    const Font bold{style_.tick, true}, plain{style_.tick, false};
    double room = end - text_x(i) - style_.measure(numbers, plain).width - 2 * style_.gap;
    auto name = printable(part.name + (count > 1 ? " … " + last_name : ""));
    name = elided(name, bold, room, style_.measure);
    shapes.push_back(Text{{text_x(i), y}, name, bold, ink, Align::start, VerticalAlign::middle});
    const double used = style_.measure(name, bold).width + style_.gap;
    auto type = printable(part.type) + (count > 1 ? " × " + std::to_string(count) : "");
    type = elided(type, plain, std::max(0.0, room - used), style_.measure);
    shapes.push_back(
        Text{{text_x(i) + used, y}, type, plain, quiet_ink, Align::start, VerticalAlign::middle});
    shapes.push_back(Text{{end, y}, numbers, plain, ink, Align::end, VerticalAlign::middle});
  }

  Rect box_;
  Style style_;
  double height_ = 0;
  std::size_t fitting_ = 1, columns_ = 1, a_column_ = 1, hidden_ = 0;
  std::vector<FoldedPart> rows_;
};

Shapes draw(const Tree& tree, const Rect& box, const Style& style) {
  return Lines(tree, box, style).draw();
}

std::string counts_text(const Specification& specification) {
  const auto info = infer(specification);
  const auto image = extent_text({specification.channels, specification.height, specification.width});
  const auto sizes = "images of " + image + ", " + std::to_string(specification.classes) + " classes, " +
                     grouped(info.parameters) + " parameters";
  const auto* own = own_module_of(specification);
  if (own == nullptr) return sizes + ", " + grouped(info.multiply_adds) + " multiply-adds an image";
  return sizes + "; a module of one's own with " + own->settings.dump() +
         ", of which multiply-adds and order are not known";
}

}  // namespace

render::Drawing draw_network_architecture(const Specification& specification, render::Size size,
                                          const render::Measure& measure) {
  return draw(Figure{.title = "Network: " + specification.name,
                     .subtitle = counts_text(specification),
                     .size = size,
                     .subplots = {Tree{parts_of(specification)}}},
              measure);
}

PlotNetworkArchitecture::Out<Value> PlotNetworkArchitecture::run(const In<Value>& in, const Params& params,
                                                                 Context& context) {
  return {
      saved(draw_network_architecture(in.model->specification, picture_size(params), render::measure_text),
            "Network architecture", params.formats, context)};
}

}  // namespace fovea
