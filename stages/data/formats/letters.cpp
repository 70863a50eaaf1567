#include "stages/data/formats/letters.hpp"

#include <glib.h>

#include <algorithm>
#include <memory>

namespace fovea {
namespace {

/// Copies and frees a string of GLib.
std::string taken(char* text) {
  const std::unique_ptr<char, decltype(&g_free)> owner(text, g_free);
  return owner == nullptr ? "" : owner.get();
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

std::string_view without_spaces(std::string_view text) {
  constexpr std::string_view spaces[] = {" ", "\t", "\r", "\n", "\xc2\xa0", "\xe2\x80\x8b", "\xef\xbb\xbf"};
  const auto size = [&] { return text.size(); };
  for (auto before = size() + 1; before != size();) {
    before = size();
    for (const auto space : spaces) {
      if (text.starts_with(space)) text.remove_prefix(space.size());
      if (text.ends_with(space)) text.remove_suffix(space.size());
    }
  }
  return text;
}

}  // namespace

std::string normal_name(std::string_view name) {
  const auto inside = without_spaces(name);
  if (is_ascii(inside)) return std::string(inside);
  return taken(g_utf8_normalize(inside.data(), static_cast<gssize>(inside.size()), G_NORMALIZE_NFC));
}

std::string folded_name(std::string_view name) {
  const auto normal = normal_name(name);
  return taken(g_utf8_casefold(normal.data(), static_cast<gssize>(normal.size())));
}

}  // namespace fovea
