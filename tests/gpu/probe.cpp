// What only a GPU can answer, and what the order of work on it depends on: the rates of the bus, the cost of
// an update, of normalisations and memory layouts, of a training step of resnet20 plain and as a CUDA graph,
// and whether both give the same bytes. Prints one line of JSON for each number; where there is no GPU, says
// so and ends with 0.
#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/csrc/autograd/autograd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

namespace {

const at::Device gpu(at::kCUDA, 0);
constexpr auto last = at::MemoryFormat::ChannelsLast;

at::TensorOptions there(at::ScalarType type) {
  return at::TensorOptions(type).device(gpu);
}

void tell(const std::string& what, double value, const char* unit) {
  std::printf("{\"probe\": \"%s\", \"value\": %.5g, \"unit\": \"%s\"}\n", what.c_str(), value, unit);
  std::fflush(stdout);
}

/// The milliseconds of one call, after five that warm up.
double milliseconds(int times, const std::function<void()>& body) {
  for (int i = 0; i < 5; ++i) body();
  at::accelerator::synchronizeDevice(0);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) body();
  at::accelerator::synchronizeDevice(0);
  const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - begin;
  return passed.count() / times;
}

void compute_repeatably(bool repeatable) {
  auto& context = at::globalContext();
  context.setDeterministicAlgorithms(repeatable, false);
  context.setDeterministicFillUninitializedMemory(false);
  context.setDeterministicCuDNN(repeatable);
  context.setBenchmarkCuDNN(!repeatable);
  context.setAllowTF32CuDNN(false);
}

/// resnet20 for images of 32 x 32 with all of its state on the GPU: weights in fp32 in one flat list, a copy
/// of it in the computing type with filters in channels-last order, the moments of AdamW, and the running
/// statistics.
class Resnet20 {
 public:
  Resnet20(at::ScalarType type, std::int64_t batch, bool cudnn_norms)
      : type_(type), cudnn_norms_(cudnn_norms) {
    conv(3, 16, 1);
    for (const std::int64_t width : {16, 32, 64}) {
      for (int block = 0; block < 3; ++block) {
        const bool smaller = width > 16 && block == 0;
        const auto before = smaller ? width / 2 : width;
        conv(before, width, smaller ? 2 : 1);
        conv(width, width, 1);
        if (smaller) conv(before, width, 2, 1);
      }
    }
    lay_out();
    pixels_ = at::randint(0, 256, {batch, 32, 32, 3}, there(at::kByte));
    labels_ = at::randint(0, 10, {batch}, there(at::kLong));
    next_pixels_ = at::randint(0, 256, {batch, 32, 32, 3}, at::TensorOptions(at::kByte)).pin_memory();
  }

  void upload() { pixels_.copy_(next_pixels_, true); }

  void step() {
    const auto loss = at::cross_entropy_loss(forward().to(at::kFloat), labels_);
    const auto gradients = torch::autograd::grad({loss}, leaves_);
    at::_foreach_copy_(gradient_views_, gradients);
    auto norm = at::linalg_vector_norm(gradients_);
    gradients_.mul_(at::clamp_max(at::reciprocal(norm.add_(1e-6)), 1.0));
    made_.add_(1);
    at::_fused_adamw_({weights_}, {gradients_}, {first_}, {second_}, {}, {made_}, rate_, 0.9, 0.999, 0.05,
                      1e-8, false, false);
    if (type_ != at::kFloat) shadow_.copy_(weights_);
    loss_.copy_(loss.detach());
  }

  std::string bytes() const {
    const auto here = weights_.cpu();
    return {static_cast<const char*>(here.data_ptr()), here.nbytes()};
  }

 private:
  struct Layer {
    std::int64_t in, out, stride, kernel;
    at::Tensor weight, factor, offset, mean, variance;
  };

  void conv(std::int64_t in, std::int64_t out, std::int64_t stride, std::int64_t kernel = 3) {
    layers_.push_back({in, out, stride, kernel, {}, {}, {}, {}, {}});
  }

  /// Kernels refuse weights that do not begin at a multiple of 16 bytes; LibTorch's own begin at multiples of
  /// 256.
  static std::int64_t aligned(std::int64_t count) { return (count + 127) / 128 * 128; }

