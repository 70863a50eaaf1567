#include "render/geometry.hpp"

#include "tests/catch.hpp"

using namespace fovea::render;

TEST_CASE("geometry: a strip cut off a box and the rest make up the box") {
  Rect box{10, 20, 100, 50};
  const Rect strip = box.cut_right(30);
  CHECK(strip.x == 80);
  CHECK(strip.width == 30);
  CHECK(box.right() == 80);
}

TEST_CASE("geometry: cutting off more than there is leaves an empty box") {
  Rect box{0, 0, 10, 10};
  CHECK(box.cut_top(50).height == 10);
  CHECK(box.height == 0);
}

TEST_CASE("geometry: boxes that only touch share no area") {
  CHECK(shared_area({0, 0, 10, 10}, {10, 0, 10, 10}) == 0);
  CHECK(shared_area({0, 0, 10, 10}, {5, 5, 10, 10}) == 25);
}

TEST_CASE("geometry: neighbouring cells leave no pixel between them") {
  const Rect box{3, 0, 100, 7};
  double edge = 3;
  for (std::size_t i = 0; i < 7; ++i) {
    const Rect cell = cell_of(box, 1, 7, 0, i);
    CHECK(cell.x == edge);
    edge = cell.right();
  }
  CHECK(edge == 103);
}
