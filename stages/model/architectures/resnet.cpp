#include <string>

#include "stages/model/architectures/builder.hpp"
#include "stages/model/architectures/families.hpp"

namespace fovea {
namespace {

/// Adds two 3 x 3 convolutions beside a shortcut (He et al., 2016, figure 2), named as in torchvision's
/// BasicBlock.
void basic_block(Builder& net, const std::string& name, std::int64_t channels, std::int64_t stride) {
  const auto before = net.last();
  net.add(name + ".conv1", conv_3x3(channels, stride))
      .add(name + ".bn1", BatchNorm{})
      .add(name + ".relu1", Relu{});
  net.add(name + ".conv2", conv_3x3(channels)).add(name + ".bn2", BatchNorm{});
  const auto residual = net.last();
  auto shortcut = before;
  if (stride != 1) {
    net.add(name + ".downsample.0", Conv{.channels = channels, .kernel = 1, .stride = stride, .bias = false},
            {before});
    shortcut = net.add(name + ".downsample.1", BatchNorm{}).last();
  }
  net.add(name + ".add", Add{}, {residual, shortcut}).add(name + ".relu2", Relu{});
}

/// Builds the network for small images of He et al. (2016), section 4.2: 6 n + 2 layers, 16, 32 and 64
/// channels; shortcuts that change shape are convolutions of 1 x 1.
template <int blocks> void cifar_resnet(Specification& specification) {
  Builder net(specification);
  net.add("conv1", conv_3x3(16)).add("bn1", BatchNorm{}).add("relu", Relu{});
  for (int stage = 1; stage <= 3; ++stage) {
    for (int block = 0; block < blocks; ++block) {
      const auto name = "layer" + std::to_string(stage) + "." + std::to_string(block);
      basic_block(net, name, 8 << stage, stage > 1 && block == 0 ? 2 : 1);
    }
  }
  net.add("avgpool", GlobalAveragePool{}).add("flatten", Flatten{}).add("fc", Linear{specification.classes});
}

/// Builds the network for large images of He et al. (2016), table 1, with blocks of two convolutions: four
/// stages of 64 to 512 channels.
template <int first, int second, int third, int fourth> void resnet(Specification& specification) {
  Builder net(specification);
  net.add("conv1", Conv{.channels = 64, .kernel = 7, .stride = 2, .padding = 3, .groups = 1, .bias = false})
      .add("bn1", BatchNorm{})
      .add("relu", Relu{})
      .add("maxpool", MaxPool{.kernel = 3, .stride = 2, .padding = 1});
  int stage = 0;
  for (const int blocks : {first, second, third, fourth}) {
    ++stage;
    for (int block = 0; block < blocks; ++block) {
      const auto name = "layer" + std::to_string(stage) + "." + std::to_string(block);
      basic_block(net, name, 32 << stage, stage > 1 && block == 0 ? 2 : 1);
    }
  }
  net.add("avgpool", GlobalAveragePool{}).add("flatten", Flatten{}).add("fc", Linear{specification.classes});
}

}  // namespace

std::vector<Architecture> resnets() {
  constexpr auto how = FirstWeights::normal;
  return {
      {"resnet8", "residual network of 8 layers for images of about 32 pixels", cifar_resnet<1>, how},
      {"resnet20", "residual network of 20 layers for images of about 32 pixels", cifar_resnet<3>, how},
      {"resnet18", "residual network of 18 layers for images of 64 pixels and more", resnet<2, 2, 2, 2>, how},
      {"resnet34", "residual network of 34 layers for images of 64 pixels and more", resnet<3, 4, 6, 3>, how},
  };
}

}  // namespace fovea
