#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// A row of a CSV file with the line on which it begins.
struct CsvRow {
  std::size_t line = 0;
  std::vector<std::string> fields;
};

/// Splits CSV text into rows as RFC 4180 has it: fields in quotes may hold commas, line breaks and doubled
/// quotes. Fields are separated by commas, semicolons or tabs, of which the first line has most; spaces
/// around those without quotes are dropped. Lines end with LF, CRLF or CR; empty lines are passed over.
/// Throws `Error` that begins with `place`, line and column where quotes are not in order.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& place);

/// "labels.csv: line 3, column 2": a place in a CSV file; columns are counted from 1.
std::string csv_place(const std::string& place, std::size_t line, std::size_t column);

}  // namespace fovea
