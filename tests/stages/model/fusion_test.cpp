#include "stages/model/fusion.hpp"

#include "tests/catch.hpp"

using namespace fovea;

namespace {

/// The groups by the layers' names, as in "bn relu pool".
std::vector<std::string> names(std::vector<Layer> layers) {
  const Specification specification{"test", 8, 8, 4, product({4, 4, 4}), std::move(layers)};
  std::vector<std::string> all;
  for (const auto& group : fusion_groups(specification, infer(specification))) {
    std::vector<std::string> one;
    for (const auto layer : group) one.push_back(specification.layers[layer].name);
    all.push_back(join(one, " "));
  }
  return all;
}

const Layer flat{"flat", Flatten{}, {}};

}  // namespace

TEST_CASE("fusion: normalisation, ReLU and a small pool are one pass") {
  CHECK(names({{"bn", BatchNorm{}, {}}, {"relu", Relu{}, {}}, {"pool", MaxPool{}, {}}, flat}) ==
        std::vector<std::string>{"bn relu pool", "flat"});
  CHECK(names({{"relu", Relu{}, {}}, {"pool", MaxPool{}, {}}, flat}) ==
        std::vector<std::string>{"relu pool", "flat"});
}

TEST_CASE("fusion: a pool of another size, or straight behind a normalisation, is a pass of its own") {
  CHECK(names({{"relu", Relu{}, {}}, {"pool", MaxPool{3, 2, 1}, {}}, flat}) ==
        std::vector<std::string>{"relu", "pool", "flat"});
  CHECK(names({{"bn", BatchNorm{}, {}}, {"pool", MaxPool{}, {}}, flat}) ==
        std::vector<std::string>{"bn", "pool", "flat"});
}

TEST_CASE("fusion: a convolution without bias takes the normalisation behind it along") {
  const Conv plain{.channels = 4, .kernel = 1, .bias = false}, biased{.channels = 4, .kernel = 1};
  CHECK(names({{"conv", plain, {}},
               {"bn", BatchNorm{}, {}},
               {"relu", Relu{}, {}},
               {"pool", MaxPool{}, {}},
               flat}) == std::vector<std::string>{"conv bn relu pool", "flat"});
  CHECK(names({{"conv", biased, {}}, {"bn", BatchNorm{}, {}}, {"pool", MaxPool{}, {}}, flat}) ==
        std::vector<std::string>{"conv", "bn", "pool", "flat"});
  CHECK(names({{"conv", plain, {}},
               {"bn", BatchNorm{}, {}},
               {"sum", Add{}, {"bn", "conv"}},
               {"relu", Relu{}, {}},
               {"pool", MaxPool{}, {}},
               flat}) == std::vector<std::string>{"conv", "bn sum relu", "pool", "flat"});
}

TEST_CASE("fusion: a sum of two and the ReLU behind it join the first normalisation that it takes") {
  CHECK(names({{"a", BatchNorm{}, {"input"}},
               {"b", BatchNorm{}, {"input"}},
               {"sum", Add{}, {"a", "b"}},
               {"relu", Relu{}, {}},
               {"pool", MaxPool{}, {}},
               flat}) == std::vector<std::string>{"b", "a sum relu", "pool", "flat"});
}

TEST_CASE("fusion: a sum of three, or without a ReLU, is a pass of its own") {
  CHECK(names({{"bn", BatchNorm{}, {}},
               {"sum", Add{}, {"bn", "input", "input"}},
               {"relu", Relu{}, {}},
               {"pool", MaxPool{}, {}},
               flat}) == std::vector<std::string>{"bn", "sum", "relu pool", "flat"});
  CHECK(names({{"bn", BatchNorm{}, {}}, {"sum", Add{}, {"input", "bn"}}, {"pool", MaxPool{}, {}}, flat}) ==
        std::vector<std::string>{"bn", "sum", "pool", "flat"});
}

TEST_CASE("fusion: what another layer takes as well is not passed over") {
  CHECK(names({{"bn", BatchNorm{}, {}},
               {"relu", Relu{}, {}},
               {"pool", MaxPool{}, {}},
               {"other", MaxPool{}, {"relu"}},
               {"sum", Add{}, {"pool", "other"}},
               flat}) == std::vector<std::string>{"bn relu", "pool", "other", "sum", "flat"});
}
