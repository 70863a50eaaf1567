#include "pipelines/run/image_arguments.hpp"

#include <algorithm>

#include "graph/error.hpp"
#include "runtime/store/files.hpp"
#include "stages/data/formats/image_list.hpp"
#include "stages/data/formats/letters.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Reads a stream to its end.
std::string all_of(std::FILE* stream) {
  std::string text;
  char part[65536];
  while (const auto count = std::fread(part, 1, sizeof part, stream)) text.append(part, count);
  if (std::ferror(stream) != 0) throw file_error("-", errno);
  return text;
}

/// Returns the names in a text, which end in zero bytes where it has any, and else in line ends.
std::vector<std::string> names_in(const std::string& text) {
  const char end = text.find('\0') == std::string::npos ? '\n' : '\0';
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text.size();) {
    const auto next = std::min(text.find(end, at), text.size());
    auto name = text.substr(at, next - at);
    if (end == '\n' && name.ends_with('\r')) name.pop_back();
    if (!name.empty()) names.push_back(std::move(name));
    at = next + 1;
  }
  return names;
}

/// Collects the files of arguments.
class Collector {
 public:
  void add(const std::string& name) {
    std::error_code ignored;
    const fs::path path(name);
    if (!is_utf8(name)) {
      found.errors.push_back(name + ": its name is not UTF-8; rename it");
    } else if (fs::is_directory(path, ignored)) {
      add_folder(path);
    } else {
      found.files.push_back(path);
    }
  }

  ImageArguments found;

 private:
  void add_folder(const fs::path& folder) {
    const auto before = found.files.size() + found.errors.size();
    add_below(folder);
    if (found.files.size() + found.errors.size() > before) return;
    found.errors.push_back(folder.string() +
                           ": no images; give a folder with .jpg, .jpeg or .png files in it or below");
  }

  /// Links to folders are not followed, as they could form a cycle.
  void add_below(const fs::path& folder) {
    std::vector<fs::directory_entry> entries;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(folder, code)) {
      if (!entry.path().filename().string().starts_with('.')) entries.push_back(entry);
    }
    if (code) found.errors.push_back(folder.string() + ": cannot be listed; check its permissions");
    std::sort(entries.begin(), entries.end());
    for (const auto& entry : entries) {
      std::error_code ignored;
      if (!entry.is_directory(ignored)) {
        if (has_image_name(entry.path())) add(entry.path().string());
      } else if (!entry.is_symlink(ignored)) {
        add_below(entry.path());
      }
    }
  }
};

}  // namespace

ImageArguments image_arguments(const std::vector<std::string>& arguments, std::FILE* names) {
  Collector collector;
  for (const auto& argument : arguments) {
    if (argument != "-") {
      collector.add(argument);
      continue;
    }
    for (const auto& name : names_in(all_of(names))) collector.add(name);
  }
  if (collector.found.files.empty() && collector.found.errors.empty())
    throw Error("-: no names on standard input; give paths of images or folders, one a line");
  return std::move(collector.found);
}

}  // namespace fovea
