#pragma once

#include <string>
#include <utility>
#include <vector>

#include "stages/model/specification.hpp"

namespace fovea {

/// Adds layers to a specification one after another.
class Builder {
 public:
  explicit Builder(Specification& specification) : layers_(specification.layers) {}

  /// Adds a layer after the last one, or after `inputs`.
  Builder& add(const std::string& name, LayerKind kind, std::vector<std::string> inputs = {}) {
    if (inputs.empty()) inputs = {last_};
    layers_.push_back({name, std::move(kind), std::move(inputs)});
    last_ = name;
    return *this;
  }
  const std::string& last() const { return last_; }

 private:
  std::vector<Layer>& layers_;
  std::string last_ = "input";
};

/// Returns a 3 x 3 convolution that keeps the image's size at stride 1; before a normalisation it needs no
/// bias.
inline Conv conv_3x3(std::int64_t channels, std::int64_t stride = 1, bool bias = false) {
  return {.channels = channels, .kernel = 3, .stride = stride, .padding = 1, .groups = 1, .bias = bias};
}

}  // namespace fovea
