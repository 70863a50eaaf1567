#include "render/color_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>

namespace fovea::render {
namespace {

// The viridis map: every eighth colour of matplotlib's table (S. van der Walt and N. Smith, 2015, CC0), with
// an error of at most 2 of 255.
constexpr std::array<std::uint32_t, 33> viridis{
    0x440154, 0x470d60, 0x48186a, 0x482374, 0x472d7b, 0x453781, 0x424086, 0x3e4989, 0x3b528b,
    0x375b8d, 0x33638d, 0x2f6b8e, 0x2c728e, 0x297a8e, 0x26828e, 0x23898e, 0x21918c, 0x1f978b,
    0x1f9f88, 0x21a685, 0x27ad81, 0x31b57b, 0x3dbc74, 0x4cc26c, 0x5cc863, 0x6ece58, 0x81d34d,
    0x95d840, 0xaadc32, 0xc0df25, 0xd5e21a, 0xeae51a, 0xfde725};

// The cividis map: every eighth colour of matplotlib's table (Nunez, Anderton and Renslow, PLOS ONE 13(7),
// 2018, CC0), with an error of at most 6 of 255.
constexpr std::array<std::uint32_t, 33> cividis{
    0x00224e, 0x00285b, 0x002e6a, 0x053371, 0x1a386f, 0x273e6e, 0x32436d, 0x3b496c, 0x434e6c,
    0x4b546c, 0x535a6d, 0x5a5f6e, 0x61656f, 0x686a71, 0x6f7073, 0x767676, 0x7d7c78, 0x838179,
    0x8b8778, 0x928d78, 0x9a9376, 0xa29975, 0xaaa073, 0xb3a670, 0xbbad6d, 0xc3b369, 0xccba64,
    0xd4c15f, 0xddc858, 0xe6d051, 0xefd748, 0xf8df3c, 0xfee838};

// RdBu of eleven classes from blue to red (C. Brewer, ColorBrewer 2.0, Apache 2.0).
constexpr std::array<std::uint32_t, 11> diverging{0x053061, 0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7,
                                                  0xfddbc7, 0xf4a582, 0xd6604d, 0xb2182b, 0x67001f};

std::span<const std::uint32_t> table(ColorMap map) {
  switch (map) {
    case ColorMap::cividis:
      return cividis;
    case ColorMap::diverging:
      return diverging;
    case ColorMap::viridis:
      break;
  }
  return viridis;
}

}  // namespace

Color color_at(ColorMap map, double share) {
  if (std::isnan(share)) return blank_gray;
  const auto colors = table(map);
  const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(colors.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), colors.size() - 2);
  return mixed(rgb(colors[below]), rgb(colors[below + 1]), place - static_cast<double>(below));
}

}  // namespace fovea::render
