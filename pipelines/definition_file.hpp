#pragma once

#include "graph/definition.hpp"

namespace fovea {

/// Reads a saved pipeline from a file and changes it by `settings` ("train.epochs=3"). Relative paths are
/// taken from the file's folder, those in settings from the working directory. Throws `Error` that begins
/// with the file's name.
Graph read_definition_file(const std::filesystem::path& file, const std::vector<std::string>& settings,
                           const Registry& registry);

/// Writes a text to a file, whole or not at all. Throws `Error` that names the file.
void write_file(const std::filesystem::path& file, std::string_view bytes);

}  // namespace fovea