  void lay_out() {
    std::int64_t count = aligned(640) + aligned(10);
    for (const auto& one : layers_)
      count += aligned(one.in * one.out * one.kernel * one.kernel) + 2 * aligned(one.out);
    weights_ = at::randn({count}, there(at::kFloat)).mul_(0.05);
    shadow_ = type_ == at::kFloat ? weights_ : weights_.to(type_);
    gradients_ = at::zeros_like(weights_), first_ = at::zeros_like(weights_),
    second_ = at::zeros_like(weights_);
    made_ = at::zeros({1}, there(at::kFloat)), rate_ = at::full({}, 1e-3, there(at::kFloat)),
    loss_ = at::zeros({}, there(at::kFloat));
    std::int64_t at = 0;
    const auto leaf = [&](const at::Tensor& list, at::IntArrayRef shape) {
      const auto shaped = [&](const at::Tensor& all) {
        const auto view = all.narrow(0, at, c10::multiply_integers(shape)).view(shape).detach();
        return shape.size() == 4 ? view.permute({0, 3, 1, 2}) : view;
      };
      leaves_.push_back(shaped(list).requires_grad_(true));
      gradient_views_.push_back(shaped(gradients_));
      at += aligned(leaves_.back().numel());
      return leaves_.back();
    };
    for (auto& one : layers_) one.weight = leaf(shadow_, {one.out, one.kernel, one.kernel, one.in});
    head_ = leaf(shadow_, {10, 64}), head_offset_ = leaf(shadow_, {10});
    for (auto& one : layers_) {
      one.factor = leaf(weights_, {one.out}), one.offset = leaf(weights_, {one.out});
      one.mean = at::zeros({one.out}, there(at::kFloat)),
      one.variance = at::ones({one.out}, there(at::kFloat));
    }
  }

  at::Tensor apply(const Layer& one, const at::Tensor& x) const {
    const auto pad = one.kernel / 2;
    const auto y =
        at::conv2d(x, one.weight, {}, at::IntArrayRef{one.stride, one.stride}, at::IntArrayRef{pad, pad});
    return at::batch_norm(y, one.factor, one.offset, one.mean, one.variance, true, 0.1, 1e-5, cudnn_norms_);
  }

  at::Tensor forward() const {
    auto x = pixels_.permute({0, 3, 1, 2}).to(type_).mul_(1.0 / 64).add_(-2);
    x = at::relu(apply(layers_[0], x));
    for (std::size_t i = 1; i < layers_.size(); i += 2) {
      const bool smaller = layers_[i].stride == 2;
      const auto y = apply(layers_[i + 1], at::relu(apply(layers_[i], x)));
      x = at::relu(y + (smaller ? apply(layers_[i + 2], x) : x));
      i += smaller ? 1 : 0;
    }
    return at::linear(x.mean({2, 3}), head_, head_offset_);
  }

  at::ScalarType type_;
  bool cudnn_norms_;
  std::vector<Layer> layers_;
  std::vector<at::Tensor> leaves_, gradient_views_;
  at::Tensor weights_, shadow_, gradients_, first_, second_, made_, rate_, loss_, head_, head_offset_;
  at::Tensor pixels_, next_pixels_, labels_;
};

/// A step that is recorded once and then replayed. Three steps are made before.
class Graph {
 public:
  explicit Graph(Resnet20& net) {
    at::accelerator::synchronizeDevice(0);
    const c10::StreamGuard guard(stream_);
    for (int i = 0; i < 3; ++i) net.step();
    at::accelerator::synchronizeDevice(0);
    // Later versions of LibTorch find the generator themselves.
    [](auto& graph, const at::Generator& generator) {
      if constexpr (requires { graph.register_generator_state(generator); })
        graph.register_generator_state(generator);
    }(graph_, at::globalContext().defaultGenerator(gpu));
    graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    net.step();
    graph_.capture_end();
  }
  void replay() { graph_.replay(); }

 private:
  c10::Stream stream_ = c10::impl::VirtualGuardImpl(at::kCUDA).getStreamFromGlobalPool(gpu, false);
  at::cuda::CUDAGraph graph_;
};

void bus() {
  const auto host = at::empty({77'070'336}, at::TensorOptions(at::kByte)).fill_(1);
  auto pinned = host.pin_memory();
  auto device = at::empty(host.sizes(), there(at::kByte));
  const double gigabytes_ms = static_cast<double>(host.nbytes()) * 1e-6;
  tell("up from pageable memory, 77 MB", gigabytes_ms / milliseconds(10, [&] { device.copy_(host); }),
       "GB/s");
  tell("up from pinned memory, 77 MB", gigabytes_ms / milliseconds(10, [&] { device.copy_(pinned, true); }),
       "GB/s");
  tell("down to pinned memory, 77 MB", gigabytes_ms / milliseconds(10, [&] { pinned.copy_(device, true); }),
       "GB/s");
  auto small = at::ones({}, there(at::kFloat));
  tell("reading one number", 1000 * milliseconds(200, [&] { small.item<float>(); }), "us");
  tell("starting one operation", 1000 * milliseconds(2000, [&] { small.add_(1); }), "us");
}

void updates() {
  constexpr std::int64_t count = 25'557'032;
  auto w = at::randn({count}, there(at::kFloat)), g = at::randn({count}, there(at::kFloat)),
       m = at::zeros_like(w), v = at::zeros_like(w);
  auto made = at::ones({1}, there(at::kFloat));
  const auto rate = at::full({}, 1e-3, there(at::kFloat));
  tell("AdamW of 25.6 million, fused",
       milliseconds(50,
                    [&] {
                      at::_fused_adamw_({w}, {g}, {m}, {v}, {}, {made}, rate, 0.9, 0.999, 0.05, 1e-8, false,
                                        false);
                    }),
       "ms");
  tell("AdamW of 25.6 million, plain",
       milliseconds(50,
                    [&] {
                      m.mul_(0.9).add_(g, 0.1), v.mul_(0.999).addcmul_(g, g, 0.001);
                      w.mul_(0.99995).addcdiv_(m, v.sqrt().mul_(1.1).add_(1e-8), -1e-3);
                    }),
       "ms");
  tell("norm of 25.6 million", milliseconds(50, [&] { at::linalg_vector_norm(g); }), "ms");
}

