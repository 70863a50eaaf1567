#pragma once

#include "graph/definition.hpp"

namespace fovea {

/// Reads the JSON of a saved pipeline, unchecked but for its syntax; relative paths are taken from the file's
/// folder. Throws `Error` that begins with the file's name.
Json read_definition_json(const std::filesystem::path& file, const Registry& registry);

/// Reads a saved pipeline from a file and changes it by `settings` ("train.epochs=3"). Relative paths are
/// taken from the file's folder, those in settings from the working directory. Throws `Error` that begins
/// with the file's name.
Graph read_definition_file(const std::filesystem::path& file, const std::vector<std::string>& settings,
                           const Registry& registry);

/// An error about the pipeline in a file with its number as it is written there.
Error as_written(const Error& error, const std::filesystem::path& file);

/// The `config.json` of the run directory in which a file lies; "" where it lies in none.
std::filesystem::path pipeline_of_run(const std::filesystem::path& file);

/// Writes a text to a file, whole or not at all, and removes what dead processes left beside it of the same
/// file. Throws `Error` that names the file and why it can't be written.
void write_whole_file(const std::filesystem::path& file, std::string_view bytes);

}  // namespace fovea
