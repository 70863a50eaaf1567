#include "runtime/free_memory.hpp"

#include <algorithm>
#include <fstream>
#include <string>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Bytes = std::optional<std::int64_t>;

/// Returns the number that a file consists of; "max" is none.
Bytes number_in(const fs::path& file) {
  std::ifstream in(file);
  std::int64_t number = 0;
  return in >> number ? Bytes(number) : Bytes{};
}

/// Returns the number behind a name in a file of lines "name number".
Bytes number_behind(const std::string& name, const fs::path& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name + " ")) return std::stoll(line.substr(name.size()));
  }
  return {};
}

/// What a folder of control groups leaves: its limit less what is used and can't go.
Bytes left_in(const fs::path& folder, const char* limit_file, const char* usage_file, const char* files) {
  const auto limit = number_in(folder / limit_file), usage = number_in(folder / usage_file);
  if (!limit || !usage) return {};
  return std::max<std::int64_t>(0,
                                *limit - *usage + number_behind(files, folder / "memory.stat").value_or(0));
}

/// Returns the path of the program's control group of a hierarchy: "memory" of version 1, "" of version 2.
fs::path own_group(const fs::path& root, const std::string& hierarchy) {
  std::ifstream in(root / "proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    if (line.substr(first + 1, second - first - 1) == hierarchy)
      return fs::path(line.substr(second + 1)).relative_path();
  }
  return {};
}

void take_least(Bytes& least, const Bytes& one) {
  if (one) least = least ? std::min(*least, *one) : *one;
}

/// Looks at a group and all groups around it.
void look(Bytes& least, const fs::path& top, fs::path group, const char* limit, const char* usage,
          const char* files) {
  while (true) {
    take_least(least, left_in(top / group, limit, usage, files));
    if (group.empty()) return;
    group = group.parent_path();
  }
}

}  // namespace

std::optional<std::int64_t> free_memory(const fs::path& root) {
  Bytes least;
  if (const auto kibibytes = number_behind("MemAvailable:", root / "proc/meminfo")) least = *kibibytes * 1024;
  const auto groups = root / "sys/fs/cgroup";
  look(least, groups, own_group(root, ""), "memory.max", "memory.current", "inactive_file");
  look(least, groups / "memory", own_group(root, "memory"), "memory.limit_in_bytes", "memory.usage_in_bytes",
       "total_inactive_file");
  return least;
}

}  // namespace fovea
