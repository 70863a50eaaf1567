#include <array>

#include "stages/model/architectures/blocks.hpp"
#include "stages/model/architectures/families.hpp"

namespace fovea {
namespace {

constexpr auto init = "normal_0.02";

struct Size {
  std::array<int, 4> blocks;
  std::array<std::int64_t, 4> channels;
  double stochastic_depth = 0;  ///< of the last block; it grows from 0
};

Conv patches(std::int64_t channels, std::int64_t side) {
  return {.channels = channels, .kernel = side, .stride = side, .init = init};
}

std::string part(const std::string& name, std::size_t number) {
  return name + "." + std::to_string(number);
}

/// Liu et al. (2022), figure 4 and table 9; layers are named as in torchvision.
void convnext(Builder net, const Size& size) {
  net.add("features.0.0", patches(size.channels[0], 4)).add("features.0.1", LayerNorm{});
  double number = 0, last = -1;
  for (const int blocks : size.blocks) last += blocks;
  for (std::size_t stage = 0; stage < 4; ++stage) {
    if (stage > 0) {
      const auto name = part("features", 2 * stage);
      net.add(name + ".0", LayerNorm{}).add(name + ".1", patches(size.channels.at(stage), 2));
    }
    for (int block = 0; block < size.blocks.at(stage); ++block) {
      ConvNeXt{.stochastic_depth = size.stochastic_depth * number++ / last}.append(
          net, part(part("features", 2 * stage + 1), static_cast<std::size_t>(block)));
    }
  }
  net.add("avgpool", GlobalAveragePool{})
      .add("classifier.0", LayerNorm{})
      .add("classifier.1", Flatten{})
      .add("classifier.2", Linear{net.classes(), true, false, init});
}

/// A block as timm has it for the smaller sizes: with 1 x 1 convolutions in place of linear layers.
void timm_block(Builder& net, const std::string& name) {
  const auto before = net.last();
  const auto channels = net.channels();
  auto depthwise = same_conv(channels, 7, 1, true, init);
  depthwise.groups = channels;
  net.add(name + ".conv_dw", depthwise)
      .add(name + ".norm", LayerNorm{})
      .add(name + ".mlp.fc1", same_conv(4 * channels, 1, 1, true, init))
      .add(name + ".mlp.act", Gelu{})
      .add(name + ".mlp.fc2", same_conv(channels, 1, 1, true, init))
      .add(name + ".gamma", LayerScale{.flat = true});
  net.add(name + ".add", Add{}, {before, net.last()});
}

/// The sizes below "tiny" that timm adds; layers are named as there.
void timm_convnext(Builder net, const Size& size) {
  net.add("stem.0", patches(size.channels[0], 4)).add("stem.1", LayerNorm{});
  for (std::size_t stage = 0; stage < 4; ++stage) {
    const auto name = part("stages", stage);
    if (stage > 0) {
      net.add(name + ".downsample.0", LayerNorm{})
          .add(name + ".downsample.1", patches(size.channels.at(stage), 2));
    }
    for (int block = 0; block < size.blocks.at(stage); ++block)
      timm_block(net, part(name + ".blocks", static_cast<std::size_t>(block)));
  }
  net.add("head.global_pool", GlobalAveragePool{})
      .add("head.norm", LayerNorm{})
      .add("head.flatten", Flatten{})
      .add("head.fc", Linear{net.classes(), true, false, init});
}

template <auto build> Architecture sized(const std::string& name, const Size& size) {
  return {"convnext_" + name, "convolutions in the manner of transformers, " + name,
          [=](Specification& network) { build(Builder(network), size); }, 224};
}

}  // namespace

std::vector<Architecture> convnexts() {
  return {sized<timm_convnext>("atto", {{2, 2, 6, 2}, {40, 80, 160, 320}}),
          sized<timm_convnext>("femto", {{2, 2, 6, 2}, {48, 96, 192, 384}}),
          sized<timm_convnext>("pico", {{2, 2, 6, 2}, {64, 128, 256, 512}}),
          sized<timm_convnext>("nano", {{2, 2, 8, 2}, {80, 160, 320, 640}}),
          sized<convnext>("tiny", {{3, 3, 9, 3}, {96, 192, 384, 768}, 0.1}),
          sized<convnext>("small", {{3, 3, 27, 3}, {96, 192, 384, 768}, 0.4})};
}

}  // namespace fovea
