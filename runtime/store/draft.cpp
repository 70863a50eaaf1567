// A draft is a folder ".<unique name>.partial" (owner.hpp), locked for as long as it is written.
#include "runtime/store/draft.hpp"

#include <fcntl.h>

#include <string>

#include "runtime/store/owner.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view ending = ".partial";

void remove_abandoned(const fs::path& parent) {
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (!name.starts_with('.') || !name.ends_with(ending)) continue;
    if (!is_abandoned(entry->path(), std::string_view(name).substr(1))) continue;
    std::error_code ignored_until_next_time;
    fs::remove_all(entry->path(), ignored_until_next_time);
  }
}

int made(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw file_error(folder.parent_path(), failed.value());
  Descriptor opened(folder, O_RDONLY | O_DIRECTORY);
  try_lock(opened.number());
  return opened.release();
}

}  // namespace

Draft::Draft(const fs::path& parent)
    : path_(parent / ("." + unique_name() + std::string(ending))), folder_(made(path_)) {
  remove_abandoned(parent);
}

Draft::~Draft() {
  if (path_.empty()) return;
  std::error_code ignored_while_leaving;
  fs::remove_all(path_, ignored_while_leaving);
}

bool Draft::move_to(const fs::path& target) {
  if (fs::exists(fs::symlink_status(target))) return false;
  std::error_code failed;
  fs::rename(path_, target, failed);
  // A request that is repeated after a lost answer of a file server finds nothing to rename.
  if (failed && !still_names(target, folder_.number())) {
    if (fs::exists(fs::symlink_status(target))) return false;
    throw file_error(target, failed.value());
  }
  path_.clear();
  return true;
}

}  // namespace fovea
