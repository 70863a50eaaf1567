#include <array>

#include "stages/model/architectures/blocks.hpp"
#include "stages/model/architectures/families.hpp"

namespace fovea {
namespace {

constexpr auto he = "he_normal_out";

std::string block_name(int stage, int block) {
  return "layer" + std::to_string(stage) + "." + std::to_string(block);
}

/// Adds the mean over all pixels and the linear layer.
void classify(Builder& net) {
  net.add("avgpool", GlobalAveragePool{}).add("flatten", Flatten{}).add("fc", Linear{net.classes()});
}

/// The network for small images of He et al. (2016), section 4.2: 6 n + 2 layers, 16, 32 and 64 channels;
/// shortcuts that change shape are convolutions of 1 x 1.
void cifar_resnet(Builder net, int blocks) {
  net.add("conv1", conv_3x3(16, 1, false, he)).add("bn1", BatchNorm{}).add("relu", Relu{});
  for (int stage = 1; stage <= 3; ++stage) {
    for (int block = 0; block < blocks; ++block)
      Residual{8 << stage, stage > 1 && block == 0 ? 2 : 1}.append(net, block_name(stage, block));
  }
  classify(net);
}

/// The network for large images of He et al. (2016), table 1: four stages of 64 to 512 channels, or of four
/// times as many with bottlenecks.
template <class Block> void resnet(Builder net, const std::array<int, 4>& blocks) {
  constexpr std::int64_t widen = std::is_same_v<Block, Bottleneck> ? 4 : 1;
  net.add("conv1", same_conv(64, 7, 2, false, he))
      .add("bn1", BatchNorm{})
      .add("relu", Relu{})
      .add("maxpool", MaxPool{.kernel = 3, .stride = 2, .padding = 1});
  for (int stage = 1; stage <= 4; ++stage) {
    for (int block = 0; block < blocks.at(static_cast<std::size_t>(stage - 1)); ++block) {
      Block{widen * (32 << stage), stage > 1 && block == 0 ? 2 : 1}.append(net, block_name(stage, block));
    }
  }
  classify(net);
}

/// Adds a normalisation and a ReLU before each of two convolutions, beside a shortcut from behind the first
/// ReLU where shapes differ (Zagoruyko and Komodakis, 2016, figure 1 d).
void wide_block(Builder& net, const std::string& name, std::int64_t channels, std::int64_t stride) {
  const auto before = net.last();
  net.add(name + ".bn1", BatchNorm{}).add(name + ".relu1", Relu{});
  const auto active = net.last();
  net.add(name + ".conv1", conv_3x3(channels, stride, false, he))
      .add(name + ".bn2", BatchNorm{})
      .add(name + ".relu2", Relu{})
      .add(name + ".conv2", conv_3x3(channels, 1, false, he));
  const auto residual = net.last();
  auto shortcut = before;
  if (net.shape(before) != net.shape())
    shortcut = net.add(name + ".shortcut", same_conv(channels, 1, stride, false, he), {active}).last();
  net.add(name + ".add", Add{}, {residual, shortcut});
}

/// Zagoruyko and Komodakis (2016), table 1: 6 n + 4 layers, and so many times the channels.
void wide_resnet(Builder net, int blocks, int widen) {
  net.add("conv1", conv_3x3(16, 1, false, he));
  for (int stage = 1; stage <= 3; ++stage) {
    for (int block = 0; block < blocks; ++block)
      wide_block(net, block_name(stage, block), widen * (8 << stage), stage > 1 && block == 0 ? 2 : 1);
  }
  net.add("bn", BatchNorm{}).add("relu", Relu{});
  classify(net);
}

Architecture for_small_images(const std::string& layers, int blocks) {
  return {"resnet" + layers, "residual network of " + layers + " layers for images of about 32 pixels",
          [=](Specification& network) { cifar_resnet(Builder(network), blocks); }, 32};
}

template <class Block>
Architecture for_large_images(const std::string& layers, const std::array<int, 4>& blocks) {
  return {"resnet" + layers, "residual network of " + layers + " layers for images of 64 pixels and more",
          [=](Specification& network) { resnet<Block>(Builder(network), blocks); }, 224};
}

}  // namespace

std::vector<Architecture> resnets() {
  return {for_small_images("8", 1),
          for_small_images("20", 3),
          for_small_images("56", 9),
          {"wide_resnet28_10", "residual network of 28 layers and 10 times the channels, about 32 pixels",
           [](Specification& network) { wide_resnet(Builder(network), 4, 10); }, 32},
          for_large_images<Residual>("18", {2, 2, 2, 2}),
          for_large_images<Residual>("34", {3, 4, 6, 3}),
          for_large_images<Bottleneck>("50", {3, 4, 6, 3}),
          for_large_images<Bottleneck>("101", {3, 4, 23, 3})};
}

}  // namespace fovea
