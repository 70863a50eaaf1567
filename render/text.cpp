#include "render/text.hpp"

#include <utf8proc.h>

#include <algorithm>

namespace fovea::render {
namespace {

struct CodePoint {
  utf8proc_int32_t value = 0xfffd;
  std::size_t bytes = 1;
  bool valid = false;
};

// Returns the first code point of a text; an invalid byte counts as one.
CodePoint first_code_point(std::string_view text) {
  CodePoint first;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &first.value);
  if (length < 1) return {};
  return {first.value, static_cast<std::size_t>(length), true};
}

// Returns the approximate width of a character in ems, near that of DejaVu Sans.
double approximate_width(std::string_view character) {
  const char c = character.front();
  if (columns_of(character) == 0) return 0;
  if (columns_of(character) == 2) return 1.0;
  if (std::string_view("iljI.,:;'|! ").find(c) != std::string_view::npos) return 0.32;
  if (c == 'm' || c == 'M' || c == 'w' || c == 'W' || c == '%' || c == '@') return 0.9;
  return 0.62;
}

// Rounding of sums of lengths, in pixels: as little more than the room still fits.
constexpr double rounding = 1e-6;

bool fits(std::string_view text, const Font& font, double width, const Measure& measure) {
  return measure(text, font).width <= width + rounding;
}

// Returns the bytes of the longest prefix that fits with `ending` after it, 0 if none does.
std::size_t fitting(std::string_view text, std::string_view ending, const Font& font, double width,
                    const Measure& measure) {
  const auto all = characters(text);
  const auto end_of = [&](std::string_view one) {
    return static_cast<std::size_t>(one.data() - text.data()) + one.size();
  };
  const auto prefix_fits = [&](std::string_view last) {
    return fits(std::string(text.substr(0, end_of(last))).append(ending), font, width, measure);
  };
  const auto end = std::partition_point(all.begin(), all.end(), prefix_fits);
  return end == all.begin() ? 0 : end_of(*std::prev(end));
}

std::string without_spaces_at_end(std::string_view text) {
  const auto end = text.find_last_not_of(' ');
  return std::string(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

// Takes one line off the front of a paragraph that is wider than a line.
std::string take_line(std::string_view& rest, const Font& font, double width, const Measure& measure) {
  std::size_t bytes = fitting(rest, "", font, width, measure);
  if (bytes == 0) bytes = characters(rest).front().size();
  if (bytes < rest.size() && rest[bytes] != ' ') {
    const auto space = rest.substr(0, bytes).rfind(' ');
    if (space != std::string_view::npos && space > 0) bytes = space;
  }
  std::string line = without_spaces_at_end(rest.substr(0, bytes));
  rest.remove_prefix(bytes);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return line;
}

}  // namespace

Size approximate_size(std::string_view text, const Font& font) {
  double widest = 0;
  double line = 0;
  double lines = 1;
  for (const auto character : characters(text)) {
    const bool ends = character.ends_with('\n');
    line = ends ? 0 : line + approximate_width(character);
    lines += ends;
    widest = std::max(widest, line);
  }
  return {widest * font.size * (font.bold ? 1.1 : 1.0), lines * font.size * 1.17};
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = first_code_point(text.substr(i));
    const bool control = (c.value < 0x20 && c.value != '\n') || (c.value >= 0x7f && c.value <= 0x9f);
    if (!c.valid || c.value == 0xfffe || c.value == 0xffff) {
      result += "\xef\xbf\xbd";
    } else if (control) {
      result += ' ';
    } else {
      result += text.substr(i, c.bytes);
    }
    i += c.bytes;
  }
  return result;
}

std::string one_line(std::string_view text) {
  auto line = printable(text);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> all;
  std::size_t begin = 0;
  utf8proc_int32_t before = 0, state = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto point = first_code_point(text.substr(at));
    if (at > 0 && utf8proc_grapheme_break_stateful(before, point.value, &state)) {
      all.push_back(text.substr(begin, at - begin));
      begin = at;
    }
    before = point.value;
    at += point.bytes;
  }
  if (begin < text.size()) all.push_back(text.substr(begin));
  return all;
}

std::size_t columns_of(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; })) return text.size();
  int columns = 0;
  for (auto character : characters(text)) {
    int width = 0;
    while (!character.empty()) {
      const auto point = first_code_point(character);
      width += utf8proc_charwidth(point.value);
      character.remove_prefix(point.bytes);
    }
    columns += std::min(width, 2);
  }
  return static_cast<std::size_t>(columns);
}

std::string elided(std::string_view text, const Font& font, double width, const Measure& measure) {
  if (fits(text, font, width, measure)) return std::string(text);
  const std::size_t bytes = fitting(text, "…", font, width, measure);
  return bytes == 0 ? "" : without_spaces_at_end(text.substr(0, bytes)) + "…";
}

std::vector<std::string> wrapped(std::string_view text, const Font& font, double width, std::size_t lines,
                                 const Measure& measure) {
  std::vector<std::string> result;
  while (result.size() < lines && !text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view paragraph = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    do {
      const bool last = result.size() + 1 == lines;
      if (last || fits(paragraph, font, width, measure)) {
        const bool more = last && !text.empty();
        result.push_back(elided(std::string(paragraph) + (more ? "…" : ""), font, width, measure));
        break;
      }
      result.push_back(take_line(paragraph, font, width, measure));
    } while (!paragraph.empty());
  }
  return result;
}

}  // namespace fovea::render
