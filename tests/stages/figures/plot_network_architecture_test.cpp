#include "stages/figures/plot_network_architecture.hpp"

#include "render/cairo.hpp"
#include "stages/model/architectures/architectures.hpp"
#include "stages/model/network_parts.hpp"
#include "tests/catch.hpp"
#include "tests/render/reading.hpp"
#include "tests/stages/figures/drawing_text.hpp"

using namespace fovea;

namespace {

render::Drawing drawn(const Specification& specification) {
  return draw_network_architecture(specification, {1600, 1000}, render::measure_text);
}

/// A module of one's own as a specification has it.
Specification own() {
  OwnModule module{.module = "mine", .settings = {{"width", 4}}, .features = 3, .state = {{"w", {4, 5}}}};
  module.parts = {{"mine", "Mine", 0, 20}, {"blocks", "Sequential", 1, 20}, {"0", "Block", 2, 10},
                  {"fc", "Linear", 3, 10}, {"1", "Block", 2, 10},           {"fc", "Linear", 3, 10},
                  {"act", "ReLU", 1, 0}};
  return {"mine", 8, 8, 1, 3, {{"module", module, {}}}};
}

std::vector<std::string> lines(const std::vector<FoldedPart>& rows) {
  std::vector<std::string> all;
  for (const auto& [part, last, count] : rows)
    all.push_back(std::string(static_cast<std::size_t>(part.depth), ' ') + part.name +
                  (count > 1 ? "-" + last : "") + " " + part.type + " " + std::to_string(part.parameters));
  return all;
}

}  // namespace

TEST_CASE("network architecture figure: small and large networks are drawn without a text on another") {
  for (const auto& one : architectures()) {
    INFO(one.name);
    const auto drawing = drawn(build_specification(one.name, one.image_side, one.image_side, 3, 1000));
    CHECK(ink_in(drawing, {0.02, 0.15, 0.5, 0.7}) > 0.005);
    check_texts(drawing);
  }
}

TEST_CASE("network architecture figure: a module of one's own is the tree of its children") {
  const auto drawing = drawn(own());
  for (const auto* text : {"Sequential", "Block × 2", "Linear", "ReLU", "0 … 1"})
    CHECK(count_texts(drawing, text) == 1);
  CHECK(count_texts(drawing,
                    "images of 1 x 8 x 8, 3 classes, 20 parameters; a module of one's own with "
                    "{\"width\":4}, of which multiply-adds and order are not known") == 1);
  check_texts(drawing);
}

TEST_CASE("network parts: neighbours that are alike are one, down to a depth") {
  CHECK(lines(folded(parts_of(own()), 3)) == std::vector<std::string>{"mine Mine 20", " blocks Sequential 20",
                                                                      "  0-1 Block 10", "   fc Linear 10",
                                                                      " act ReLU 0"});
  CHECK(lines(folded(parts_of(own()), 1)) ==
        std::vector<std::string>{"mine Mine 20", " blocks Sequential 20", " act ReLU 0"});
}

TEST_CASE("network parts: names of layers tell the blocks that they are in") {
  const auto rows = lines(folded(parts_of(build_specification("resnet8", 32, 32, 3, 10)), 1));
  CHECK(rows.front() == "resnet8  78042");
  CHECK(std::count_if(rows.begin(), rows.end(),
                      [](const std::string& row) { return row.starts_with(" layer"); }) == 3);
  CHECK(rows.back() == " fc linear 650");
}
