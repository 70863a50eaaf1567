#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "stages/model/model.hpp"

namespace fovea {

/// The weights of a file, and what else it tells of their network: all of it where it is a model of Fovea or
/// was exported from one.
struct WeightFile {
  std::string path;
  std::vector<NamedArray> arrays;
  std::optional<Specification> specification;
  std::vector<std::string> class_names;  ///< empty where the file has none
  std::optional<Preprocessing> preprocessing;
};

/// Reads a .safetensors file, or a model of Fovea (.h5), told apart by their content, whole and into memory.
/// Throws `Error` that begins with the path where it is neither, or damaged. Pickled files (.pt, .pth) are
/// refused, as reading them runs the code in them.
WeightFile read_weight_file(const std::filesystem::path& path);

/// Writes a model as .safetensors, atomically: its weights by name, and as texts of the metadata its
/// "specification", "class_names" and "preprocessing" as JSON, which `read_weight_file` reads back.
void write_safetensors(const std::filesystem::path& path, const Model& model);

}  // namespace fovea
