#include "runtime/running_folder.hpp"

#include <algorithm>
#include <ctime>

#include "runtime/store/files.hpp"
#include "runtime/store/owner.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_name = 128;

/// Returns the path of `stem`, `stem_2`, `stem_3`, ..., each with `ending`.
fs::path numbered(const fs::path& folder, const std::string& stem, int number, const char* ending) {
  return folder / (stem + (number == 1 ? "" : "_" + std::to_string(number)) + ending);
}

/// The file in a running folder that the lease of a live run locks.
constexpr const char* lease_name = ".lease";

/// Moves a folder to the first free name of a failed run.
fs::path moved_to_failed(const fs::path& running) {
  const auto stem = running.stem().string();
  for (int number = 1;; ++number) {
    const auto target = numbered(running.parent_path(), stem, number, ".failed");
    if (fs::exists(fs::symlink_status(target))) continue;
    move_to_new(running, target);
    return target;
  }
}

/// Whether the run of a folder is surely over. A folder without a lease, of a run that died early or of an
/// older program, counts as over if its log has not grown for a day.
bool is_left(const fs::path& running) {
  if (fs::exists(running / lease_name)) return Lease::is_left(running / lease_name);
  return is_abandoned(fs::exists(running / "run.log") ? running / "run.log" : running, "");
}

/// Keeps the files of a killed run's folder and returns its new path; nothing if the folder is empty, or if
/// another run has moved it first.
std::optional<fs::path> settled(const fs::path& running) {
  std::error_code others_may_be_faster;
  fs::remove(running / lease_name, others_may_be_faster);
  if (fs::is_empty(running / "run.log", others_may_be_faster))
    fs::remove(running / "run.log", others_may_be_faster);
  if (fs::remove(running, others_may_be_faster)) return {};
  try {
    return moved_to_failed(running);
  } catch (const Error&) {
    return {};  // A later run with the permission renames the folder.
  }
}

/// Renames all folders that killed runs left in `output_dir`.
std::vector<fs::path> settle_left(const fs::path& output_dir) {
  std::vector<fs::path> left, kept;
  std::error_code error;
  for (fs::directory_iterator entry(output_dir, error), end; !error && entry != end; entry.increment(error)) {
    const auto& path = entry->path();
    if (path.extension() == ".running" && fs::is_directory(fs::symlink_status(path)) && is_left(path))
      left.push_back(path);
  }
  std::sort(left.begin(), left.end());
  for (const auto& path : left) {
    if (auto now = settled(path)) kept.push_back(std::move(*now));
  }
  return kept;
}

}  // namespace

void expect_run_name(const std::string& name) {
  const auto refuse = [&](const char* rule) {
    throw Error(quote(name) + " is not allowed as the name of a run; " + rule);
  };
  if (name.find_first_not_of(' ') == std::string::npos) refuse("give at least one letter");
  if (name.starts_with(' ') || name.ends_with(' ')) refuse("leave out spaces at its ends");
  if (name.find('/') != std::string::npos)
    refuse("leave out \"/\", and give the folder of runs with --output-dir");
  if (name.starts_with(".") || name.starts_with("-")) refuse("begin with a letter or a digit");
  if (std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }))
    refuse("leave out line ends, tabs and other control characters");
  if (name.size() > longest_name) refuse("give at most 128 bytes");
}

std::string time_for_names() {
  return now_as_text("%Y%m%d_%H%M%S", localtime_r);
}

RunningFolder::RunningFolder(const fs::path& output_dir, const std::string& name) : output_dir_(output_dir) {
  std::error_code failed;
  created_output_dir_ = fs::create_directories(output_dir, failed);
  const auto stem = name + "_" + time_for_names();
  for (int number = 1; !failed && path_.empty(); ++number) {
    const auto free = numbered(output_dir, stem, number, ".running");
    if (fs::create_directory(free, failed)) path_ = free;
  }
  if (failed) {
    throw Error(output_dir.string() + ": can't be written (" + failed.message() +
                "); give another --output-dir");
  }
  try {
    std::string nobody;
    if (auto taken = Lease::take(path_ / lease_name, nobody)) lease_.emplace(std::move(*taken));
  } catch (const Error&) {
    remove();
    throw;
  }
  kept_of_killed_ = settle_left(output_dir);
}

RunningFolder::~RunningFolder() {
  lease_.reset();
  remove();
}

void RunningFolder::remove() const {
  std::error_code ignored_while_leaving;
  if (!path_.empty()) fs::remove_all(path_, ignored_while_leaving);
  if (created_output_dir_) fs::remove(output_dir_, ignored_while_leaving);
}

fs::path RunningFolder::keep_as_failed() {
  lease_.reset();
  const auto kept = moved_to_failed(path_);
  path_.clear();
  return kept;
}

}  // namespace fovea
