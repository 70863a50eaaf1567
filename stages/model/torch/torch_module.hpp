#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

#include "stages/model/own_modules.hpp"

namespace torch::nn {
class Module;
}

namespace fovea {

/// A module and its forward pass: logits N x K of images N x C x H x W.
struct TorchModule {
  std::shared_ptr<torch::nn::Module> module;
  std::function<at::Tensor(const at::Tensor& images)> forward;
};

/// Adds a network of one's own by what makes it; see `add_module`.
void add_own_network(const std::string& name, const std::string& doc,
                     std::function<Json(const Json& settings, const std::string& place)> settled,
                     std::function<std::shared_ptr<TorchModule>(const Json&, const Specification&)> make);

/// A parameter or buffer of a module, and the tensor that the module has for it.
struct OwnTensor {
  ModuleState info;
  at::Tensor tensor;
};

/// Returns parameters and buffers by name; a parameter that asks for no gradient counts as a buffer. Throws
/// `Error` for what is no dense tensor, parameters of another type than fp32, one tensor with two names, and
/// buffers whose numbers fp32 does not hold.
std::vector<OwnTensor> tensors_of(const torch::nn::Module& module);

}  // namespace fovea
