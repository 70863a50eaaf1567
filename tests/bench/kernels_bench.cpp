#include <ATen/TensorOperators.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/core/stack.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "stages/model/numerics.hpp"
#include "stages/model/torch/kernels/depthwise.hpp"
#include "stages/model/torch/kernels/fused.hpp"
#include "stages/model/torch/kernels/fused_conv.hpp"
#include "stages/model/torch/kernels/winograd.hpp"
#include "stages/model/torch/setup.hpp"
#include "tests/bench/turns.hpp"

// What each hand-written kernel gains over the same computation by LibTorch's own operators, on the same
// tensors and threads, set up as for training. Both run in turns, so that a busy machine slows both; "gain"
// is the median of plain time by own time over all turns. "both" is a forward pass and the way back.

namespace fovea {
namespace {

enum class Way { forward, both, inference };

/// A convolution, what follows it, and how many images of which side go in.
struct Layer {
  const char* network;
  std::int64_t images, channels, side, channels_out, kernel, stride;
  Epilogue epilogue;
  Conv conv() const {
    return {.channels = channels_out,
            .kernel = kernel,
            .stride = stride,
            .padding = kernel / 2,
            .groups = 1,
            .bias = false};
  }
  std::string shape() const {
    const auto pixels = [](std::int64_t depth, std::int64_t width) {
      return std::to_string(depth) + "x" + std::to_string(width);
    };
    return std::string(network) + "_" + pixels(channels, side) + "_to_" +
           pixels(channels_out, (side - 1) / stride + 1) +
           (kernel == 3 ? "" : "_by_" + std::to_string(kernel)) + "_" +
           std::array{"nothing", "relu", "pool", "add"}[static_cast<std::size_t>(epilogue)];
  }
};

/// The different layers of simple_cnn, of resnet20, and of resnet18 for images of 112 pixels.
constexpr Layer layers[] = {{"simple_cnn", 128, 1, 28, 16, 3, 1, Epilogue::relu},
                            {"simple_cnn", 128, 16, 28, 16, 3, 1, Epilogue::relu_and_pool},
                            {"simple_cnn", 128, 16, 14, 32, 3, 1, Epilogue::relu},
                            {"simple_cnn", 128, 32, 14, 32, 3, 1, Epilogue::relu_and_pool},
                            {"simple_cnn", 128, 32, 7, 64, 3, 1, Epilogue::relu},
                            {"simple_cnn", 128, 64, 7, 64, 3, 1, Epilogue::relu_and_pool},
                            {"resnet20", 128, 3, 32, 16, 3, 1, Epilogue::relu},
                            {"resnet20", 128, 16, 32, 16, 3, 1, Epilogue::relu},
                            {"resnet20", 128, 16, 32, 16, 3, 1, Epilogue::add_and_relu},
                            {"resnet20", 128, 16, 32, 32, 3, 2, Epilogue::relu},
                            {"resnet20", 128, 16, 32, 32, 1, 2, Epilogue::nothing},
                            {"resnet20", 128, 32, 16, 32, 3, 1, Epilogue::add_and_relu},
                            {"resnet20", 128, 64, 8, 64, 3, 1, Epilogue::add_and_relu},
                            {"resnet18", 16, 3, 112, 64, 7, 2, Epilogue::relu},
                            {"resnet18", 16, 64, 28, 64, 3, 1, Epilogue::add_and_relu},
                            {"resnet18", 16, 64, 28, 128, 3, 2, Epilogue::relu},
                            {"resnet18", 16, 64, 28, 128, 1, 2, Epilogue::nothing},
                            {"resnet18", 16, 128, 14, 128, 3, 1, Epilogue::add_and_relu},
                            {"resnet18", 16, 256, 7, 256, 3, 1, Epilogue::add_and_relu},
                            {"resnet18", 16, 512, 4, 512, 3, 1, Epilogue::add_and_relu}};

at::Tensor images(at::IntArrayRef sizes, at::ScalarType type) {
  return at::randn(sizes).to(type).contiguous(at::MemoryFormat::ChannelsLast);
}

/// A weight whose gradient is there already, as in training.
at::Tensor weight(const at::Tensor& values) {
  values.requires_grad_(true).mutable_grad() = at::zeros_like(values);
  return values;
}

/// What a layer computes with.
struct Tensors {
  Layer layer;
  at::Tensor x, convolved, added, gradient, filters;
  Norm norm;

