#include "runtime/running_folder.hpp"

#include <algorithm>
#include <ctime>

#include "runtime/store/files.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_name = 128;

/// `stem`, `stem_2`, `stem_3`, ..., each with `ending`.
fs::path numbered(const fs::path& folder, const std::string& stem, int number, const char* ending) {
  return folder / (stem + (number == 1 ? "" : "_" + std::to_string(number)) + ending);
}

}  // namespace

void expect_run_name(const std::string& name) {
  const auto refuse = [&](const char* rule) {
    throw Error(quote(name) + " is not allowed as the name of a run; " + rule);
  };
  if (name.empty()) refuse("give at least one letter");
  if (name.find('/') != std::string::npos)
    refuse("leave out \"/\", and give the folder of runs with --output-dir");
  if (name.starts_with(".") || name.starts_with("-")) refuse("begin with a letter or a digit");
  if (std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }))
    refuse("leave out line ends, tabs and other control characters");
  if (name.size() > longest_name) refuse("give at most 128 bytes");
}

std::string time_for_names() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%d_%H%M%S", &parts);
  return text;
}

RunningFolder::RunningFolder(const fs::path& output_dir, const std::string& name) : output_dir_(output_dir) {
  std::error_code failed;
  made_output_dir_ = fs::create_directories(output_dir, failed);
  const auto stem = name + "_" + time_for_names();
  for (int number = 1; !failed && path_.empty(); ++number) {
    const auto free = numbered(output_dir, stem, number, ".running");
    if (fs::create_directory(free, failed)) path_ = free;
  }
  if (failed) {
    throw Error(output_dir.string() + ": can't be written (" + failed.message() +
                "); give another --output-dir");
  }
}

RunningFolder::~RunningFolder() {
  std::error_code ignored_while_leaving;
  if (!path_.empty()) fs::remove_all(path_, ignored_while_leaving);
  if (made_output_dir_) fs::remove(output_dir_, ignored_while_leaving);
}

fs::path RunningFolder::keep_as_failed() {
  const auto stem = path_.stem().string();
  for (int number = 1;; ++number) {
    const auto target = numbered(output_dir_, stem, number, ".failed");
    if (fs::exists(target)) continue;
    move_to_new(path_, target);
    path_.clear();
    return target;
  }
}

}  // namespace fovea