void layers() {
  compute_repeatably(false);
  for (const auto type : {at::kFloat, at::kHalf, at::kBFloat16}) {
    const std::string name = c10::toString(type);
    const auto x = at::randn({128, 256, 56, 56}, there(type)).contiguous(last).requires_grad_(true);
    const auto factor = at::ones({256}, there(at::kFloat)).requires_grad_(true),
               offset = at::zeros({256}, there(at::kFloat)).requires_grad_(true);
    const auto mean = at::zeros({256}, there(at::kFloat)), variance = at::ones({256}, there(at::kFloat));
    const auto gradient = at::randn_like(x);
    for (const bool cudnn : {false, true}) {
      tell("batch norm and ReLU, both ways, 128 x 256 x 56 x 56, " + name +
               (cudnn ? ", cuDNN allowed" : ", native"),
           milliseconds(20,
                        [&] {
                          const auto y = at::relu(
                              at::batch_norm(x, factor, offset, mean, variance, true, 0.1, 1e-5, cudnn));
                          torch::autograd::grad({y}, {x, factor, offset}, {gradient});
                        }),
           "ms");
    }
    const auto image = at::randn({128, 256, 14, 14}, there(type)).contiguous(last).requires_grad_(true);
    const auto out = at::randn({128, 256, 14, 14}, there(type)).contiguous(last);
    for (const bool in_order : {false, true}) {
      auto w = at::randn({256, 256, 3, 3}, there(type));
      if (in_order) w = w.contiguous(last);
      w.requires_grad_(true);
      tell("convolution 3 x 3, both ways, 128 x 256 x 14 x 14, " + name +
               (in_order ? ", filters channels last" : ", filters not"),
           milliseconds(
               50,
               [&] {
                 const auto y = at::conv2d(image, w, {}, at::IntArrayRef{1, 1}, at::IntArrayRef{1, 1});
                 torch::autograd::grad({y}, {image, w}, {out});
               }),
           "ms");
    }
  }
}

void steps(bool repeatable) {
  compute_repeatably(repeatable);
  for (const auto type : {at::kFloat, at::kBFloat16, at::kHalf}) {
    for (const std::int64_t batch : {128, 1024}) {
      Resnet20 net(type, batch, true);
      const auto what = std::string("resnet20, ") + c10::toString(type) + ", batch " + std::to_string(batch) +
                        (repeatable ? ", repeatable" : "");
      const auto per_second = [&](double ms) { return static_cast<double>(batch) * 1000 / ms; };
      tell(what + ", plain", per_second(milliseconds(60, [&] { net.upload(), net.step(); })), "images/s");
      Graph graph(net);
      tell(what + ", graph", per_second(milliseconds(300, [&] { net.upload(), graph.replay(); })),
           "images/s");
    }
  }
}

void fast_steps() {
  steps(false);
}
void repeatable_steps() {
  steps(true);
}

/// 1 where twenty steps as a graph end in the bytes of twenty plain ones.
void same_bytes() {
  compute_repeatably(true);
  for (const auto type : {at::kFloat, at::kBFloat16, at::kHalf}) {
    std::string ends[3];
    for (std::size_t way = 0; way < 3; ++way) {
      auto generator = at::globalContext().defaultGenerator(gpu);
      generator.set_current_seed(7);
      Resnet20 net(type, 128, true);
      if (way == 2) {
        Graph graph(net);
        for (int i = 0; i < 20; ++i) graph.replay();
        at::accelerator::synchronizeDevice(0);
      } else {
        for (int i = 0; i < 23; ++i) net.step();
      }
      ends[way] = net.bytes();
    }
    const std::string name = c10::toString(type);
    tell("the same steps end in the same bytes, " + name, ends[0] == ends[1], "");
    tell("a graph ends in the bytes of plain steps, " + name, ends[1] == ends[2], "");
  }
}

}  // namespace

int main() {
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
  if (at::accelerator::deviceCount() == 0)
    return std::printf("{\"probe\": \"no GPU is here, nothing was measured\"}\n"), 0;
  int failed = 0;
  for (const auto& part : {bus, updates, layers, fast_steps, repeatable_steps, same_bytes}) {
    try {
      part();
    } catch (const c10::Error& error) {
      std::string text = error.what_without_backtrace();
      std::fprintf(stderr, "probe: %s\n", text.substr(0, text.find('\n')).c_str());
      ++failed;
    }
  }
  return failed;
}
