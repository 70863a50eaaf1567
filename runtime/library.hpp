#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "graph/registry.hpp"

namespace fovea {

/// Finds the `run` of stages, and loads the shared libraries that hold them on demand.
class Libraries {
 public:
  /// The callback `prepare` receives a library's name before the library is loaded.
  explicit Libraries(std::function<void(const std::string& library)> prepare);

  /// Returns the stage with its `run`. Throws `Error` if its library cannot be loaded or does not contain the
  /// stage.
  StageInfo implementation(const StageInfo& stage);

  /// Returns a function that a library exports by its plain name (`extern "C"`). Throws `Error` if the
  /// library cannot be loaded or does not contain it.
  template <class Function> Function* function(const std::string& library, const std::string& name) {
    return reinterpret_cast<Function*>(symbol(library, name));
  }

 private:
  /// Loads a library on first use; the caller holds the lock.
  const Registry& loaded(const std::string& library);
  void* symbol(const std::string& library, const std::string& name);

  std::function<void(const std::string& library)> prepare_;
  std::mutex mutex_;
  std::map<std::string, Registry> loaded_;
};

/// Returns the digest of the plugin that is being loaded, by its name; an empty object if none is.
const Json& code_being_added();

/// Loads a user's shared library and calls its `extern "C" void fovea_stages(fovea::Registry&)`, which adds
/// stages; their `code` holds the library's digest. Throws `Error` that names the file.
void load_plugin(const std::filesystem::path& file, Registry& registry);

}  // namespace fovea
