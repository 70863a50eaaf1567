#pragma once

#include <filesystem>

#include "graph/json.hpp"

namespace fovea {

/// The versions of the CUDA runtime and of cuDNN in this folder of LibTorch, in those that its wheels bring
/// along, or where the loader finds them, as {"cudart": "12.8", "cudnn": "9.10.2"}. One that is not found is
/// left out.
Json cuda_versions(const std::filesystem::path& torch_folder);

/// Those that LibTorch loads here.
const Json& cuda_versions_here();

}  // namespace fovea
