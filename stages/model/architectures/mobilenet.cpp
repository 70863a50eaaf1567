#include <algorithm>

#include "stages/model/architectures/blocks.hpp"
#include "stages/model/architectures/families.hpp"

namespace fovea {
namespace {

constexpr auto he = "he_normal_out";

/// The nearest multiple of 8 that is not below nine tenths, as the papers' authors round channels.
std::int64_t multiple_of_8(std::int64_t channels) {
  const auto near = std::max<std::int64_t>(8, (channels + 4) / 8 * 8);
  return 10 * near < 9 * channels ? near + 8 : near;
}

/// Adds an inverted residual as torchvision names those of MobileNetV2.
void v2_block(Builder& net, const std::string& name, std::int64_t expansion, std::int64_t channels,
              std::int64_t stride) {
  const auto before = net.last();
  const auto wide = net.channels() * expansion;
  int number = 0;
  const auto convolve = [&](const Conv& conv) {
    const auto part = name + ".conv." + std::to_string(number++);
    net.add(part + ".0", conv).add(part + ".1", BatchNorm{}).add(part + ".2", Relu6{});
  };
  if (expansion != 1) convolve(same_conv(wide, 1, 1, false, he));
  auto depthwise = conv_3x3(wide, stride, false, he);
  depthwise.groups = wide;
  convolve(depthwise);
  net.add(name + ".conv." + std::to_string(number), same_conv(channels, 1, 1, false, he))
      .add(name + ".conv." + std::to_string(number + 1), BatchNorm{});
  if (net.shape(before) == net.shape()) net.add(name + ".add", Add{}, {before, net.last()});
}

/// Sandler et al. (2018), table 2.
void mobilenet_v2(Specification& specification) {
  struct Group {
    std::int64_t expansion, channels, blocks, stride;
  };
  Builder net(specification);
  net.add("features.0.0", conv_3x3(32, 2, false, he))
      .add("features.0.1", BatchNorm{})
      .add("features.0.2", Relu6{});
  int number = 1;
  for (const auto& [expansion, channels, blocks, stride] : {Group{1, 16, 1, 1},
                                                            {6, 24, 2, 2},
                                                            {6, 32, 3, 2},
                                                            {6, 64, 4, 2},
                                                            {6, 96, 3, 1},
                                                            {6, 160, 3, 2},
                                                            {6, 320, 1, 1}}) {
    for (std::int64_t block = 0; block < blocks; ++block)
      v2_block(net, "features." + std::to_string(number++), expansion, channels, block == 0 ? stride : 1);
  }
  net.add("features.18.0", same_conv(1280, 1, 1, false, he))
      .add("features.18.1", BatchNorm{})
      .add("features.18.2", Relu6{})
      .add("avgpool", GlobalAveragePool{})
      .add("flatten", Flatten{})
      .add("classifier.0", Dropout{0.2})
      .add("classifier.1", Linear{net.classes(), true, false, "normal_0.01"});
}

constexpr double v3_epsilon = 1e-3, v3_momentum = 0.01;

struct V3Block {
  std::int64_t kernel, expanded, channels;
  bool squeezes;
  const char* activation;
  std::int64_t stride;
};

/// Howard et al. (2019), tables 1 and 2: the blocks, and the channels between both linear layers.
void mobilenet_v3(Specification& specification, const std::vector<V3Block>& blocks, std::int64_t last) {
  Builder net(specification);
  const BatchNorm norm{v3_epsilon, v3_momentum};
  const auto convolve = [&](const std::string& name, const Conv& conv) {
    net.add(name + ".0", conv).add(name + ".1", norm).add(name + ".2", HardSwish{});
  };
  convolve("features.0", conv_3x3(16, 2, false, he));
  int number = 1;
  for (const auto& block : blocks) {
    InvertedResidual{.channels = block.channels,
                     .kernel = block.kernel,
                     .stride = block.stride,
                     .expanded = block.expanded,
                     .squeezed = block.squeezes ? multiple_of_8(block.expanded / 4) : 0,
                     .activation = block.activation,
                     .gate = "hard_sigmoid",
                     .epsilon = v3_epsilon,
                     .momentum = v3_momentum}
        .append(net, "features." + std::to_string(number++));
  }
  convolve("features." + std::to_string(number), same_conv(6 * net.channels(), 1, 1, false, he));
  net.add("avgpool", GlobalAveragePool{})
      .add("flatten", Flatten{})
      .add("classifier.0", Linear{last, true, false, "normal_0.01"})
      .add("classifier.1", HardSwish{})
      .add("classifier.2", Dropout{0.2})
      .add("classifier.3", Linear{net.classes(), true, false, "normal_0.01"});
}

void mobilenet_v3_small(Specification& specification) {
  constexpr auto re = "relu", hs = "hard_swish";
  mobilenet_v3(specification,
               {{3, 16, 16, true, re, 2},
                {3, 72, 24, false, re, 2},
                {3, 88, 24, false, re, 1},
                {5, 96, 40, true, hs, 2},
                {5, 240, 40, true, hs, 1},
                {5, 240, 40, true, hs, 1},
                {5, 120, 48, true, hs, 1},
                {5, 144, 48, true, hs, 1},
                {5, 288, 96, true, hs, 2},
                {5, 576, 96, true, hs, 1},
                {5, 576, 96, true, hs, 1}},
               1024);
}

void mobilenet_v3_large(Specification& specification) {
  constexpr auto re = "relu", hs = "hard_swish";
  mobilenet_v3(specification,
               {{3, 16, 16, false, re, 1},
                {3, 64, 24, false, re, 2},
                {3, 72, 24, false, re, 1},
                {5, 72, 40, true, re, 2},
                {5, 120, 40, true, re, 1},
                {5, 120, 40, true, re, 1},
                {3, 240, 80, false, hs, 2},
                {3, 200, 80, false, hs, 1},
                {3, 184, 80, false, hs, 1},
                {3, 184, 80, false, hs, 1},
                {3, 480, 112, true, hs, 1},
                {3, 672, 112, true, hs, 1},
                {5, 672, 160, true, hs, 2},
                {5, 960, 160, true, hs, 1},
                {5, 960, 160, true, hs, 1}},
               1280);
}

}  // namespace

std::vector<Architecture> mobilenets() {
  return {{"mobilenet_v2", "inverted residuals, made for telephones", mobilenet_v2, 224},
          {"mobilenet_v3_small", "inverted residuals that weigh channels, the small one", mobilenet_v3_small,
           224},
          {"mobilenet_v3_large", "inverted residuals that weigh channels, the large one", mobilenet_v3_large,
           224}};
}

}  // namespace fovea