  Tensors(const Layer& given, at::ScalarType type) : layer(given) {
    const auto& [network, count, channels, side, out, kernel, stride, epilogue] = layer;
    const auto after = (side - 1) / stride + 1, end = epilogue == Epilogue::relu_and_pool ? after / 2 : after;
    x = images({count, channels, side, side}, type).requires_grad_(channels > 3);
    convolved = images({count, out, after, after}, type).requires_grad_(true);
    added = images({count, out, after, after}, type).requires_grad_(true);
    gradient = images({count, out, end, end}, type);
    filters = weight(at::randn({out, channels, kernel, kernel}));
    norm = {weight(at::ones({out})), weight(at::zeros({out})), at::zeros({out}), at::ones({out})};
  }
  at::Tensor added_here() const { return layer.epilogue == Epilogue::add_and_relu ? added : at::Tensor(); }
  at::Tensor plain_conv() const {
    const auto pair = [](std::int64_t number) { return std::vector<std::int64_t>(2, number); };
    return at::conv2d(x, filters.to(x.scalar_type()), {}, pair(layer.stride), pair(layer.kernel / 2));
  }
  at::Tensor plain_norm(const at::Tensor& in, bool training) const {
    auto y = at::batch_norm(in, norm.weight, norm.bias, norm.mean, norm.variance, training, norm.momentum,
                            norm.epsilon, false);
    if (layer.epilogue == Epilogue::add_and_relu) y.add_(added);
    if (layer.epilogue != Epilogue::nothing) y.relu_();
    return layer.epilogue == Epilogue::relu_and_pool ? at::max_pool2d(y, {2, 2}, {2, 2}) : y;
  }
  at::Tensor own_norm(const at::Tensor& in, bool training) const {
    return batch_norm(in, norm, training, layer.epilogue, added_here());
  }
};

/// A pass through what computes with `tensors`.
template <class Compute> Body pass(const std::shared_ptr<Tensors>& tensors, Way way, const Compute& compute) {
  return [=] {
    const at::AutoGradMode mode(way != Way::inference);
    const auto y = compute(*tensors);
    if (way == Way::both) y.backward(tensors->gradient);
    for (auto* const x : {&tensors->x, &tensors->convolved, &tensors->added}) x->mutable_grad().reset();
  };
}

using Computation = std::function<at::Tensor(const Tensors&)>;

std::string text(Way way) {
  return std::array{"/forward", "/both", "/inference"}[static_cast<std::size_t>(way)];
}

void compare_layers(const std::string& kernel, const Layer& layer, const std::vector<Way>& ways,
                    const Computation& plain, const Computation& own) {
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    for (const auto way : ways) {
      compare(kernel + "/" + layer.shape() + (type == at::kFloat ? "/fp32" : "/bf16") + text(way), [=] {
        const auto tensors = std::make_shared<Tensors>(layer, type);
        return std::pair{pass(tensors, way, plain), pass(tensors, way, own)};
      });
    }
  }
}

/// The same sizes with what follows the normalisation once.
bool is_repeated(const Layer& layer) {
  return std::any_of(std::begin(layers), &layer, [&](const Layer& before) {
    const auto after = [](const Layer& one) { return (one.side - 1) / one.stride + 1; };
    return before.images == layer.images && before.channels_out == layer.channels_out &&
           after(before) == after(layer) && before.epilogue == layer.epilogue;
  });
}

void compare_norms() {
  const auto training = {Way::forward, Way::both};
  for (const auto& layer : layers) {
    compare_layers(
        "conv_norm", layer, training, [](const Tensors& t) { return t.plain_norm(t.plain_conv(), true); },
        [](const Tensors& t) {
          return conv_norm(t.x, t.layer.conv(), t.filters, t.norm, t.layer.epilogue, t.added_here());
        });
    // What remains of that beside the other kernel.
    compare_layers(
        "conv_norm_by_batch_norm", layer, training,
        [](const Tensors& t) { return t.own_norm(t.plain_conv(), true); },
        [](const Tensors& t) {
          return conv_norm(t.x, t.layer.conv(), t.filters, t.norm, t.layer.epilogue, t.added_here());
        });
    if (is_repeated(layer)) continue;
    compare_layers(
        "batch_norm", layer, training, [](const Tensors& t) { return t.plain_norm(t.convolved, true); },
        [](const Tensors& t) { return t.own_norm(t.convolved, true); });
    compare_layers(
        "batch_norm", layer, {Way::inference},
        [](const Tensors& t) { return t.plain_norm(t.convolved, false); },
        [](const Tensors& t) { return t.own_norm(t.convolved, false); });
  }
}

/// A convolution of all images by Winograd's algorithm, a share of them on each thread.
at::Tensor winograd_forward(const Tensors& t) {
  const auto filters = winograd_filters(t.filters, t.x.scalar_type());
  const auto y = at::empty_like(t.convolved);
  on_all_threads(static_cast<std::size_t>(t.layer.images), [&](std::size_t begin, std::size_t end) {
    const auto first = static_cast<std::int64_t>(begin), count = static_cast<std::int64_t>(end - begin);
    winograd_convolve(t.x.narrow(0, first, count), filters, y.narrow(0, first, count));
  });
  return y;
}

/// The way back, with the gradient of the images last.
at::Tensor winograd_backward(const Tensors& t) {
  const auto filters = winograd_filters_back(t.filters, t.x.scalar_type());
  const auto gradient = at::empty_like(t.x);
  std::vector<at::Tensor> parts(static_cast<std::size_t>(t.layer.images));
  on_all_threads(parts.size(), [&](std::size_t begin, std::size_t end) {
    const auto first = static_cast<std::int64_t>(begin), count = static_cast<std::int64_t>(end - begin);
    const auto given = t.convolved.narrow(0, first, count);
    winograd_convolve(given, filters, gradient.narrow(0, first, count));
    parts[begin] = winograd_weight_gradient(t.x.narrow(0, first, count), given);
  });
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].defined()) parts[0].add_(parts[i]);
  }
  return gradient;
}

