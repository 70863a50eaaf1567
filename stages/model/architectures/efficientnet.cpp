#include <algorithm>

#include "stages/model/architectures/blocks.hpp"
#include "stages/model/architectures/families.hpp"

namespace fovea {
namespace {

constexpr auto he = "he_normal_out";

/// Tan and Le (2019), table 1. The share of images without a block grows to a fifth with its number.
void efficientnet_b0(Specification& specification) {
  struct Group {
    std::int64_t expansion, kernel, stride, channels, blocks;
  };
  constexpr int all = 16;
  Builder net(specification);
  const auto convolve = [&](const std::string& name, const Conv& conv) {
    net.add(name + ".0", conv).add(name + ".1", BatchNorm{}).add(name + ".2", Silu{});
  };
  convolve("features.0", conv_3x3(32, 2, false, he));
  int number = 0, group = 1;
  for (const auto& [expansion, kernel, stride, channels, blocks] : {Group{1, 3, 1, 16, 1},
                                                                    {6, 3, 2, 24, 2},
                                                                    {6, 5, 2, 40, 2},
                                                                    {6, 3, 2, 80, 3},
                                                                    {6, 5, 1, 112, 3},
                                                                    {6, 5, 2, 192, 4},
                                                                    {6, 3, 1, 320, 1}}) {
    for (std::int64_t block = 0; block < blocks; ++block) {
      InvertedResidual{.channels = channels,
                       .kernel = kernel,
                       .stride = block == 0 ? stride : 1,
                       .expanded = expansion * net.channels(),
                       .squeezed = std::max<std::int64_t>(1, net.channels() / 4),
                       .activation = "silu",
                       .stochastic_depth = 0.2 * number++ / all}
          .append(net, "features." + std::to_string(group) + "." + std::to_string(block));
    }
    ++group;
  }
  convolve("features.8", same_conv(1280, 1, 1, false, he));
  net.add("avgpool", GlobalAveragePool{})
      .add("flatten", Flatten{})
      .add("classifier.0", Dropout{0.2})
      .add("classifier.1", Linear{net.classes(), true, false, "uniform_out"});
}

}  // namespace

std::vector<Architecture> efficientnets() {
  return {
      {"efficientnet_b0", "inverted residuals whose depth and width were searched", efficientnet_b0, 224}};
}

}  // namespace fovea
