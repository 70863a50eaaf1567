#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "graph/registry.hpp"

namespace fovea {

/// Finds the `run` of stages, and loads the shared libraries that hold them when they are needed.
class Libraries {
 public:
  /// `prepare` is called with a library's name before it is loaded.
  explicit Libraries(std::function<void(const std::string& library)> prepare);

  /// The stage with its `run`. Throws `Error` where its library can't be loaded or does not hold it.
  StageInfo implementation(const StageInfo& stage);

 private:
  std::function<void(const std::string& library)> prepare_;
  std::mutex mutex_;
  std::map<std::string, Registry> loaded_;
};

/// The digest of the plugin whose stages are being added now, by its name; an empty object where none are.
const Json& code_being_added();

/// Loads a user's shared library, whose `extern "C" void fovea_stages(fovea::Registry&)` adds stages, which
/// know its digest as their `code`. Throws `Error` that names the file.
void load_plugin(const std::filesystem::path& file, Registry& registry);

}  // namespace fovea