at::Tensor plain_backward(const Tensors& t) {
  const std::vector<std::int64_t> one{1, 1};
  return std::get<0>(at::convolution_backward(t.convolved, t.x, t.filters.to(t.x.scalar_type()), c10::nullopt,
                                              one, one, one, false, {0, 0}, 1, {true, true, false}));
}

void compare_winograd() {
  for (const auto& layer : layers) {
    if (!suits_winograd(layer.conv(), Tensors(layer, at::kFloat).x)) continue;
    compare_layers("winograd", layer, {Way::inference}, &Tensors::plain_conv, winograd_forward);
    compare_layers("winograd_backward", layer, {Way::inference}, plain_backward, winograd_backward);
  }
}

/// What oneDNN's own primitive of a convolution with ReLU takes, as LibTorch has it for inference in fp32;
/// a normalisation is in its weights.
void compare_onednn() {
  const auto find = [](const char* name) { return c10::Dispatcher::singleton().findSchema({name, ""}); };
  const auto prepack = find("mkldnn_prepacked::conv2d_prepack"), run = find("mkldnn_prepacked::conv2d_run");
  if (!prepack || !run) return;
  for (const auto& layer : layers) {
    if (layer.epilogue != Epilogue::relu) continue;
    compare("onednn/" + layer.shape() + "/fp32/inference", [=] {
      const auto tensors = std::make_shared<Tensors>(layer, at::kFloat);
      const std::vector<std::int64_t> stride(2, layer.stride), padding(2, layer.kernel / 2), one(2, 1);
      const at::NoGradGuard no_gradients;
      torch::jit::Stack packed{tensors->filters.detach(),
                               at::zeros({layer.channels_out}),
                               stride,
                               padding,
                               one,
                               1,
                               tensors->x.sizes().vec(),
                               "relu"};
      prepack->callBoxed(packed);
      return std::pair{
          pass(tensors, Way::inference,
               [=](const Tensors& t) {
                 torch::jit::Stack stack{t.x, packed[0]};
                 run->callBoxed(stack);
                 return stack[0].toTensor();
               }),
          pass(tensors, Way::inference, [](const Tensors& t) { return t.own_norm(t.plain_conv(), false); })};
    });
  }
}

