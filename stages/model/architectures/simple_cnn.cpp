#include "stages/model/architectures/builder.hpp"
#include "stages/model/architectures/families.hpp"

namespace fovea {
namespace {

/// Builds three blocks of two convolutions, each of which halves the image (after Simonyan and Zisserman,
/// 2015).
void simple_cnn(Specification& specification) {
  Builder net(specification);
  int number = 0;
  for (const std::int64_t width : {16, 32, 64}) {
    const auto block = "block" + std::to_string(++number) + ".";
    for (const std::string n : {"1", "2"}) {
      net.add(block + "conv" + n, conv_3x3(width))
          .add(block + "bn" + n, BatchNorm{})
          .add(block + "relu" + n, Relu{});
    }
    net.add(block + "pool", MaxPool{});
  }
  net.add("flatten", Flatten{}).add("fc", Linear{net.classes()});
}

}  // namespace

std::vector<Architecture> simple_cnns() {
  return {{"simple_cnn", "six convolutions with normalisation in three blocks, for small images", simple_cnn,
           32}};
}

}  // namespace fovea
