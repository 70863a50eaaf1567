#include "tests/stages/model/torch/named_numbers.hpp"

#include <ATen/ops/empty.h>

#include <cmath>
#include <numeric>

namespace fovea::testing {
namespace {

/// Numbers in [0, 1) with 24 bits: splitmix64 from the FNV-1a hash of a name.
std::vector<double> uniform(const std::string& name, std::int64_t count) {
  std::uint64_t state = 0xcbf29ce484222325;
  for (const char c : name) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::vector<double> numbers;
  for (std::int64_t i = 0; i < count; ++i) {
    state += 0x9e3779b97f4a7c15;
    auto z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    numbers.push_back(static_cast<double>(z >> 40) / 16777216);
  }
  return numbers;
}

template <class Change>
at::Tensor tensor(const std::string& name, at::IntArrayRef shape, const Change& change) {
  auto made = at::empty(shape);
  const auto numbers = uniform(name, made.numel());
  auto* to = made.data_ptr<float>();
  for (std::size_t i = 0; i < numbers.size(); ++i) to[i] = static_cast<float>(change(numbers[i]));
  return made;
}

}  // namespace

at::Tensor spread(const std::string& name, at::IntArrayRef shape) {
  return tensor(name, shape, [](double u) { return 2 * u - 1; });
}

at::Tensor named_weight(const std::string& name, at::IntArrayRef shape) {
  const auto last = name.substr(name.rfind('.') + 1);
  const auto make = [&](const auto& change) { return tensor(name, shape, change); };
  if (last == "num_batches_tracked") return make([](double) { return 0; });
  if (last == "running_var") return make([](double u) { return 0.5 + u; });
  if (last == "layer_scale" || last == "gamma" || (last == "weight" && shape.size() == 1))
    return make([](double u) { return 0.75 + 0.5 * u; });
  if (last == "weight" || last == "in_proj_weight") {
    const auto fan = std::accumulate(shape.begin() + 1, shape.end(), std::int64_t{1}, std::multiplies<>());
    return make([&](double u) { return (2 * u - 1) * std::sqrt(3 / static_cast<double>(fan)); });
  }
  return make([](double u) { return 0.2 * (u - 0.5); });
}

std::vector<NamedArray> named_weights(const Specification& specification) {
  std::vector<NamedArray> weights;
  for (const auto& weight : infer(specification).weights()) {
    const auto values = named_weight(weight.name, weight.shape);
    const auto* numbers = values.data_ptr<float>();
    weights.push_back({weight.name, Shape(weight.shape.begin(), weight.shape.end()),
                       std::vector<float>(numbers, numbers + values.numel())});
  }
  return weights;
}

}  // namespace fovea::testing
