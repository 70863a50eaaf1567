#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

namespace fovea {

/// Operations of a device that are recorded once and then all started by one call. They work on the memory
/// that they were recorded with.
class StepGraph {
 public:
  virtual ~StepGraph() = default;
  /// Records what `body` starts, in the stream that is current, and does not run it. Throws `c10::Error`
  /// where something in it cannot be recorded; then nothing was run.
  virtual void record(const std::function<void()>& body) = 0;
  /// Runs what was recorded.
  virtual void replay() = 0;
  virtual bool is_recorded() const = 0;
};

/// For a CUDA device, where Fovea was built with CUDA's header; else null. The code for it is in a library of
/// its own, which is loaded here.
std::unique_ptr<StepGraph> step_graph(at::Device device);

}  // namespace fovea
