#pragma once

#include <filesystem>

#include "graph/json.hpp"

namespace fovea {

/// Returns the versions of the CUDA runtime and of cuDNN in LibTorch's folder, in the packages of its wheels,
/// or where the loader finds them, as {"cudart": "12.8", "cudnn": "9.10.2"}. A version that is not found is
/// left out.
Json cuda_versions(const std::filesystem::path& torch_folder);

/// Returns the versions that LibTorch loads on this machine.
const Json& cuda_versions_here();

}  // namespace fovea
