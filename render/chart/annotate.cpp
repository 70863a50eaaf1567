#include "render/chart/annotate.hpp"

#include <cmath>

#include "render/chart/place.hpp"

namespace fovea::render {
namespace {

// The padding in pixels between a text and the box reserved for it.
constexpr double padding = 3;

// The smallest text size on thin bars, relative to other texts.
constexpr double smallest_text = 0.7;

class Annotator {
 public:
  Annotator(const Frame& frame, const Style& style)
      : frame_(frame), plot_(frame.plot.inset(2)), font_{style.note}, style_(style), placer_(plot_) {}

  void avoid(const Mark& mark) {
    placer_.add_line(outline(mark, frame_));
    if (const auto* bars = std::get_if<Bars>(&mark)) {
      for (const auto& bar : bar_boxes(*bars, frame_)) bars_.push_back(bar.box);
    }
    if (const auto* rule = std::get_if<Rule>(&mark)) {
      for (const auto& shape : draw(*rule, frame_)) placer_.add_line(std::get<Polyline>(shape).points);
    }
    for (const auto& shape : is_note(mark) ? draw(mark, frame_) : Shapes{}) {
      const Point at = std::get<Marker>(shape).at;
      placer_.keep_free({at.x - 7, at.y - 7, 14, 14});
    }
  }

  void add(const Span& span) {
    const Rect box = span_box(span, frame_);
    if (span.label.empty() || box.width <= 0 || box.height <= 0) return;
    const Size size = size_of(span.label);
    const double gap = style_.gap * 0.5;
    const double left = box.center().x - size.width / 2;
    const double middle = box.center().y - size.height / 2;
    std::vector<Point> wishes;
    if (span.along == Along::y) {
      const double end = box.right() - size.width - gap;
      wishes = {{end, box.y + gap}, {box.x + gap, box.y + gap}, {end, middle}, {left, middle}};
    } else if (size.width <= box.width) {
      const double first = box.x + gap;
      const double last = box.right() - size.width - gap;
      for (const double y : {box.y + gap, box.bottom() - size.height - gap, middle})
        wishes.insert(wishes.end(), {{left, y}, {first, y}, {last, y}});
    } else {
      wishes = {{box.right() + gap, box.y + gap},
                {box.x - gap - size.width, box.y + gap},
                {box.right() + gap, middle},
                {box.right() + gap, box.bottom() - size.height - gap}};
    }
    put(span.label, opaque(span.color), placer_.place(size, wishes));
  }

  void add(const Rule& rule) {
    const Scale& scale = rule.along == Along::x ? frame_.x : frame_.y;
    const double at = scale(rule.at);
    const Range ends = scale.pixels();
    if (rule.label.empty() || !(std::min(ends.low, ends.high) <= at && at <= std::max(ends.low, ends.high)))
      return;
    const Size size = size_of(rule.label);
    const double gap = style_.gap * 0.5;
    std::vector<Point> wishes;
    for (const double share : {0.02, 0.98, 0.25, 0.5, 0.75}) {
      if (rule.along == Along::x) {
        const double y = plot_.y + (plot_.height - size.height) * share;
        wishes.insert(wishes.end(), {{at + gap, y}, {at - gap - size.width, y}});
      } else {
        const double x = plot_.right() - size.width - (plot_.width - size.width) * share;
        wishes.insert(wishes.end(), {{x, at - gap - size.height}, {x, at + gap}});
      }
    }
    put(rule.label, rule.color, placer_.place(size, wishes));
  }

  void add(const Bars& bars) {
    const auto boxes = bar_boxes(bars, frame_);
    if (bars.texts.empty() || boxes.empty()) return;
    const bool upright = bars.along == Along::x;
    Font font{style_.note};
    double room = plot_.width;
    double needed = 0;
    for (const auto& bar : boxes) {
      const Size size = style_.measure(shown(bars.texts[bar.index]), font);
      room = std::min(room, upright ? bar.box.width : bar.box.height);
      needed = std::max(needed, upright ? size.width : size.height);
    }
    const double share = needed > 0 ? std::min(1.0, room / needed) : 0;
    if (share < smallest_text) return;
    font.size *= share;
    for (const auto& bar : boxes) put_at_end(bar, shown(bars.texts[bar.index]), font, upright, bars.color);
  }

