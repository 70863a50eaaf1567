#include "pipelines/run/text_width.hpp"

#include <algorithm>

#include "render/text.hpp"

namespace fovea {

std::string padded(std::string_view text, std::size_t columns) {
  const auto taken = render::columns_of(text);
  return std::string(text) + std::string(columns > taken ? columns - taken : 0, ' ');
}

std::string first_columns(std::string_view text, std::size_t columns) {
  std::string first;
  std::size_t taken = 0;
  for (const auto character : render::characters(text)) {
    taken += render::columns_of(character);
    if (taken > columns) break;
    first += character;
  }
  return first;
}

std::string first_words(std::string_view text, std::size_t room) {
  if (text.size() <= room) return std::string(text);
  const auto clause = text.substr(0, room + 1).rfind("; ");
  if (clause != std::string_view::npos && clause > 0) return std::string(text.substr(0, clause));
  constexpr std::string_view more = " ...";
  const auto words = text.substr(0, room - std::min(room, more.size()) + 1).rfind(' ');
  return std::string(text.substr(0, words == std::string_view::npos ? 0 : words)) + std::string(more);
}

}  // namespace fovea
