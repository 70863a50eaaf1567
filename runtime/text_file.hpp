#pragma once

#include <charconv>
#include <cmath>
#include <filesystem>
#include <string>
#include <string_view>

#include "graph/json.hpp"

namespace fovea {

/// Returns the shortest text that parses to the same number; "" for a number that is not finite.
template <class T> std::string shortest(T number) {
  if (!std::isfinite(number)) return {};
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

/// Returns a cell of a CSV file (RFC 4180): quoted if it has a comma, a quote or a line end.
std::string csv_cell(std::string_view text);

/// Formats JSON for people: two spaces a level, and a list of plain values on one line.
std::string pretty(const Json& json, const std::string& indent = "");

/// Writes a whole file. Throws `Error` with the path and the system's reason.
void write_file(const std::filesystem::path& path, std::string_view bytes);

/// Writes a file atomically, and removes partial files of it that dead processes left. Throws `Error` with
/// the file and the reason.
void write_whole_file(const std::filesystem::path& file, std::string_view bytes);

}  // namespace fovea
