#include "stages/data/formats/npy.hpp"

#include <algorithm>
#include <set>

#include "graph/error.hpp"

namespace fovea {
namespace {

constexpr std::uint64_t most_values = std::uint64_t{1} << 40;

/// Parses {'descr': '|u1', 'fortran_order': False, 'shape': (60000, 28, 28), } from left to right.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, std::string place) : text_(text), place_(std::move(place)) {}

  NpyHeader dictionary() {
    NpyHeader header;
    std::set<std::string> seen;
    need('{');
    while (!take('}')) {
      const auto key = quoted();
      if (!seen.insert(key).second) wrong("names " + fovea::quote(key) + " twice");
      need(':');
      value(key, header);
      if (!take(',') && !is_next('}')) wrong("is not a dictionary");
    }
    skip();
    if (!text_.empty()) wrong("goes on after its end");
    if (seen.size() != 3) wrong("lacks \"descr\", \"fortran_order\" or \"shape\"");
    return header;
  }

 private:
  [[noreturn]] void wrong(const std::string& fact) const {
    throw Error(place_ + ": its header " + fact + "; save it again with NumPy");
  }
  void skip() { text_.remove_prefix(std::min(text_.find_first_not_of(" \n"), text_.size())); }
  bool is_next(char c) {
    skip();
    return text_.starts_with(c);
  }
  bool take(char c) {
    if (!is_next(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void need(char c) {
    if (!take(c)) wrong("is not a dictionary");
  }
  bool take_word(std::string_view word) {
    skip();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  std::string quoted() {
    skip();
    const char mark = text_.empty() ? '\0' : text_[0];
    const auto end = text_.find(mark, 1);
    if ((mark != '\'' && mark != '"') || end == std::string_view::npos) wrong("is not a dictionary");
    std::string inside(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return inside;
  }

  void value(const std::string& key, NpyHeader& header) {
    if (key == "descr") {
      if (is_next('[')) throw Error(place_ + ": an array of records; arrays of numbers are read");
      type(quoted(), header);
    } else if (key == "fortran_order") {
      header.fortran = take_word("True");
      if (!header.fortran && !take_word("False")) wrong("has no True or False for \"fortran_order\"");
    } else if (key == "shape") {
      shape(header);
    } else {
      wrong("names " + fovea::quote(key) + ", which none has");
    }
  }

  /// Parses the type "<i8": byte order, kind, and bytes of a value.
  void type(const std::string& text, NpyHeader& header) const {
    const auto digits = text.size() > 2 ? text.substr(2) : "";
    if (text == "|O") throw Error(place_ + ": an array of Python objects; arrays of numbers are read");
    const bool is_order = !text.empty() && std::string_view("<>|=").find(text[0]) != std::string_view::npos;
    const bool is_number =
        !digits.empty() && digits.size() < 6 && digits.find_first_not_of("0123456789") == std::string::npos;
    if (!is_order || !is_number)
      throw Error(place_ + ": values of type " + fovea::quote(text) + "; arrays of numbers are read");
    header.big_endian = text[0] == '>';
    header.kind = text[1];
    header.width = std::stoul(digits);
  }

  void shape(NpyHeader& header) {
    need('(');
    while (!take(')')) {
      header.shape.push_back(extent());
      const bool more = take(',');
      if (!more && (!is_next(')') || header.shape.size() == 1)) wrong("has no tuple for \"shape\"");
      if (header.shape.size() > 32) wrong("announces more than 32 dimensions");
    }
  }

  std::size_t extent() {
    skip();
    const auto end = std::min(text_.find_first_not_of("0123456789"), text_.size());
    if (end == 0 || end > 18) wrong("has no tuple of whole numbers for \"shape\"");
    const auto number = std::stoull(std::string(text_.substr(0, end)));
    text_.remove_prefix(end);
    return number;
  }

  std::string_view text_;
  std::string place_;
};

}  // namespace

std::uint64_t NpyHeader::values(const std::string& place) const {
  std::uint64_t count = 1;
  for (const auto extent : shape) {
    if (extent == 0) return 0;
    if (count > most_values / extent) throw Error(place + ": announces more values than memory can hold");
    count *= extent;
  }
  return count;
}

std::string NpyHeader::type() const {
  const auto bits = std::to_string(width * 8);
  switch (kind) {
    case 'u':
      return "uint" + bits;
    case 'i':
      return "int" + bits;
    case 'f':
      return "float" + bits;
    case 'b':
      return "bool";
    case 'U':
    case 'S':
      return "text";
    default:
      return std::string(1, kind) + std::to_string(width);
  }
}

NpyHeader parse_npy_header(std::string_view text, const std::string& place) {
  return HeaderParser(text, place).dictionary();
}

}  // namespace fovea
