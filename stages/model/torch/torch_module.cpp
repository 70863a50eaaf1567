#include "stages/model/torch/torch_module.hpp"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <torch/nn/module.h>

#include <set>

#include "stages/model/torch/setup.hpp"

namespace fovea {
namespace {

void expect_storable(const ModuleState& info, const at::Tensor& tensor) {
  const auto refuse = [&](const std::string& fact, const std::string& advice) {
    throw Error(quote(info.name) + " " + fact + "; " + advice);
  };
  if (!tensor.defined() || tensor.layout() != at::kStrided)
    refuse("is no dense tensor", "keep it out of the module's parameters and buffers");
  if (!info.buffer && tensor.scalar_type() != at::kFloat)
    refuse("has another type than fp32", "make parameters of fp32");
  if (!at::equal(tensor.to(at::kFloat).to(tensor.scalar_type()), tensor))
    refuse("has numbers that fp32 does not hold, but weights are kept so", "make it smaller, or no buffer");
}

/// "Conv2d" of "torch::nn::Conv2dImpl".
std::string plain_type(std::string name) {
  name = name.substr(name.rfind(':') == std::string::npos ? 0 : name.rfind(':') + 1);
  if (name.ends_with("Impl")) name.resize(name.size() - 4);
  return name;
}

void add_parts(const torch::nn::Module& module, const std::string& name, std::int64_t depth,
               std::vector<ModulePart>& parts) {
  std::int64_t count = 0;
  for (const auto& parameter : module.parameters()) count += parameter.numel();
  parts.push_back({name, plain_type(module.name()), depth, count});
  for (const auto& child : module.named_children()) add_parts(*child.value(), child.key(), depth + 1, parts);
}

/// Throws where two images do not give two rows of logits.
void expect_logits(const TorchModule& made, const Specification& sizes) {
  const at::NoGradGuard no_gradients;
  made.module->eval();
  const auto logits = made.forward(at::zeros({2, sizes.channels, sizes.height, sizes.width}));
  if (logits.sizes() == at::IntArrayRef{2, sizes.classes}) return;
  const Extent given(logits.sizes().begin(), logits.sizes().end());
  throw Error("gives " + extent_text(given) + " for 2 images and " + std::to_string(sizes.classes) +
              " classes; \"forward\" gives one number a class");
}

std::vector<NamedArray> arrays_of(const std::vector<OwnTensor>& tensors) {
  std::vector<NamedArray> arrays;
  for (const auto& [info, tensor] : tensors) {
    const auto values = tensor.detach().to(at::kFloat).contiguous();
    const auto* begin = values.data_ptr<float>();
    arrays.push_back({info.name, Shape(info.shape.begin(), info.shape.end()),
                      std::vector<float>(begin, begin + values.numel())});
  }
  return arrays;
}

}  // namespace

std::vector<OwnTensor> tensors_of(const torch::nn::Module& module) {
  std::vector<OwnTensor> all;
  std::set<const void*> seen;
  const auto add = [&](const auto& named, bool buffer) {
    for (const auto& one : named) {
      const auto& tensor = one.value();
      const bool trained = !buffer && tensor.requires_grad();
      all.push_back({{one.key(), tensor.sizes().vec(), !trained}, tensor});
      expect_storable(all.back().info, tensor);
      if (!seen.insert(tensor.unsafeGetTensorImpl()).second)
        throw Error(quote(one.key()) + " is a tensor that has another name as well; register it once");
    }
  };
  add(module.named_parameters(), false);
  add(module.named_buffers(), true);
  return all;
}

void add_own_network(const std::string& name, const std::string& doc,
                     std::function<Json(const Json&, const std::string&)> settled,
                     std::function<std::shared_ptr<TorchModule>(const Json&, const Specification&)> make) {
  const auto begin = [name, make](Specification& network, const Json& settings, std::uint64_t seed) {
    std::vector<NamedArray> weights;
    at("module " + quote(name), [&] {
      with_torch([&] {
        at::manual_seed(seed);
        const auto made = make(settings, network);
        OwnModule layer{.module = name, .settings = settings, .features = network.classes};
        const auto tensors = tensors_of(*made->module);
        weights = arrays_of(tensors);
        for (const auto& one : tensors) layer.state.push_back(one.info);
        add_parts(*made->module, name, 0, layer.parts);
        layer.code = OwnModules::all().code_of(name);
        expect_logits(*made, network);
        network.layers = {{"module", std::move(layer), {}}};
      });
    });
    return weights;
  };
  OwnModules::all().add({name, doc, std::move(settled), make, begin});
}

}  // namespace fovea
