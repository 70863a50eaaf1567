#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

namespace fovea {

/// Operations of a device that are recorded once and then launched by one call. They use the memory addresses
/// of the recording.
class StepGraph {
 public:
  virtual ~StepGraph() = default;
  /// Records the work that `body` starts in the current stream, without running it. Throws `c10::Error` where
  /// something cannot be recorded; then nothing was run.
  virtual void record(const std::function<void()>& body) = 0;
  /// Runs the recorded operations.
  virtual void replay() = 0;
  virtual bool is_recorded() const = 0;
};

/// Returns a graph for a CUDA device, where Fovea was built with CUDA's header; else null. Its code is in a
/// library of its own, which is loaded here.
std::unique_ptr<StepGraph> step_graph(at::Device device);

}  // namespace fovea
