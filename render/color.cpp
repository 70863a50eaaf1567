#include "render/color.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace fovea::render {

Color category(std::size_t index) {
  static constexpr std::array colors{okabe_ito::blue,   okabe_ito::vermillion, okabe_ito::green,
                                     okabe_ito::purple, okabe_ito::sky,        okabe_ito::orange,
                                     okabe_ito::black,  okabe_ito::yellow};
  return colors[index % colors.size()];
}

double luminance(Color color) {
  const auto linear = [](std::uint8_t channel) {
    const double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

double contrast(Color a, Color b) {
  const auto [dark, light] = std::minmax({luminance(a), luminance(b)});
  return (light + 0.05) / (dark + 0.05);
}

Color text_color_on(Color ground) {
  return contrast(white, ground) > contrast(black, ground) ? white : black;
}

Color mixed(Color a, Color b, double share) {
  const auto mix = [share](std::uint8_t from, std::uint8_t to) {
    return static_cast<std::uint8_t>(std::lround(from + (to - from) * share));
  };
  return {mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue), mix(a.alpha, b.alpha)};
}

}  // namespace fovea::render
