#include "pipelines/run/image_sides.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "graph/error.hpp"

namespace fovea {
namespace {

/// Parses a whole number of pixels at the begin of a text and removes it.
std::optional<std::int64_t> take_pixels(std::string_view& text) {
  constexpr std::int64_t most = 65536;
  std::int64_t pixels = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), pixels);
  if (failed != std::errc{} || pixels < 1 || pixels > most) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return pixels;
}

}  // namespace

std::pair<std::int64_t, std::int64_t> image_sides(const std::string& text) {
  std::string plain;
  std::copy_if(text.begin(), text.end(), std::back_inserter(plain),
               [](char c) { return c != '[' && c != ']' && c != ' '; });
  std::string_view rest = plain;
  const auto height = take_pixels(rest);
  if (height && rest.empty()) return {*height, *height};
  if (height && (rest[0] == 'x' || rest[0] == ',')) {
    rest.remove_prefix(1);
    if (const auto width = take_pixels(rest); width && rest.empty()) return {*height, *width};
  }
  throw Error(quote(text) + " is no size; give pixels, as 96 for a square or 96x128 for height and width");
}

}  // namespace fovea
