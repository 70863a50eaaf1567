#include "runtime/library.hpp"

#include <dlfcn.h>

#include "runtime/store/files.hpp"

namespace fovea {
namespace {

Json current_code = Json::object();

std::string file_of(const std::string& library) {
  return "lib" + library + ".so";
}

/// Sets the plugin whose code is being added for its lifetime.
struct PluginScope {
  explicit PluginScope(const std::filesystem::path& plugin) {
    current_code = {{plugin.filename().string(), file_digest(plugin)}};
  }
  ~PluginScope() { current_code = Json::object(); }
  PluginScope(const PluginScope&) = delete;
};

/// Returns the advice about a library that does not load.
std::string advice(const std::string& why) {
  for (const char* words : {"cannot allocate memory", "Cannot allocate memory", "failed to map segment",
                            "cannot map zero-fill pages", "out of memory"}) {
    if (why.find(words) != std::string::npos)
      return "there is not enough memory to load it; free some, or allow more (ulimit -v)";
  }
  return "build it against this Fovea";
}

/// Loads a shared library and never unloads it, because stages and their data live in it until the process
/// ends.
void* open_library(const std::string& file) {
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* message = dlerror();
    const std::string why = message != nullptr ? message : "no reason given";
    throw Error(file + ": not a library that loads here (" + why + "); " + advice(why));
  }
  return library;
}

void add_stages(const std::string& file, Registry& registry) {
  void* entry = dlsym(open_library(file), "fovea_stages");
  if (entry == nullptr) {
    throw Error(file +
                ": no function fovea_stages; export `extern \"C\" void fovea_stages(fovea::Registry&)`");
  }
  reinterpret_cast<void (*)(Registry&)>(entry)(registry);
}

}  // namespace

Libraries::Libraries(std::function<void(const std::string&)> prepare) : prepare_(std::move(prepare)) {}

StageInfo Libraries::implementation(const StageInfo& stage) {
  if (stage.run != nullptr) return stage;
  const std::lock_guard lock(mutex_);
  const auto& stages = loaded(stage.library);
  const auto* whole = stages.find(stage.name);
  if (whole == nullptr || whole->run == nullptr) {
    throw Error(file_of(stage.library) + ": no stage " + quote(stage.name) +
                suggestion(stage.name, stages.names()));
  }
  return *whole;
}

const Registry& Libraries::loaded(const std::string& library) {
  const auto found = loaded_.find(library);
  if (found != loaded_.end()) return found->second;
  Registry registry;
  prepare_(library);
  add_stages(file_of(library), registry);
  return loaded_.emplace(library, std::move(registry)).first->second;
}

void* Libraries::symbol(const std::string& library, const std::string& name) {
  const std::lock_guard lock(mutex_);
  loaded(library);
  void* found = dlsym(open_library(file_of(library)), name.c_str());
  if (found == nullptr) throw Error(file_of(library) + ": no function " + name + "; build all of Fovea anew");
  return found;
}

void load_plugin(const std::filesystem::path& file, Registry& registry) {
  if (!std::filesystem::exists(file))
    throw Error(file.string() + ": no such file; give the path of a shared library");
  const PluginScope scope(file);
  Registry own;
  add_stages(std::filesystem::absolute(file).string(), own);
  for (const auto& name : own.names()) {
    auto stage = *own.find(name);
    stage.code = current_code;
    registry.add(std::move(stage));
  }
}

const Json& code_being_added() {
  return current_code;
}

}  // namespace fovea
