#pragma once

#include <filesystem>

#include "stages/model/model.hpp"

namespace fovea {

/// Reads a model from a file that anybody may have made: the best_model.h5 of a run directory, or a copy of
/// it. All of it is checked before it is used, and nothing of the file stays mapped. Throws `Error` with the
/// path where it is no model, is damaged, or was written by a newer program.
Model read_model_file(const std::filesystem::path& path);

}  // namespace fovea