  void add(const Note& note) {
    const Point at = point_of(note);
    if (note.text.empty() || std::isnan(at.x) || std::isnan(at.y) || !frame_.plot.inset(-1).contains(at))
      return;
    const Size size = size_of(note.text);
    std::vector<Point> wishes;
    for (const double away : {10.0, 36.0, 80.0}) {
      const double above = at.y - away - size.height;
      const double below = at.y + away;
      const double before = at.x - away - size.width;
      const double after = at.x + away;
      const double middle = at.x - size.width / 2;
      const double level = at.y - size.height / 2;
      wishes.insert(wishes.end(), {{after, above},
                                   {middle, above},
                                   {after, level},
                                   {after, below},
                                   {before, above},
                                   {middle, below},
                                   {before, below},
                                   {before, level}});
    }
    const auto box = placer_.place(size, wishes);
    if (box) point_at(at, *box);
    put(note.text, note.color, box);
  }

  Shapes take() { return std::move(shapes_); }

 private:
  static bool is_note(const Mark& mark) { return std::holds_alternative<Note>(mark); }
  [[nodiscard]] Point point_of(const Note& note) const {
    return {frame_.x(note.x), frame_.y_scale(note.on_right)(note.y)};
  }
  [[nodiscard]] std::string shown(const std::string& text) const {
    return elided(printable(text), font_, plot_.width - 2 * padding, style_.measure);
  }
  [[nodiscard]] Size size_of(const std::string& text) const {
    const Size size = style_.measure(shown(text), font_);
    return {size.width + 2 * padding, size.height + 2};
  }

  // Returns the box of a text of a given size beyond the end of a bar, or inside that end.
  [[nodiscard]] Rect at_end(const BarBox& bar, const Size& size, bool upright, bool outside) const {
    const double gap = style_.gap * 0.5;
    const Rect& box = bar.box;
    const bool before = bar.falls == (upright != outside);  // left of the end or above it
    if (upright) {
      const double end = bar.falls ? box.bottom() : box.y;
      return {box.center().x - size.width / 2, before ? end - gap - size.height : end + gap, size.width,
              size.height};
    }
    const double end = bar.falls ? box.x : box.right();
    return {before ? end - gap - size.width : end + gap, box.center().y - size.height / 2, size.width,
            size.height};
  }

  // Whether a box lies in the plot and on no bar.
  [[nodiscard]] bool is_clear(const Rect& box) const {
    return plot_.contains(box) &&
           std::ranges::none_of(bars_, [&](const Rect& bar) { return shared_area(bar, box) > 0; });
  }

  // Places a text beyond the end of a bar, or inside it if there is no room or another bar.
  void put_at_end(const BarBox& bar, const std::string& text, const Font& font, bool upright, Color color) {
    const Size size = style_.measure(text, font);
    const Rect outside = at_end(bar, size, upright, true);
    const Rect inside = at_end(bar, size, upright, false);
    const bool is_outside = is_clear(outside);
    if (!is_outside && !bar.box.inset(-1).contains(inside)) return;
    const Rect& box = is_outside ? outside : inside;
    placer_.keep_free(box);
    shapes_.push_back(Text{.at = box.center(),
                           .text = text,
                           .font = font,
                           .color = is_outside ? ink : text_color_on(color),
                           .align = Align::middle,
                           .vertical = VerticalAlign::middle});
  }

  // Returns an opaque colour of the same hue that is dark enough to read.
  static Color opaque(Color color) {
    color.alpha = 255;
    while (contrast(color, white) < 5) color = mixed(color, black, 0.15);
    return color;
  }

  void point_at(Point at, const Rect& box) {
    const Point nearest{std::clamp(at.x, box.x, box.right()), std::clamp(at.y, box.y, box.bottom())};
    if (std::hypot(nearest.x - at.x, nearest.y - at.y) < 20) return;
    shapes_.push_back(Polyline{{at, nearest}, {quiet_ink, 1}});
  }

  void put(const std::string& text, Color color, const std::optional<Rect>& box) {
    if (!box) return;
    if (placer_.covered(*box) > 0) shapes_.push_back(Rectangle{.box = *box, .fill = white.faded(0.85)});
    shapes_.push_back(Text{.at = box->center(),
                           .text = shown(text),
                           .font = font_,
                           .color = opaque(color),
                           .align = Align::middle,
                           .vertical = VerticalAlign::middle});
  }

  const Frame& frame_;
  Rect plot_;
  Font font_;
  const Style& style_;
  Placer placer_;
  std::vector<Rect> bars_;
  Shapes shapes_;
};

}  // namespace

Shapes annotations(std::span<const Mark> marks, const Frame& frame, const Style& style) {
  Annotator annotator(frame, style);
  for (const auto& mark : marks) annotator.avoid(mark);
  const auto add_all = [&]<class Kind>() {
    for (const auto& mark : marks) {
      if (const auto* one = std::get_if<Kind>(&mark)) annotator.add(*one);
    }
  };
  add_all.template operator()<Bars>();
  add_all.template operator()<Span>();
  add_all.template operator()<Rule>();
  add_all.template operator()<Note>();
  return annotator.take();
}

}  // namespace fovea::render
