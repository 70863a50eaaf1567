#include "stages/model/architectures/builder.hpp"
#include "stages/model/architectures/families.hpp"

namespace fovea {
namespace {

constexpr auto he = "he_uniform_in";

/// Adds a 1 x 1 convolution to few channels, and from those one of 1 x 1 and one of 3 x 3 side by side
/// (Iandola et al., 2016, figure 1).
void fire(Builder& net, const std::string& name, std::int64_t squeezed, std::int64_t expanded) {
  net.add(name + ".squeeze", same_conv(squeezed, 1, 1, true, he)).add(name + ".squeeze_activation", Relu{});
  const auto few = net.last();
  net.add(name + ".expand1x1", same_conv(expanded, 1, 1, true, he))
      .add(name + ".expand1x1_activation", Relu{});
  const auto first = net.last();
  net.add(name + ".expand3x3", conv_3x3(expanded, 1, true, he), {few})
      .add(name + ".expand3x3_activation", Relu{});
  net.add(name + ".concat", Concat{}, {first, net.last()});
}

/// Version 1.1 of Iandola et al. (2016), with pools earlier than in the paper.
void squeezenet(Specification& specification) {
  const MaxPool pool{.kernel = 3, .stride = 2, .ceil_mode = true};
  Builder net(specification);
  net.add("features.0", Conv{.channels = 64, .kernel = 3, .stride = 2, .init = he})
      .add("features.1", Relu{})
      .add("features.2", pool);
  fire(net, "features.3", 16, 64);
  fire(net, "features.4", 16, 64);
  net.add("features.5", pool);
  fire(net, "features.6", 32, 128);
  fire(net, "features.7", 32, 128);
  net.add("features.8", pool);
  fire(net, "features.9", 48, 192);
  fire(net, "features.10", 48, 192);
  fire(net, "features.11", 64, 256);
  fire(net, "features.12", 64, 256);
  net.add("classifier.0", Dropout{0.5})
      .add("classifier.1", Conv{.channels = net.classes(), .kernel = 1, .init = "normal_0.01"})
      .add("classifier.2", Relu{})
      .add("classifier.3", GlobalAveragePool{})
      .add("flatten", Flatten{});
}

}  // namespace

std::vector<Architecture> squeezenets() {
  return {{"squeezenet1_1", "few parameters: 1 x 1 convolutions before those of 3 x 3", squeezenet, 224}};
}

}  // namespace fovea
