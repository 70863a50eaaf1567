#include "stages/data/formats/csv_table.hpp"

#include <algorithm>

#include "graph/error.hpp"

namespace fovea {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Returns the separator: comma, semicolon or tab, the one that the first line has most often outside of
/// quotes.
char separator_of(std::string_view text) {
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char one : {',', ';', '\t'}) {
    bool quoted = false;
    std::ptrdiff_t count = 0;
    for (const char c : text) {
      if (c == '"') quoted = !quoted;
      if (!quoted && (c == '\n' || c == '\r')) break;
      if (!quoted && c == one) ++count;
    }
    if (count > most) best = one;
    most = std::max(most, count);
  }
  return best;
}

/// Reads the text field by field.
class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& place) : text_(text), place_(place) {
    if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
    separator_ = separator_of(text_);
  }

  std::vector<CsvRow> rows() {
    std::vector<CsvRow> all;
    while (at_ < text_.size()) {
      if (take_line_end()) continue;
      CsvRow row{line_, {}};
      do {
        column_ = row.fields.size() + 1;
        row.fields.push_back(is_next('"') ? quoted() : plain());
      } while (take(separator_));
      if (at_ < text_.size() && !take_line_end())
        wrong("goes on behind its closing quote", "put a " + separator_name() + " there");
      all.push_back(std::move(row));
    }
    return all;
  }

 private:
  std::string separator_name() const {
    return separator_ == ',' ? "comma" : separator_ == ';' ? "semicolon" : "tab";
  }
  bool is_next(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) {
    if (!is_next(c)) return false;
    ++at_;
    return true;
  }
  bool take_line_end() {
    const bool returns = take('\r');
    if (!take('\n') && !returns) return false;
    ++line_;
    return true;
  }
  [[noreturn]] void wrong(const std::string& fact, const std::string& advice) const {
    throw Error(csv_place(place_, line_, column_) + ": " + fact + "; " + advice);
  }

  /// Reads a field without quotes, and trims it.
  std::string plain() {
    const char ends[] = {separator_, '\r', '\n'};
    const auto end = std::min(text_.find_first_of(std::string_view(ends, sizeof ends), at_), text_.size());
    auto field = text_.substr(at_, end - at_);
    at_ = end;
    if (field.find('"') != std::string_view::npos)
      wrong("a quote within a field", "put the whole field in quotes, and double those within");
    const auto begin = std::min(field.find_first_not_of(" \t"), field.size());
    field.remove_prefix(begin);
    return std::string(field.substr(0, field.find_last_not_of(" \t") + 1));
  }

  std::string quoted() {
    const auto began = line_;
    ++at_;
    std::string field;
    while (true) {
      const auto end = text_.find('"', at_);
      if (end == std::string_view::npos) {
        line_ = began;
        wrong("a quote is never closed", "close it, or double it where it is part of the field");
      }
      for (const char c : text_.substr(at_, end - at_)) line_ += c == '\n' ? 1 : 0;
      field += text_.substr(at_, end - at_);
      at_ = end + 1;
      if (!take('"')) return field;
      field += '"';
    }
  }

  std::string_view text_;
  const std::string& place_;
  char separator_ = ',';
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t column_ = 1;
};

}  // namespace

std::vector<CsvRow> parse_csv(std::string_view text, const std::string& place) {
  return CsvReader(text, place).rows();
}

std::string csv_place(const std::string& place, std::size_t line, std::size_t column) {
  return place + ": line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace fovea
