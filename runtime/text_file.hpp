#pragma once

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "graph/json.hpp"
#include "runtime/store/files.hpp"

namespace fovea {

/// Returns the shortest text that parses to the same number; "" for a number that is not finite.
template <class T>
std::string shortest(T number) {
  if (!std::isfinite(number)) return {};
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

/// Returns a cell of a CSV file (RFC 4180): quoted if it has a comma, a quote or a line end.
inline std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string cell = "\"";
  for (const char c : text) cell.append(c == '"' ? 2 : 1, c);
  return cell + '"';
}

/// Formats JSON for people: two spaces a level, and a list of plain values on one line.
inline std::string pretty(const Json& json, const std::string& indent = "") {
  const auto compact = [](const Json& one) {
    return one.dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  const auto is_plain = [](const Json& one) { return one.is_primitive(); };
  const bool on_one_line = json.is_array() && std::all_of(json.begin(), json.end(), is_plain);
  if (json.is_primitive() || json.empty() || on_one_line) return compact(json);
  const auto deeper = indent + "  ";
  std::string text;
  for (const auto& item : json.items()) {
    text += text.empty() ? "\n" : ",\n";
    text += deeper + (json.is_object() ? compact(item.key()) + ": " : "") + pretty(item.value(), deeper);
  }
  const bool object = json.is_object();
  return (object ? "{" : "[") + text + "\n" + indent + (object ? "}" : "]");
}

/// Writes a whole file. Throws `Error` with the path and the system's reason.
inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw file_error(path, errno);
}

}  // namespace fovea
