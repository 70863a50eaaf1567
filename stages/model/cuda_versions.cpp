#include "stages/model/cuda_versions.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <vector>

#include "stages/model/torch_library.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Returns candidates for a library: its files with any version number, as libcudnn.so.9, then names for the
/// loader.
std::vector<std::string> candidates(const fs::path& torch_folder, const std::string& name) {
  std::vector<fs::path> folders{torch_folder};
  std::error_code none;
  for (fs::directory_iterator entry(torch_folder.parent_path().parent_path() / "nvidia", none), end;
       !none && entry != end; entry.increment(none))
    folders.push_back(entry->path() / "lib");
  std::vector<std::string> all;
  for (const auto& folder : folders) {
    for (fs::directory_iterator entry(folder, none), end; !none && entry != end; entry.increment(none)) {
      if (entry->path().filename().string().starts_with(name + ".so.")) all.push_back(entry->path().string());
    }
  }
  std::sort(all.begin(), all.end());
  for (const char* number : {"13", "12", "11", "9", "8"}) all.push_back(name + ".so." + number);
  return all;
}

/// Returns the result of `ask` on a function of the first library that has it, or "".
template <class Function, class Ask>
std::string asked(const std::vector<std::string>& libraries, const char* function, Ask ask) {
  for (const auto& library : libraries) {
    void* loaded = dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL);
    void* found = loaded != nullptr ? dlsym(loaded, function) : nullptr;
    if (found != nullptr) return ask(reinterpret_cast<Function*>(found));
  }
  return "";
}

std::string dotted(std::size_t major, std::size_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

}  // namespace

Json cuda_versions(const fs::path& torch_folder) {
  Json versions = Json::object();
  const auto runtime =
      asked<int(int*)>(candidates(torch_folder, "libcudart"), "cudaRuntimeGetVersion", [](auto* function) {
        int number = 0;
        return function(&number) == 0 ? dotted(static_cast<std::size_t>(number) / 1000,
                                               static_cast<std::size_t>(number) % 1000 / 10)
                                      : std::string();
      });
  const auto cudnn =
      asked<std::size_t()>(candidates(torch_folder, "libcudnn"), "cudnnGetVersion", [](auto* function) {
        const auto number = function();
        const std::size_t unit = number >= 90000 ? 10000 : 1000;
        return dotted(number / unit, number % unit / 100) + "." + std::to_string(number % 100);
      });
  if (!runtime.empty()) versions["cudart"] = runtime;
  if (!cudnn.empty()) versions["cudnn"] = cudnn;
  return versions;
}

const Json& cuda_versions_here() {
  static const auto versions = cuda_versions(cuda_library().parent_path());
  return versions;
}

}  // namespace fovea
