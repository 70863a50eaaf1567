#pragma once

#include "stages/model/export_onnx.hpp"

namespace fovea {

/// Writes a network as an ONNX file, and `export_check.npz` beside it: 8 images and what this network makes
/// of them, computed in fp32 on the CPU. Throws `Error`, and writes nothing, where another such check is
/// there beside another export.
void export_onnx(const Model& model, const std::filesystem::path& file, const OnnxInput& input = {});

}  // namespace fovea
