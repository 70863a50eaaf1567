#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// A row of a CSV file with the line where it begins.
struct CsvRow {
  std::size_t line = 0;
  std::vector<std::string> fields;
};

/// Splits CSV text into rows as in RFC 4180: fields in quotes may hold commas, line breaks and doubled
/// quotes. The separator is the one of comma, semicolon and tab that the first line has most; fields without
/// quotes are trimmed. Lines end with LF, CRLF or CR; empty lines are skipped. Throws `Error` that begins
/// with `place`, line and column where quotes are wrong.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& place);

/// Returns a place in a CSV file, "labels.csv: line 3, column 2"; columns are counted from 1.
std::string csv_place(const std::string& place, std::size_t line, std::size_t column);

}  // namespace fovea
