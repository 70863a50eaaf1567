#include "render/color.hpp"

#include <cmath>
#include <set>

#include "render/color_map.hpp"
#include "tests/catch.hpp"

using namespace fovea::render;

TEST_CASE("color: black on white has the largest contrast of WCAG, 21 to 1") {
  CHECK(contrast(black, white) == Approx(21));
  CHECK(contrast(rgb(0x777777), white) == Approx(4.48).margin(0.01));
}

TEST_CASE("color: text on any colour of any map has a contrast of 4.5 at least") {
  for (const auto map : {ColorMap::viridis, ColorMap::cividis, ColorMap::diverging}) {
    for (int i = 0; i <= 100; ++i) {
      const Color ground = color_at(map, i / 100.0);
      CHECK(contrast(text_color_on(ground), ground) >= 4.5);
    }
  }
}

TEST_CASE("color: viridis and cividis agree with matplotlib at their ends and middle") {
  CHECK(color_at(ColorMap::viridis, 0) == rgb(0x440154));
  CHECK(color_at(ColorMap::viridis, 0.5) == rgb(0x21918c));
  CHECK(color_at(ColorMap::viridis, 1) == rgb(0xfde725));
  CHECK(color_at(ColorMap::cividis, 0) == rgb(0x00224e));
  CHECK(color_at(ColorMap::cividis, 1) == rgb(0xfee838));
}

TEST_CASE("color: magnitudes become lighter all along") {
  for (const auto map : {ColorMap::viridis, ColorMap::cividis}) {
    for (int i = 1; i <= 50; ++i)
      CHECK(luminance(color_at(map, i / 50.0)) > luminance(color_at(map, (i - 1) / 50.0)));
  }
}

TEST_CASE("color: the diverging map is neutral in the middle, blue below and red above") {
  const Color middle = color_at(ColorMap::diverging, 0.5);
  CHECK(middle.red == middle.green);
  CHECK(middle.green == middle.blue);
  const Color below = color_at(ColorMap::diverging, 0.2);
  const Color above = color_at(ColorMap::diverging, 0.8);
  CHECK(below.blue > below.red);
  CHECK(above.red > above.blue);
}

TEST_CASE("color: shares beyond the ends take the end colours, and NaN is blank") {
  CHECK(color_at(ColorMap::viridis, -3) == color_at(ColorMap::viridis, 0));
  CHECK(color_at(ColorMap::viridis, 7) == color_at(ColorMap::viridis, 1));
  CHECK(color_at(ColorMap::viridis, std::nan("")) == blank_gray);
}

TEST_CASE("color: eight categories have eight colours, and the ninth starts again") {
  std::set<std::uint32_t> seen;
  for (std::size_t i = 0; i < 8; ++i) {
    const Color c = category(i);
    seen.insert(static_cast<std::uint32_t>(c.red << 16 | c.green << 8 | c.blue));
  }
  CHECK(seen.size() == 8);
  CHECK(category(8) == category(0));
}
