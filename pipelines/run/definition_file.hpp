#pragma once

#include "graph/definition.hpp"

namespace fovea {

/// Reads the JSON of a saved pipeline and checks only its syntax; relative paths are resolved against the
/// file's folder. Throws `Error` that begins with the file's name.
Json read_definition_json(const std::filesystem::path& file, const Registry& registry);

/// Reads a saved pipeline from a file and applies `settings` ("train.epochs=3"). Relative paths are resolved
/// against the file's folder, those in settings against the working directory. Throws `Error` that begins
/// with the file's name.
Graph read_definition_file(const std::filesystem::path& file, const std::vector<std::string>& settings,
                           const Registry& registry);

/// Returns an error about the pipeline in a file with its number as written there.
Error as_written(const Error& error, const std::filesystem::path& file);

/// Returns the `config.json` of the run directory that contains a file; "" if there is none.
std::filesystem::path pipeline_of_run(const std::filesystem::path& file);

}  // namespace fovea
