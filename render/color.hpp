#pragma once

#include <cstddef>
#include <cstdint>

namespace fovea::render {

/// A colour in sRGB with its opacity, 255 is opaque.
struct Color {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  std::uint8_t alpha = 255;

  /// Returns the colour with another opacity in [0, 1].
  [[nodiscard]] constexpr Color faded(double opacity) const {
    return {red, green, blue, static_cast<std::uint8_t>(opacity * 255 + 0.5)};
  }
  bool operator==(const Color&) const = default;
};

/// Returns the colour written 0xRRGGBB.
constexpr Color rgb(std::uint32_t hex) {
  return {static_cast<std::uint8_t>(hex >> 16), static_cast<std::uint8_t>(hex >> 8),
          static_cast<std::uint8_t>(hex)};
}

inline constexpr Color white = rgb(0xffffff);
inline constexpr Color black = rgb(0x000000);
inline constexpr Color ink = rgb(0x222222);
inline constexpr Color quiet_ink = rgb(0x5a5a5a);
inline constexpr Color grid_gray = rgb(0xe3e3e3);
inline constexpr Color blank_gray = rgb(0xdadada);

/// The palette of Okabe and Ito, which people with any colour vision can tell apart
/// (https://jfly.uni-koeln.de/color/).
namespace okabe_ito {
inline constexpr Color blue = rgb(0x0072b2);
inline constexpr Color vermillion = rgb(0xd55e00);
inline constexpr Color green = rgb(0x009e73);
inline constexpr Color purple = rgb(0xcc79a7);
inline constexpr Color sky = rgb(0x56b4e9);
inline constexpr Color orange = rgb(0xe69f00);
inline constexpr Color black = rgb(0x000000);
inline constexpr Color yellow = rgb(0xf0e442);
}  // namespace okabe_ito

/// Returns the n-th categorical colour of the Okabe-Ito palette; after eight it starts again.
Color category(std::size_t index);

/// Returns the relative luminance of an opaque colour in [0, 1], by WCAG 2.1.
double luminance(Color color);

/// Returns the contrast ratio of two opaque colours, 1 (none) to 21, by WCAG 2.1.
double contrast(Color a, Color b);

/// Returns black or white, whichever has more contrast on `ground`.
Color text_color_on(Color ground);

/// Interpolates from `a` to `b` by `share`, in sRGB.
Color mixed(Color a, Color b, double share);

}  // namespace fovea::render
