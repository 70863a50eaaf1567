#include <array>

#include "stages/model/architectures/builder.hpp"
#include "stages/model/architectures/families.hpp"

namespace fovea {
namespace {

constexpr auto he = "he_normal_in";
constexpr std::int64_t growth = 32, bottleneck = 4;

/// Adds a normalised 1 x 1 and a 3 x 3 convolution, and puts what they give behind the channels so far.
void dense_layer(Builder& net, const std::string& name) {
  const auto before = net.last();
  net.add(name + ".norm1", BatchNorm{})
      .add(name + ".relu1", Relu{})
      .add(name + ".conv1", same_conv(bottleneck * growth, 1, 1, false, he))
      .add(name + ".norm2", BatchNorm{})
      .add(name + ".relu2", Relu{})
      .add(name + ".conv2", conv_3x3(growth, 1, false, he));
  net.add(name + ".concat", Concat{}, {before, net.last()});
}

void transition(Builder& net, const std::string& name) {
  net.add(name + ".norm", BatchNorm{})
      .add(name + ".relu", Relu{})
      .add(name + ".conv", same_conv(net.channels() / 2, 1, 1, false, he))
      .add(name + ".pool", AveragePool{});
}

/// Huang et al. (2017), table 1.
void densenet121(Specification& specification) {
  Builder net(specification);
  net.add("features.conv0", same_conv(64, 7, 2, false, he))
      .add("features.norm0", BatchNorm{})
      .add("features.relu0", Relu{})
      .add("features.pool0", MaxPool{.kernel = 3, .stride = 2, .padding = 1});
  int number = 0;
  for (const int layers : {6, 12, 24, 16}) {
    const auto block = std::to_string(++number);
    for (int layer = 1; layer <= layers; ++layer)
      dense_layer(net, "features.denseblock" + block + ".denselayer" + std::to_string(layer));
    if (number < 4) transition(net, "features.transition" + block);
  }
  net.add("features.norm5", BatchNorm{})
      .add("relu", Relu{})
      .add("avgpool", GlobalAveragePool{})
      .add("flatten", Flatten{})
      .add("classifier", Linear{net.classes()});
}

}  // namespace

std::vector<Architecture> densenets() {
  return {{"densenet121", "each layer sees all before it; 121 layers", densenet121, 224}};
}

}  // namespace fovea
