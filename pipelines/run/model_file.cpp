#include "pipelines/run/model_file.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "graph/error.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr const char* best = "best_model.h5";
const fs::path results = "results";

/// Returns the folders directly below one, sorted by name.
std::vector<fs::path> folders_below(const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.is_directory(ignored)) all.push_back(entry.path());
  }
  std::sort(all.begin(), all.end());
  return all;
}

bool has_model(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / best, ignored);
}

/// Returns the run directory below a folder that was made last.
std::optional<fs::path> newest_run(const fs::path& folder) {
  std::optional<fs::path> newest;
  for (auto& one : folders_below(folder)) {
    std::error_code ignored;
    if (!has_model(one)) continue;
    if (!newest || fs::last_write_time(one, ignored) >= fs::last_write_time(*newest, ignored))
      newest = std::move(one);
  }
  return newest;
}

/// Returns the model of a folder. A run of several trainings has a folder with a model for each.
fs::path model_of(const fs::path& folder) {
  if (has_model(folder)) return folder / best;
  for (const auto& one : folders_below(folder)) {
    if (has_model(one)) {
      throw Error(folder.string() + ": several folders with models; give one of them, such as " +
                  quote((one / best).string()));
    }
  }
  throw Error(folder.string() + ": no " + quote(best) + " in it; give a model file, or a run that trained");
}

[[noreturn]] void no_such_model(const std::string& given) {
  std::vector<std::string> runs;
  for (const auto& one : folders_below(results)) runs.push_back(one.filename().string());
  const auto near = nearest(fs::path(given).filename().string(), runs);
  throw Error(given + ": no such model or run; " +
              (near.empty() ? "give a model file such as best_model.h5, or a run directory"
                            : "did you mean " + quote(near) + "?"));
}

}  // namespace

fs::path model_file(const std::string& model_or_run) {
  auto path = fs::path(model_or_run).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const bool is_name = !path.has_parent_path();
  for (const auto& one : is_name ? std::vector{path, results / path} : std::vector{path}) {
    std::error_code ignored;
    if (fs::is_directory(one, ignored)) return model_of(one);
    if (fs::exists(one, ignored)) return one;
  }
  if (path.filename() == "latest") {
    if (const auto run = newest_run(is_name ? results : path.parent_path())) return *run / best;
  }
  no_such_model(model_or_run);
}

}  // namespace fovea
