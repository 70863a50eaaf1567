#pragma once

#include <map>
#include <string>
#include <vector>

#include "stages/model/specification.hpp"

namespace fovea {

/// Adds layers to a specification one after another, and knows the shape of each value so far. Throws `Error`
/// that names a layer which does not fit.
class Builder {
 public:
  explicit Builder(Specification& specification);

  /// Adds a layer after the last one, or after `inputs`. `weights` is what the names of its weights begin
  /// with, where that is not its name and a dot.
  Builder& add(const std::string& name, LayerKind kind, std::vector<std::string> inputs = {},
               const std::string& weights = "");
  /// The name of the last layer.
  const std::string& last() const { return last_; }
  /// The shape of what a layer gives: C x H x W, T x C or F.
  const Extent& shape(const std::string& layer) const { return shapes_.at(layer); }
  const Extent& shape() const { return shape(last_); }
  /// The channels of the last layer.
  std::int64_t channels() const { return shape().size() == 2 ? shape()[1] : shape()[0]; }
  std::int64_t classes() const { return specification_.classes; }

 private:
  Specification& specification_;
  std::map<std::string, Extent> shapes_;
  std::string last_ = "input";
};

/// Returns a convolution that keeps the image's size at stride 1; before a normalisation it needs no bias.
Conv same_conv(std::int64_t channels, std::int64_t kernel, std::int64_t stride = 1, bool bias = false,
               const std::string& init = standard_init);
inline Conv conv_3x3(std::int64_t channels, std::int64_t stride = 1, bool bias = false,
                     const std::string& init = standard_init) {
  return same_conv(channels, 3, stride, bias, init);
}

/// The activation of that name: relu, relu6, silu, gelu or hard_swish.
LayerKind activation(const std::string& name);
OneOf activation_names();

}  // namespace fovea
