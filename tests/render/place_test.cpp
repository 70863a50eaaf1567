#include "render/chart/place.hpp"

#include <cmath>

#include "tests/catch.hpp"

using namespace fovea::render;

namespace {

constexpr Rect plot{0, 0, 200, 100};

}  // namespace

TEST_CASE("place: the first wish is granted where it is free") {
  Placer placer(plot);
  const auto box = placer.place({50, 20}, std::vector<Point>{{10, 10}, {100, 10}});
  REQUIRE(box);
  CHECK(box->x == 10);
  CHECK(box->y == 10);
}

TEST_CASE("place: two texts with the same wish are kept apart") {
  Placer placer(plot);
  const std::vector<Point> wish{{10, 10}};
  const auto first = placer.place({50, 20}, wish);
  const auto second = placer.place({50, 20}, wish);
  REQUIRE(second);
  CHECK(shared_area(*first, *second) == 0);
}

TEST_CASE("place: a wish outside is moved inside") {
  Placer placer(plot);
  const auto box = placer.place({50, 20}, std::vector<Point>{{190, -30}});
  REQUIRE(box);
  CHECK(plot.contains(*box));
}

TEST_CASE("place: texts prefer room without lines") {
  Placer placer(plot);
  placer.add_line(std::vector<Point>{{0, 20}, {200, 20}});
  const auto box = placer.place({50, 20}, std::vector<Point>{{10, 10}, {10, 60}});
  REQUIRE(box);
  CHECK(box->y == 60);
  CHECK(placer.covered(*box) == 0);
}

TEST_CASE("place: a line that only crosses the plot is seen") {
  Placer placer(plot);
  placer.add_line(std::vector<Point>{{100, -5000}, {100, 5000}});
  CHECK(placer.covered({90, 40, 20, 20}) >= 5);
  CHECK(placer.covered({60, 40, 20, 20}) == 0);
}

TEST_CASE("place: NaN breaks a line") {
  Placer placer(plot);
  placer.add_line(std::vector<Point>{{0, 50}, {50, 50}, {std::nan(""), 50}, {150, 50}, {200, 50}});
  CHECK(placer.covered({20, 40, 20, 20}) > 0);
  CHECK(placer.covered({90, 40, 20, 20}) == 0);
}

TEST_CASE("place: when all room is taken, a text gets none") {
  Placer placer(plot);
  int placed = 0;
  while (placer.place({50, 20}, std::vector<Point>{{10, 10}})) ++placed;
  CHECK(placed >= 10);
  CHECK(placed <= 20);
}

TEST_CASE("place: a text larger than the plot gets no room") {
  CHECK_FALSE(Placer(plot).place({500, 20}, std::vector<Point>{{0, 0}}));
}
