#include "stages/model/torch_library.hpp"

#include <cstdlib>
#include <sstream>

namespace fovea {

namespace fs = std::filesystem;

std::vector<fs::path> torch_folders() {
  std::vector<fs::path> folders;
  if (const char* path = std::getenv("LD_LIBRARY_PATH")) {
    std::istringstream text(path);
    for (std::string folder; std::getline(text, folder, ':');) folders.emplace_back(folder);
  }
  folders.emplace_back(FOVEA_TORCH_FOLDER);
  return folders;
}

fs::path library_in(const std::vector<fs::path>& folders, const std::string& name) {
  for (const auto& folder : folders) {
    std::error_code unreadable;
    if (fs::exists(folder / name, unreadable)) return folder / name;
  }
  return {};
}

fs::path cuda_library() {
  return library_in(torch_folders(), "libtorch_cuda.so");
}

}  // namespace fovea
