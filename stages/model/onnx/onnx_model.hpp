#pragma once

#include <onnx/onnx_pb.h>

#include "stages/model/export_onnx.hpp"

namespace fovea {

/// Returns a network as an ONNX model with its metadata: see `write_onnx`. It is not checked.
onnx::ModelProto onnx_model(const Model& model, const OnnxInput& input);

/// Has onnx check every operator and infer every shape, which must be as declared. Throws `Error`.
void check(onnx::ModelProto& file);

}  // namespace fovea
