#pragma once

#include <torch/nn/module.h>

#include "stages/model/torch/torch_module.hpp"

namespace fovea {

/// Lets `build_model.architecture` name a network of one's own. `Net` is a `torch::nn::Module` with
/// - `struct Params` with `fields()`, as stages have: what `build_model.settings` says;
/// - `Net(const Params&, const Specification&)`, which takes the channels, height, width and classes of the
///   specification, whose layers are empty; random numbers of LibTorch follow from the seed there;
/// - `at::Tensor forward(const at::Tensor& images)`, which gives logits N x K of images N x C x H x W.
/// All that lasts from one pass to the next is a registered parameter or buffer. Throws `Error` where an
/// architecture has that name.
template <class Net> void add_module(const std::string& name, const std::string& doc) {
  using Params = typename Net::Params;
  const auto read = [](const Json& settings, const std::string& place) {
    auto params = read_params<Params>(settings, place);
    if constexpr (requires { params.check(place); }) params.check(place);
    return params;
  };
  add_own_network(
      name, doc,
      [read](const Json& settings, const std::string& place) { return write_params(read(settings, place)); },
      [read](const Json& settings, const Specification& sizes) {
        const auto net = std::make_shared<Net>(read(settings, "settings"), sizes);
        return std::make_shared<TorchModule>(
            TorchModule{net, [net](const at::Tensor& images) { return net->forward(images); }});
      });
}

}  // namespace fovea
