#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fovea {

/// Where the loader looks for the libraries of LibTorch, in its order: what LD_LIBRARY_PATH names, then the
/// folder of the LibTorch that Fovea was built with.
std::vector<std::filesystem::path> torch_folders();

/// The first file of that name in `folders`, or an empty path.
std::filesystem::path library_in(const std::vector<std::filesystem::path>& folders, const std::string& name);

/// LibTorch's own library for CUDA, or an empty path where it is built without. Nothing is loaded for that.
std::filesystem::path cuda_library();

}  // namespace fovea
