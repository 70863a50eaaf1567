#include "render/diagram.hpp"

#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"
#include "tests/render/reading.hpp"

using namespace fovea::render;

namespace {

Diagram chain(std::size_t count, const std::string& line) {
  Diagram diagram{.title = "a chain", .legend = {{rgb(0x009e73), "done"}}};
  for (std::size_t i = 0; i < count; ++i) {
    diagram.boxes.push_back({"box " + std::to_string(i), {line}});
    if (i > 0) diagram.arrows.push_back({i - 1, i, "next"});
  }
  return diagram;
}

/// Every text of the drawing lies on it.
bool texts_fit(const Drawing& drawing) {
  const Rect canvas{0, 0, drawing.size.width, drawing.size.height};
  for (const auto& shape : drawing.shapes) {
    if (const auto* text = std::get_if<Text>(&shape)) {
      if (!canvas.contains(bounds(*text, approximate_size))) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("diagram: every text lies on the canvas, also a long one and one in another script") {
  CHECK(texts_fit(draw(chain(3, "short"), approximate_size)));
  CHECK(texts_fit(draw(chain(3, std::string(400, 'w')), approximate_size)));
  CHECK(texts_fit(draw(chain(30, "Ärmelkanal 上着 куртка"), approximate_size)));
}

TEST_CASE("diagram: it has a box for each node, an arrow head for each arrow and a key for each fill") {
  const auto drawing = draw(chain(4, "x"), approximate_size);
  std::size_t boxes = 0;
  std::size_t heads = 0;
  for (const auto& shape : drawing.shapes) {
    const auto* box = std::get_if<Rectangle>(&shape);
    boxes += box != nullptr && box->stroke.width > 0 ? 1 : 0;
    heads += std::holds_alternative<Polygon>(shape) ? 1 : 0;
  }
  CHECK(boxes == 5);
  CHECK(heads == 3);
}

TEST_CASE(
    "diagram: each arrow leaves the box that it is from and ends at the box that it is to, beside its "
    "label") {
  Diagram diagram{.title = "a pipeline"};
  for (const auto* title : {"load", "split", "train", "evaluate"}) diagram.boxes.push_back({title, {"x"}});
  diagram.boxes[2].fill = rgb(0x009e73);
  diagram.arrows = {{0, 1, "data"}, {1, 2, "parts"}, {1, 3, "test"}, {2, 3, "best"}};
  const auto drawing = draw(diagram, approximate_size);
  CHECK(read_arrows(drawing) == std::set<std::string>{"load -> split: data", "split -> train: parts",
                                                      "split -> evaluate: test", "train -> evaluate: best"});
  const auto fills = read_boxes(drawing);
  REQUIRE(fills.size() == 4);
  for (const auto& [title, fill] : fills) CHECK((fill == rgb(0x009e73)) == (title == "train"));
}

TEST_CASE("diagram: no arrow goes past its head, however flat it comes in") {
  Diagram diagram{.title = "wide"};
  for (int i = 0; i < 8; ++i) diagram.boxes.push_back({"box " + std::to_string(i), {std::string(30, 'x')}});
  for (std::size_t i = 1; i < 8; ++i) diagram.arrows.push_back({0, i, "data"});
  const auto drawing = draw(diagram, approximate_size);
  for (const auto& line : all<Polyline>(drawing.shapes)) {
    for (std::size_t i = 1; i < line.points.size(); ++i) CHECK(line.points[i].y >= line.points[i - 1].y);
  }
}
