#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fovea {

/// Returns the folders that the loader searches for LibTorch's libraries, in order: those of LD_LIBRARY_PATH,
/// then the folder of the LibTorch that Fovea was built with.
std::vector<std::filesystem::path> torch_folders();

/// Returns the first file of that name in `folders`, or an empty path.
std::filesystem::path library_in(const std::vector<std::filesystem::path>& folders, const std::string& name);

/// Returns LibTorch's CUDA library, or an empty path where it is built without; nothing is loaded.
std::filesystem::path cuda_library();

}  // namespace fovea
