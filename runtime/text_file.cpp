#include "runtime/text_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>

#include "graph/error.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/owner.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The ending of files that are being written.
constexpr std::string_view partial = ".partial";

/// Removes the partial files of a file, FILE.<owner>.partial, that dead processes left.
void remove_partial(const fs::path& file) {
  const auto begin = file.filename().string() + ".";
  const auto folder = file.parent_path();
  std::error_code error;
  fs::directory_iterator entry(folder.empty() ? "." : folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (!name.starts_with(begin) || !name.ends_with(partial)) continue;
    if (is_surely_dead(std::string_view(name).substr(begin.size()))) ::unlink(entry->path().c_str());
  }
}

Error no_place_for(const fs::path& file, int code) {
  const auto folder = file.parent_path();
  if (code != ENOENT || folder.empty()) return file_error(file, code);
  return Error(file.string() + ": there is no folder " + quote(folder.string()) +
               "; make it or choose another place");
}

}  // namespace

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string cell = "\"";
  for (const char c : text) cell.append(c == '"' ? 2 : 1, c);
  return cell + '"';
}

std::string pretty(const Json& json, const std::string& indent) {
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

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw file_error(path, errno);
}

void write_whole_file(const fs::path& file, std::string_view bytes) {
  remove_partial(file);
  const auto draft = file.string() + "." + unique_name() + std::string(partial);
  errno = 0;
  std::ofstream stream(draft, std::ios::binary);
  if (!stream) throw no_place_for(file, errno);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (stream && ::rename(draft.c_str(), file.c_str()) == 0) return;
  const int code = errno;
  ::unlink(draft.c_str());
  throw file_error(file, code);
}

}  // namespace fovea
