#include "render/shape.hpp"

#include <cmath>
#include <iterator>
#include <numbers>
#include <string_view>

namespace fovea::render {

Rect bounds(const Text& text, const Measure& measure) {
  const Size size = measure(text.text, text.font);
  const double left = text.align == Align::start ? 0 : text.align == Align::middle ? -0.5 : -1;
  const double top = text.vertical == VerticalAlign::top      ? 0
                     : text.vertical == VerticalAlign::middle ? -0.5
                                                              : -1;
  const double turn = text.degrees * std::numbers::pi / 180;
  const double across = std::abs(std::cos(turn));
  const double down = std::abs(std::sin(turn));
  const Point middle{(left + 0.5) * size.width, (top + 0.5) * size.height};
  const Size turned{size.width * across + size.height * down, size.width * down + size.height * across};
  const Point center{text.at.x + middle.x * std::cos(turn) + middle.y * std::sin(turn),
                     text.at.y - middle.x * std::sin(turn) + middle.y * std::cos(turn)};
  return {center.x - turned.width / 2, center.y - turned.height / 2, turned.width, turned.height};
}

void append(Shapes& shapes, Shapes more) {
  shapes.insert(shapes.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

namespace {

struct Mover {
  Point by;

  void move(Point& p) const { p = {p.x + by.x, p.y + by.y}; }
  void move(Rect& box) const {
    box.x += by.x;
    box.y += by.y;
  }
  void operator()(Polyline& s) const {
    for (auto& p : s.points) move(p);
  }
  void operator()(Polygon& s) const {
    for (auto& p : s.points) move(p);
  }
  void operator()(Rectangle& s) const { move(s.box); }
  void operator()(Marker& s) const { move(s.at); }
  void operator()(Text& s) const { move(s.at); }
  void operator()(Image& s) const { move(s.box); }
  void operator()(Group& s) const {
    move(s.clip);
    for (auto& shape : s.shapes) std::visit(*this, shape);
  }
};

}  // namespace

Shapes moved(Shapes shapes, Point by) {
  for (auto& shape : shapes) std::visit(Mover{by}, shape);
  return shapes;
}

namespace {

std::string tenths(double value) {
  const auto rounded = std::llround(value * 10);
  return (rounded < 0 ? "-" : "") + std::to_string(std::abs(rounded) / 10) + "." +
         std::to_string(std::abs(rounded) % 10);
}

std::string to_text(Point p) {
  return tenths(p.x) + "," + tenths(p.y);
}

std::string to_text(const Rect& box) {
  return tenths(box.x) + "," + tenths(box.y) + " " + tenths(box.width) + " x " + tenths(box.height);
}

std::string to_text(Color color) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "#";
  for (const auto channel : {color.red, color.green, color.blue, color.alpha}) {
    text += digits[channel >> 4];
    text += digits[channel & 15];
  }
  if (color.alpha == 255) text.resize(7);
  return text;
}

std::string to_text(const Stroke& stroke) {
  static constexpr std::string_view names[] = {"", " dashed", " dotted"};
  return to_text(stroke.color) + " " + tenths(stroke.width) +
         std::string(names[static_cast<int>(stroke.dash)]);
}

std::string outlined(const Stroke& stroke) {
  return stroke.width > 0 ? " edge " + to_text(stroke) : "";
}

std::string to_text(const std::vector<Point>& points) {
  std::string text;
  for (const auto point : points) text += " " + to_text(point);
  return text;
}

// FNV-1a over 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/).
std::uint64_t checksum(const std::vector<std::uint8_t>& bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const auto byte : bytes) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

struct Printer {
  std::string indent;
  std::string text;

  void line(const std::string& content) { text += indent + content + "\n"; }

  void operator()(const Polyline& s) { line("polyline " + to_text(s.stroke) + ":" + to_text(s.points)); }
  void operator()(const Polygon& s) { line("polygon " + to_text(s.fill) + ":" + to_text(s.points)); }
  void operator()(const Rectangle& s) {
    line("rectangle " + to_text(s.box) + " " + to_text(s.fill) + outlined(s.stroke));
  }
  void operator()(const Marker& s) {
    static constexpr std::string_view names[] = {"circle", "square", "diamond", "triangle", "cross"};
    line(std::string(names[static_cast<int>(s.shape)]) + " " + to_text(s.at) + " radius " + tenths(s.radius) +
         " " + to_text(s.fill) + outlined(s.outline));
  }
  void operator()(const Text& s) {
    static constexpr std::string_view across[] = {"start", "middle", "end"};
    static constexpr std::string_view down[] = {"top", "middle", "bottom"};
    std::string content = s.text;
    for (std::size_t i = 0; (i = content.find('\n', i)) != std::string::npos; i += 2)
      content.replace(i, 1, "\\n");
    line("text " + to_text(s.at) + " " + std::string(across[static_cast<int>(s.align)]) + " " +
         std::string(down[static_cast<int>(s.vertical)]) + " size " + tenths(s.font.size) +
         (s.font.bold ? " bold" : "") + (s.degrees != 0 ? " turned " + tenths(s.degrees) : "") + " " +
         to_text(s.color) + ": " + content);
  }
  void operator()(const Image& s) {
    line("image " + to_text(s.box) + ": " + std::to_string(s.columns) + " x " + std::to_string(s.rows) +
         " pixels, checksum " + std::to_string(checksum(s.rgb)));
  }
  void operator()(const Group& s) {
    line("within " + to_text(s.clip));
    indent += "  ";
    for (const auto& shape : s.shapes) std::visit(*this, shape);
    indent.resize(indent.size() - 2);
  }
};

}  // namespace

std::string to_text(const Drawing& drawing) {
  Printer printer;
  printer.line("drawing " + tenths(drawing.size.width) + " x " + tenths(drawing.size.height));
  for (const auto& shape : drawing.shapes) std::visit(printer, shape);
  return printer.text;
}

}  // namespace fovea::render
