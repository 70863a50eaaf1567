#include "stages/model/architectures/builder.hpp"
#include "stages/model/architectures/families.hpp"

namespace fovea {
namespace {

/// Two hidden layers of 512 values with dropout, for a comparison with networks that see an image.
void mlp(Specification& specification) {
  Builder net(specification);
  net.add("flatten", Flatten{});
  for (const std::string number : {"1", "2"}) {
    net.add("fc" + number, Linear{512}).add("relu" + number, Relu{}).add("dropout" + number, Dropout{0.2});
  }
  net.add("fc3", Linear{net.classes()});
}

}  // namespace

std::vector<Architecture> mlps() {
  return {{"mlp", "two hidden layers of 512 values, for small images", mlp, 28}};
}

}  // namespace fovea