/// Both ways through depthwise layers of efficientnet_b0 and convnext_atto for images of 96 pixels.
void compare_depthwise() {
  struct Depthwise {
    std::int64_t channels, side, kernel, stride;
  };
  for (const auto& [channels, side, kernel, stride] :
       {Depthwise{144, 24, 5, 2}, {240, 12, 5, 1}, {672, 6, 5, 1}, {40, 24, 7, 1}, {160, 6, 7, 1}}) {
    const Conv conv{.channels = channels,
                    .kernel = kernel,
                    .stride = stride,
                    .padding = kernel / 2,
                    .groups = channels,
                    .bias = false};
    for (const auto type : {at::kFloat, at::kBFloat16}) {
      const auto name = std::to_string(channels) + "x" + std::to_string(side) + "_by_" +
                        std::to_string(kernel) + (type == at::kFloat ? "/fp32/both" : "/bf16/both");
      compare("depthwise/" + name, [=, sides = std::pair(side, (side - 1) / conv.stride.height() + 1)] {
        const auto x = images({32, conv.channels, sides.first, sides.first}, type).requires_grad_(true);
        const auto gradient = images({32, conv.channels, sides.second, sides.second}, type);
        const auto filters = weight(at::randn({conv.channels, 1, conv.kernel.height(), conv.kernel.width()}));
        const auto both = [=](const auto& compute) {
          return [=] {
            compute().backward(gradient);
            x.mutable_grad().reset();
          };
        };
        return std::pair<Body, Body>{
            both([=] {
              return at::conv2d(x, filters.to(type), {}, conv.stride, conv.padding, {1, 1}, conv.groups);
            }),
            both([=] { return convolve(x, conv, filters, {}); })};
      });
    }
  }
}

void compare_other_layers() {
  for (const auto& layer : layers) {
    if (layer.epilogue != Epilogue::relu_and_pool) continue;
    compare_layers(
        "relu_max_pool", layer, {Way::forward, Way::both, Way::inference},
        [](const Tensors& t) {
          return at::max_pool2d(at::relu(t.convolved), {2, 2}, {2, 2});
        },
        [](const Tensors& t) { return relu_max_pool(t.convolved); });
  }
  for (const auto& layer : {Layer{"simple_cnn", 128, 64, 3, 64, 3, 1, Epilogue::nothing},
                            Layer{"resnet18", 16, 512, 4, 512, 3, 1, Epilogue::nothing},
                            Layer{"images", 128, 16, 28, 16, 3, 1, Epilogue::nothing}}) {
    compare_layers(
        "dropout", layer, {Way::forward, Way::both},
        [](const Tensors& t) { return at::dropout(t.convolved, 0.25, true); },
        [](const Tensors& t) { return dropout(t.convolved, 0.25, 1, 2, 3); });
  }
}

}  // namespace
}  // namespace fovea

int main(int argc, char** argv) {
  if (std::getenv("GOMP_SPINCOUNT") == nullptr) {
    fovea::prepare_numerics();
    execv("/proc/self/exe", argv);  // OpenMP reads what was set when it is loaded
    return 1;
  }
  fovea::with_torch([&] {
    fovea::compare_norms();
    fovea::compare_winograd();
    fovea::compare_depthwise();
    fovea::compare_onednn();
    fovea::compare_other_layers();
    fovea::compare_training();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
  });
}
