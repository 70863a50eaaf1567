#include "render/layered.hpp"

#include "tests/catch.hpp"

using namespace fovea::render;

namespace {

const Size node{100, 40};

Layered diamond() {
  return layered({node, node, node, node}, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}, 20, 30);
}

}  // namespace

TEST_CASE("layered: a node lies below all that lead to it") {
  const auto places = layered({node, node, node}, {{0, 1}, {0, 2}, {1, 2}}, 20, 30).nodes;
  CHECK(places[0].bottom() + 30 == Approx(places[1].y));
  CHECK(places[1].bottom() + 30 == Approx(places[2].y));
}

TEST_CASE("layered: siblings lie beside each other, their parent and child between them") {
  const auto places = diamond().nodes;
  CHECK(places[1].y == places[2].y);
  CHECK(std::abs(places[1].x - places[2].x) == Approx(120));
  CHECK(places[0].center().x == Approx((places[1].center().x + places[2].center().x) / 2));
  CHECK(places[3].center().x == Approx(places[0].center().x));
}

TEST_CASE("layered: no two nodes overlap and all lie within the size") {
  std::vector<Size> nodes;
  std::vector<std::pair<std::size_t, std::size_t>> arrows;
  for (std::size_t i = 0; i < 40; ++i) {
    nodes.push_back({60.0 + static_cast<double>(i * 7 % 50), 30.0 + static_cast<double>(i * 3 % 20)});
    if (i > 0) arrows.emplace_back(i * 5 % i, i);
    if (i > 4) arrows.emplace_back(i - 4, i);
  }
  const auto all = layered(nodes, arrows, 15, 25);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    CHECK(all.nodes[i].x >= -1e-9);
    CHECK(all.nodes[i].right() <= all.size.width + 1e-9);
    for (std::size_t k = 0; k < i; ++k) CHECK(shared_area(all.nodes[i], all.nodes[k]) == 0);
  }
}

TEST_CASE("layered: an arrow over several layers goes around the boxes between") {
  const auto all = layered({node, node, node}, {{0, 1}, {1, 2}, {0, 2}}, 20, 30);
  REQUIRE(all.arrows[2].size() == 4);
  const auto pass = all.arrows[2][1];
  CHECK((pass.x <= all.nodes[1].x || pass.x >= all.nodes[1].right()));
}

TEST_CASE("layered: an empty graph takes no room") {
  CHECK(layered({}, {}, 20, 30).size.height == 0);
}
