#include "render/text.hpp"

#include <algorithm>
#include <cstdint>

namespace fovea::render {
namespace {

struct CodePoint {
  char32_t value = 0xfffd;
  std::size_t bytes = 1;
  bool valid = false;
};

// Returns the first code point of a text by RFC 3629; an invalid byte counts as one.
CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  char32_t value = lead & (0xff >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3f);
  }
  static constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return {};
  return {value, length, true};
}

bool between(char32_t c, char32_t low, char32_t high) {
  return c >= low && c <= high;
}

// Whether a character combines with the one before it: combining marks, joiners, variation selectors, skin
// tones.
bool joins_left(char32_t c) {
  return between(c, 0x300, 0x36f) || between(c, 0x591, 0x5bd) || between(c, 0x64b, 0x65f) ||
         between(c, 0x93a, 0x94f) || between(c, 0xe31, 0xe3a) || between(c, 0x1ab0, 0x1aff) ||
         between(c, 0x1dc0, 0x1dff) || between(c, 0x20d0, 0x20ff) || between(c, 0xfe00, 0xfe0f) ||
         between(c, 0xfe20, 0xfe2f) || between(c, 0x1f3fb, 0x1f3ff) || c == 0x200d;
}

bool is_wide(char32_t c) {
  return between(c, 0x1100, 0x115f) || between(c, 0x2e80, 0xa4cf) || between(c, 0xac00, 0xd7a3) ||
         between(c, 0xf900, 0xfaff) || between(c, 0xfe30, 0xfe6f) || between(c, 0xff00, 0xff60) ||
         between(c, 0x1f300, 0x1faff) || between(c, 0x20000, 0x3fffd);
}

// Returns the approximate width of a character in ems, near that of DejaVu Sans.
double approximate_width(char32_t c) {
  if (joins_left(c)) return 0;
  if (is_wide(c)) return 1.0;
  if (c < 0x80 && std::string_view("iljI.,:;'|! ").find(static_cast<char>(c)) != std::string_view::npos)
    return 0.32;
  if (c == 'm' || c == 'M' || c == 'w' || c == 'W' || c == '%' || c == '@') return 0.9;
  return 0.62;
}

// Returns the byte offsets at which a text may be cut: those between its characters, and the end.
std::vector<std::size_t> cuts(std::string_view text) {
  std::vector<std::size_t> offsets;
  bool joined = false;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = first_code_point(text.substr(i));
    if (i > 0 && !joined && !joins_left(c.value)) offsets.push_back(i);
    joined = c.value == 0x200d;
    i += c.bytes;
  }
  offsets.push_back(text.size());
  return offsets;
}

// Rounding of sums of lengths, in pixels: as little more than the room still fits.
constexpr double rounding = 1e-6;

bool fits(std::string_view text, const Font& font, double width, const Measure& measure) {
  return measure(text, font).width <= width + rounding;
}

// Returns the bytes of the longest prefix that fits with `ending` after it, 0 if none does.
std::size_t fitting(std::string_view text, std::string_view ending, const Font& font, double width,
                    const Measure& measure) {
  const auto offsets = cuts(text);
  const auto prefix_fits = [&](std::size_t bytes) {
    return fits(std::string(text.substr(0, bytes)).append(ending), font, width, measure);
  };
  const auto end = std::partition_point(offsets.begin(), offsets.end(), prefix_fits);
  return end == offsets.begin() ? 0 : *std::prev(end);
}

std::string without_spaces_at_end(std::string_view text) {
  const auto end = text.find_last_not_of(' ');
  return std::string(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

// Takes one line off the front of a paragraph that is wider than a line.
std::string take_line(std::string_view& rest, const Font& font, double width, const Measure& measure) {
  std::size_t bytes = fitting(rest, "", font, width, measure);
  if (bytes == 0) bytes = cuts(rest).front();
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
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = first_code_point(text.substr(i));
    i += c.bytes;
    line = c.value == '\n' ? 0 : line + approximate_width(c.value);
    lines += c.value == '\n';
    widest = std::max(widest, line);
  }
  return {widest * font.size * (font.bold ? 1.1 : 1.0), lines * font.size * 1.17};
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = first_code_point(text.substr(i));
    const bool control = (c.value < 0x20 && c.value != '\n') || between(c.value, 0x7f, 0x9f);
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

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
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
