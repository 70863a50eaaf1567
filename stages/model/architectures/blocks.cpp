#include "stages/model/architectures/blocks.hpp"

#include <cmath>

namespace fovea {
namespace {

constexpr auto he = "he_normal_out";

/// Adds a shortcut from `before` and the ReLU; where shapes differ it is a 1 x 1 convolution.
void add_shortcut(Builder& net, const std::string& name, const std::string& before, std::int64_t stride) {
  const auto residual = net.last();
  auto shortcut = before;
  if (net.shape(before) != net.shape(residual)) {
    net.add(name + ".downsample.0", same_conv(net.channels(), 1, stride, false, he), {before});
    shortcut = net.add(name + ".downsample.1", BatchNorm{}).last();
  }
  net.add(name + ".add", Add{}, {residual, shortcut}).add(name + ".relu_out", Relu{});
}

/// Adds what was appended since `before` to it, where their shapes are one; with stochastic depth.
void add_beside(Builder& net, const std::string& name, const std::string& before, double stochastic_depth) {
  if (stochastic_depth > 0) net.add(name + "_drop", StochasticDepth{stochastic_depth});
  net.add(name + "_add", Add{}, {before, net.last()});
}

std::string numbered(const std::string& name, int number) {
  return name + "." + std::to_string(number);
}

}  // namespace

void Residual::append(Builder& net, const std::string& name) const {
  const auto before = net.last();
  net.add(name + ".conv1", conv_3x3(channels, stride, false, he))
      .add(name + ".bn1", BatchNorm{})
      .add(name + ".relu1", Relu{})
      .add(name + ".conv2", conv_3x3(channels, 1, false, he))
      .add(name + ".bn2", BatchNorm{});
  add_shortcut(net, name, before, stride);
}

void Bottleneck::append(Builder& net, const std::string& name) const {
  const auto before = net.last();
  const auto within = channels / 4;
  net.add(name + ".conv1", same_conv(within, 1, 1, false, he))
      .add(name + ".bn1", BatchNorm{})
      .add(name + ".relu1", Relu{})
      .add(name + ".conv2", conv_3x3(within, stride, false, he))
      .add(name + ".bn2", BatchNorm{})
      .add(name + ".relu2", Relu{})
      .add(name + ".conv3", same_conv(channels, 1, 1, false, he))
      .add(name + ".bn3", BatchNorm{});
  add_shortcut(net, name, before, stride);
}

void SqueezeExcitation::append(Builder& net, const std::string& name) const {
  const auto before = net.last();
  const auto channels = net.channels();
  net.add(name + ".avgpool", GlobalAveragePool{})
      .add(name + ".fc1", same_conv(squeezed, 1, 1, true, init))
      .add(name + ".activation", fovea::activation(activation))
      .add(name + ".fc2", same_conv(channels, 1, 1, true, init))
      .add(name + ".gate", gate == "sigmoid" ? LayerKind(Sigmoid{}) : LayerKind(HardSigmoid{}));
  net.add(name + ".multiply", Multiply{}, {before, net.last()});
}

void InvertedResidual::append(Builder& net, const std::string& name) const {
  const auto before = net.last();
  const auto in = net.channels(), wide = expanded == 0 ? 6 * in : expanded;
  const BatchNorm norm{epsilon, momentum};
  int number = 0;
  const auto convolve = [&](Conv conv, bool active) {
    const auto part = numbered(name + ".block", number++);
    net.add(part + ".0", std::move(conv)).add(part + ".1", norm);
    if (active) net.add(part + ".2", fovea::activation(activation));
  };
  if (wide != in) convolve(same_conv(wide, 1, 1, false, he), true);
  auto depthwise = same_conv(wide, kernel, stride, false, he);
  depthwise.groups = wide;
  convolve(depthwise, true);
  if (squeezed > 0) {
    SqueezeExcitation{squeezed, activation == "hard_swish" ? "relu" : activation, gate, he}.append(
        net, numbered(name + ".block", number++));
  }
  convolve(same_conv(channels, 1, 1, false, he), false);
  if (net.shape(before) == net.shape()) add_beside(net, name + ".block", before, stochastic_depth);
}

void ConvNeXt::append(Builder& net, const std::string& name) const {
  const auto before = net.last();
  const auto channels = net.channels();
  constexpr auto init = "normal_0.02";
  auto depthwise = same_conv(channels, kernel, 1, true, init);
  depthwise.groups = channels;
  net.add(name + ".block.0", depthwise)
      .add(name + ".block.2", LayerNorm{})
      .add(name + ".block.3", Linear{4 * channels, true, true, init})
      .add(name + ".block.4", Gelu{})
      .add(name + ".block.5", Linear{channels, true, true, init});
  if (layer_scale > 0) net.add(name + ".layer_scale", LayerScale{layer_scale});
  add_beside(net, name, before, stochastic_depth);
}

void Transformer::append(Builder& net, const std::string& name) const {
  const auto channels = net.channels();
  const auto wide = static_cast<std::int64_t>(std::lround(mlp_ratio * static_cast<double>(channels)));
  const auto linear = [&](std::int64_t features) { return Linear{features, true, false, "normal_0.02"}; };
  auto before = net.last();
  net.add(name + ".norm1", LayerNorm{})
      .add(name + ".attn.qkv", linear(3 * channels))
      .add(name + ".attn", Attention{heads})
      .add(name + ".attn.proj", linear(channels));
  add_beside(net, name + ".attn", before, stochastic_depth);
  before = net.last();
  net.add(name + ".norm2", LayerNorm{})
      .add(name + ".mlp.fc1", linear(wide))
      .add(name + ".mlp.act", Gelu{})
      .add(name + ".mlp.fc2", linear(channels));
  add_beside(net, name + ".mlp", before, stochastic_depth);
}

void PatchEmbedding::append(Builder& net, const std::string& name) const {
  expect_whole_patches(net, patch);
  net.add(name + ".proj", Conv{.channels = channels, .kernel = patch, .stride = patch})
      .add(name + ".tokens", Tokens{});
}

void expect_whole_patches(const Builder& net, std::int64_t patch) {
  const auto& shape = net.shape();
  if (shape.size() != 3 || (shape[1] % patch == 0 && shape[2] % patch == 0)) return;
  const auto pixels = std::to_string(patch);
  throw Error("images of " + std::to_string(shape[1]) + " x " + std::to_string(shape[2]) +
              " pixels are not whole patches of " + pixels + " x " + pixels + "; give multiples of " +
              pixels);
}

}  // namespace fovea
