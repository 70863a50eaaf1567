#pragma once

#include <optional>

#include "pipelines/bench/bench_job.hpp"

namespace fovea {

/// Has onnxruntime carry out a job with the export `model.onnx` in its folder, in a process of this Python: a
/// path, or a name in PATH. Returns nothing where there is no such program, or where it lacks onnxruntime or
/// NumPy; throws as `measure_apart` does.
std::optional<Measured> measure_onnx(const BenchJob& job, const std::filesystem::path& folder,
                                     const std::string& python, const std::stop_token& stop);

}  // namespace fovea
