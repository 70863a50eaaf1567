#include "stages/data/formats/csv_table.hpp"

#include <algorithm>

#include "graph/error.hpp"

namespace fovea {
namespace {

/// Goes through the text field by field.
class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& place) : text_(text), place_(place) {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
  }

  std::vector<CsvRow> rows() {
    std::vector<CsvRow> all;
    while (at_ < text_.size()) {
      if (take_line_end()) continue;
      CsvRow row{line_, {}};
      do {
        column_ = row.fields.size() + 1;
        row.fields.push_back(is_next('"') ? quoted() : plain());
      } while (take(','));
      if (at_ < text_.size() && !take_line_end())
        wrong("goes on behind its closing quote", "put a comma there");
      all.push_back(std::move(row));
    }
    return all;
  }

 private:
  bool is_next(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) {
    if (!is_next(c)) return false;
    ++at_;
    return true;
  }
  bool take_line_end() {
    const auto rest = text_.substr(at_);
    if (!rest.starts_with('\n') && !rest.starts_with("\r\n")) return false;
    at_ += rest[0] == '\n' ? 1 : 2;
    ++line_;
    return true;
  }
  [[noreturn]] void wrong(const std::string& fact, const std::string& advice) const {
    throw Error(csv_place(place_, line_, column_) + ": " + fact + "; " + advice);
  }

  std::string plain() {
    const auto end = std::min(text_.find_first_of(",\n", at_), text_.size());
    auto field = text_.substr(at_, end - at_);
    at_ = end;
    if (field.ends_with('\r') && !is_next(',')) {
      field.remove_suffix(1);
      if (is_next('\n')) --at_;
    }
    if (field.find('"') != std::string_view::npos)
      wrong("a quote within a field", "put the whole field in quotes, and double those within");
    return std::string(field);
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
