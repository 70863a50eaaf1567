#include "tests/stages/train/torch/own_nets.hpp"

#include <torch/nn.h>

#include <algorithm>

#include "stages/model/torch/own_module.hpp"
#include "tests/stages/train/torch/toy.hpp"

namespace fovea::own {
namespace {

namespace nn = torch::nn;

struct TwoLayers : torch::nn::Module {
  struct Params {
    std::int64_t width = 16;
    static auto fields() {
      return std::tuple{field("width", &Params::width, "channels inside", between(1, 1024))};
    }
  };
  TwoLayers(const Params& params, const Specification& network)
      : conv(register_module("conv", torch::nn::Conv2d(network.channels, params.width, 3))),
        head(register_module("head", torch::nn::Linear(params.width, network.classes))) {}
  torch::Tensor forward(const torch::Tensor& images) { return head(torch::relu(conv(images)).mean({2, 3})); }
  torch::nn::Conv2d conv;
  torch::nn::Linear head;
};

/// Settings of networks that have none.
struct None {
  static auto fields() { return std::tuple{}; }
};

/// The network of toy::specification without dropout, and `view` as only contiguous values have it.
struct ToyModule : nn::Module {
  using Params = None;
  ToyModule(const Params&, const Specification& network)
      : conv1(register_module("conv1", nn::Conv2d(nn::Conv2dOptions(1, 4, 3).padding(1)))),
        conv2(register_module("conv2", nn::Conv2d(nn::Conv2dOptions(4, 8, 3).padding(1)))),
        bn2(register_module("bn2", nn::BatchNorm2d(8))),
        fc(register_module("fc", nn::Linear(32, network.classes))) {}
  torch::Tensor forward(const torch::Tensor& images) {
    auto x = torch::max_pool2d(torch::relu(conv1(images)), 2);
    x = torch::max_pool2d(torch::relu(bn2(conv2(x))), 2);
    return fc(x.view({x.size(0), -1}));
  }
  nn::Conv2d conv1, conv2;
  nn::BatchNorm2d bn2;
  nn::Linear fc;
};

/// Has all that must go on where training was stopped: dropout, running statistics and a counter.
struct Restless : nn::Module {
  using Params = None;
  Restless(const Params&, const Specification& network)
      : body(register_module("body", nn::Sequential(nn::Linear(64, 16), nn::ReLU(), nn::Dropout(0.3)))),
        fc(register_module("fc", nn::Linear(16, network.classes))),
        mean(register_buffer("mean", torch::zeros({16}))),
        seen(register_buffer("seen", torch::zeros({1}, torch::kLong))) {}
  torch::Tensor forward(const torch::Tensor& images) {
    const auto x = body->forward(images.flatten(1));
    if (is_training()) {
      mean.mul_(0.9).add_(x.detach().mean(0), 0.1);
      seen.add_(1);
    }
    return fc(x - mean) * (1 + 0.01 * seen.to(torch::kFloat));
  }
  nn::Sequential body;
  nn::Linear fc;
  torch::Tensor mean, seen;
};

/// Gives as many values as it is told to.
struct Wide : nn::Module {
  struct Params {
    std::int64_t values = 5;
    bool twice = false, wide = false, large = false;
    static auto fields() {
      return std::tuple{field("values", &Params::values, "that come out", between(1, 10)),
                        field("twice", &Params::twice, "whether a weight has two names"),
                        field("wide", &Params::wide, "whether a weight is fp64"),
                        field("large", &Params::large, "whether a buffer has large numbers")};
    }
  };
  Wide(const Params& params, const Specification&) : values(params.values) {
    const auto weight = register_parameter("weight", torch::ones({64, 10}));
    if (params.twice) register_parameter("again", weight);
    if (params.wide) register_parameter("wide", torch::ones({1}, torch::kDouble));
    if (params.large) register_buffer("large", torch::full({1}, (std::int64_t{1} << 40) + 1, torch::kLong));
  }
  torch::Tensor forward(const torch::Tensor& images) {
    return images.flatten(1).matmul(named_parameters()["weight"]).narrow(1, 0, values);
  }
  std::int64_t values;
};

}  // namespace

void add_networks() {
  [[maybe_unused]] static const bool done = [] {
    add_module<TwoLayers>("two_layers", "a convolution and its mean");
    add_module<ToyModule>("toy_module", "the network of these tests");
    add_module<Restless>("restless", "a network with much to remember");
    add_module<Wide>("wide", "a network of few uses");
    return true;
  }();
}

Model begun(const std::string& module, const Json& settings, std::uint64_t seed) {
  add_networks();
  const auto data = toy::images(3);
  Model model{{module, 8, 8, 1, 3, {}}, {}, data.class_names, own_preprocessing(data)};
  const auto& own = *OwnModules::all().find(module);
  model.weights = own.begin(model.specification, own.settled(settings, "settings"), seed);
  return model;
}

Model as_module(const Model& of_layers, const std::string& module) {
  auto model = begun(module);
  model.preprocessing = of_layers.preprocessing;
  for (auto& weight : model.weights) {
    weight.values = std::ranges::find_if(of_layers.weights, [&](const NamedArray& one) {
                      return one.name == weight.name;
                    })->values;
  }
  return model;
}

}  // namespace fovea::own
