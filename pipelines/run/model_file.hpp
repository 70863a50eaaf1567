#pragma once

#include <filesystem>
#include <string>

namespace fovea {

/// Returns the model file that a person means: a `.h5` file itself, or the `best_model.h5` of a run
/// directory, which may be named by its path, by its name below `results`, or as `latest` for the newest
/// there. Throws `Error` where there is none, with what would be right. The file is not read.
std::filesystem::path model_file(const std::string& model_or_run);

}  // namespace fovea
