#include "stages/data/formats/letters.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace fovea {
namespace {

/// Returns the text in Unicode's form NFC, after the mappings of `more`; "" where it is not UTF-8.
std::string composed(std::string_view text, int more = 0) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | more));
  if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, std::free);
  return size < 0 ? "" : std::string(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
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
  return composed(inside);
}

std::string folded_name(std::string_view name) {
  return composed(normal_name(name), UTF8PROC_CASEFOLD);
}

bool is_utf8(std::string_view text) {
  return is_ascii(text) ||
         utf8proc_decompose(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                            static_cast<utf8proc_ssize_t>(text.size()), nullptr, 0, utf8proc_option_t{}) >= 0;
}

}  // namespace fovea
