#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "stages/model/model.hpp"

namespace fovea {

/// The content of a .safetensors file: float32 values by name, and the texts of its metadata.
struct Safetensors {
  std::vector<NamedArray> arrays;
  std::map<std::string, std::string> metadata;
};

/// Reads a whole .safetensors file, whose tensors come in the order of their bytes. F64, F16, BF16, I64, I32,
/// U8 and BOOL become the nearest float32. Throws `Error` with path, tensor and fact where anything in the
/// file is not as the format says, or where a file of `write_safetensors` was changed since.
Safetensors read_safetensors(const std::filesystem::path& path);

/// Writes a .safetensors file atomically: F32, and I64 for a "num_batches_tracked", as PyTorch has it. The
/// metadata gets "format": "pt", which readers for PyTorch ask for, and "fovea.xxh3", the XXH3-128 of the
/// file in which zeros stand for that digest.
void write_safetensors(const std::filesystem::path& path, const Safetensors& content);

}  // namespace fovea
