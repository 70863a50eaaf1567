#include "stages/model/torch/bound_module.hpp"

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/api/include/torch/version.h>
#include <torch/nn/module.h>

#include <algorithm>
#include <map>

namespace fovea {
namespace {

/// LibTorch's autocast for its lifetime; none in fp32.
class Autocast {
 public:
  Autocast(at::Device device, Precision precision) : device_(device), on_(type_of(precision) != at::kFloat) {
    if (!on_) return;
    set(type_of(precision), true);
    at::autocast::increment_nesting();
  }
  ~Autocast() {
    if (!on_) return;
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    set(at::kBFloat16, false);
  }
  Autocast(const Autocast&) = delete;

 private:
  void set(at::ScalarType type, bool on) const {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    at::autocast::set_autocast_dtype(device_.type(), type);
    at::autocast::set_autocast_enabled(device_.type(), on);
#else
    if (device_.is_cuda()) {
      at::autocast::set_autocast_gpu_dtype(type);
      at::autocast::set_enabled(on);
    } else {
      at::autocast::set_autocast_cpu_dtype(type);
      at::autocast::set_cpu_enabled(on);
    }
#endif
  }
  at::Device device_;
  bool on_;
};

/// Throws where a module has other parameters or buffers than its model.
void expect_same(const std::vector<OwnTensor>& tensors, const std::vector<ModuleState>& wanted) {
  const auto text = [](const ModuleState& one) {
    return quote(one.name) + (one.shape.empty() ? "" : " of " + extent_text(one.shape));
  };
  for (std::size_t i = 0; i < std::max(tensors.size(), wanted.size()); ++i) {
    const bool has = i < tensors.size(), asks = i < wanted.size();
    if (has && asks && write_params(tensors[i].info) == write_params(wanted[i])) continue;
    throw Error("it has " + (has ? text(tensors[i].info) : "nothing") + " where the model has " +
                (asks ? text(wanted[i]) : "nothing") + "; use the program that the model was made with");
  }
}

/// Mixes two numbers (splitmix64).
std::uint64_t mixed(std::uint64_t seed, std::uint64_t number) {
  auto z = seed + 0x9e3779b97f4a7c15 * (number + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

BoundModule::BoundModule(const Specification& specification, at::Device device)
    : device_(device), classes_(specification.classes) {
  const auto& layer = *own_module_of(specification);
  const auto& network = OwnModules::all().get(layer);
  name_ = "module " + quote(layer.module);
  if (!device.is_cpu() && !device.is_cuda())
    throw Error(name_ + ": can't be on the device " + quote(device.str()) + "; set the device to \"cpu\"");
  at(name_, [&] {
    auto sizes = specification;
    sizes.layers.clear();
    made_ = network.make(network.settled(layer.settings, "settings"), sizes);
    tensors_ = tensors_of(*made_->module);
    expect_same(tensors_, layer.state);
  });
}

at::Tensor BoundModule::bind(std::size_t number, const at::Tensor& view) {
  auto& own = tensors_[number].tensor;
  if (own.scalar_type() == at::kFloat) {
    own.set_data(view);
  } else {
    own.set_data(own.to(device_));
    copied_.push_back({own, view});
  }
  return own;
}

void BoundModule::freeze(const std::vector<bool>& frozen) {
  resting_.clear();
  if (frozen.empty()) return;
  std::map<const void*, bool> is_frozen;
  for (std::size_t i = 0; i < tensors_.size(); ++i)
    is_frozen[tensors_[i].tensor.unsafeGetTensorImpl()] = frozen[i];
  for (const auto& module : made_->module->modules()) {
    const auto own = module->parameters();
    if (!module->children().empty()) continue;
    const bool all = std::ranges::all_of(
        own, [&](const at::Tensor& one) { return is_frozen.at(one.unsafeGetTensorImpl()); });
    if (all && !own.empty()) resting_.push_back(module.get());
  }
}

void BoundModule::set_mode(bool training) {
  made_->module->train(training);
  for (auto* module : resting_) module->eval();
}

at::Tensor BoundModule::forward(const at::Tensor& images, const Pass& pass) {
  set_mode(pass.training);
  if (pass.training) at::manual_seed(mixed(pass.seed, pass.number));
  const auto copy = [&](bool back) {
    const at::NoGradGuard no_gradients;
    for (auto& [own, kept] : copied_) back ? kept.copy_(own) : own.copy_(kept.round());
  };
  copy(false);
  at::Tensor logits;
  {
    const Autocast casting(device_, pass.precision);
    logits = made_->forward(images.clone(at::MemoryFormat::Contiguous));
  }
  if (pass.training) copy(true);
  if (logits.sizes() == at::IntArrayRef{images.size(0), classes_}) return logits;
  const Extent given(logits.sizes().begin(), logits.sizes().end());
  throw Error(name_ + ": gives " + extent_text(given) + " for " + std::to_string(images.size(0)) +
              " images and " + std::to_string(classes_) + " classes; \"forward\" gives one number a class");
}

}  // namespace fovea
