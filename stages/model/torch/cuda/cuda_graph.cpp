// The only source that needs a CUDA header. It becomes libfovea_cuda.so, which `step_graph` loads.
#include <ATen/Context.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>

#include "stages/model/torch/step_graph.hpp"

namespace fovea {
namespace {

class CudaGraph : public StepGraph {
 public:
  explicit CudaGraph(int device) : device_(device) {}

  void record(const std::function<void()>& body) override {
    auto graph = std::make_unique<at::cuda::CUDAGraph>();
    // Later versions of LibTorch find the generator themselves.
    const auto generator =
        at::globalContext().defaultGenerator(at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device_)));
    [](auto& one, const at::Generator& random) {
      if constexpr (requires { one.register_generator_state(random); }) one.register_generator_state(random);
    }(*graph, generator);
    // Frees cached memory of earlier steps for the graph's separate pool.
    c10::cuda::CUDACachingAllocator::emptyCache();
    graph->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    try {
      body();
    } catch (...) {
      try {
        graph->capture_end();
      } catch (const c10::Error&) {  // the error of `body` is rethrown
      }
      throw;
    }
    graph->capture_end();
    graph_ = std::move(graph);
  }
  void replay() override { graph_->replay(); }
  bool is_recorded() const override { return graph_ != nullptr; }

 private:
  int device_;
  std::unique_ptr<at::cuda::CUDAGraph> graph_;
};

}  // namespace
}  // namespace fovea

extern "C" __attribute__((visibility("default"))) fovea::StepGraph* fovea_cuda_graph(int device) {
  return new fovea::CudaGraph(device);
}
