#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "graph/params.hpp"

namespace fovea {

/// A square 2-D convolution over zero-padded images.
struct Conv {
  static constexpr Tag tag{"layer", "conv"};
  std::int64_t channels = 1;
  std::int64_t kernel = 3;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  static auto fields() {
    return std::tuple{
        field("channels", &Conv::channels, "channels that come out", between(1, 65536)),
        field("kernel", &Conv::kernel, "side of the window", between(1, 64)),
        field("stride", &Conv::stride, "pixels between windows", between(1, 64)),
        field("padding", &Conv::padding, "zeros added on each side", between(0, 64)),
        field("groups", &Conv::groups, "blocks that channels are split into", between(1, 65536)),
        field("bias", &Conv::bias, "whether a number is added to each channel")};
  }
};

/// Batch normalisation by channel: over the batch in training, by running statistics otherwise.
struct BatchNorm {
  static constexpr Tag tag{"layer", "batch_norm"};
  double epsilon = 1e-5;
  double momentum = 0.1;
  static auto fields() {
    return std::tuple{field("epsilon", &BatchNorm::epsilon, "added to the variance", above(0)),
                      field("momentum", &BatchNorm::momentum,
                            "share of the new batch in the running statistics", between(0, 1))};
  }
};

/// The ReLU: the larger of a value and zero.
struct Relu {
  static constexpr Tag tag{"layer", "relu"};
  static auto fields() { return std::tuple{}; }
};

/// The fields of a layer that pools windows of pixels.
template <class Pool> auto window_fields() {
  return std::tuple{field("kernel", &Pool::kernel, "side of the window", between(1, 64)),
                    field("stride", &Pool::stride, "pixels between windows", between(1, 64))};
}

/// The largest value of each window.
struct MaxPool {
  static constexpr Tag tag{"layer", "max_pool"};
  std::int64_t kernel = 2;
  std::int64_t stride = 2;
  std::int64_t padding = 0;
  static auto fields() {
    return std::tuple_cat(
        window_fields<MaxPool>(),
        std::tuple{field("padding", &MaxPool::padding, "pixels added on each side, at most half a window",
                         between(0, 32))});
  }
};

/// The mean of each window.
struct AveragePool {
  static constexpr Tag tag{"layer", "average_pool"};
  std::int64_t kernel = 2;
  std::int64_t stride = 2;
  static auto fields() { return window_fields<AveragePool>(); }
};

/// The mean of each channel over all its pixels, as C x 1 x 1.
struct GlobalAveragePool {
  static constexpr Tag tag{"layer", "global_average_pool"};
  static auto fields() { return std::tuple{}; }
};

/// Flattens C x H x W to one row of C * H * W values.
struct Flatten {
  static constexpr Tag tag{"layer", "flatten"};
  static auto fields() { return std::tuple{}; }
};

/// A matrix product with an optional bias.
struct Linear {
  static constexpr Tag tag{"layer", "linear"};
  std::int64_t features = 1;
  bool bias = true;
  static auto fields() {
    return std::tuple{field("features", &Linear::features, "values that come out", between(1, 1 << 20)),
                      field("bias", &Linear::bias, "whether a number is added to each value")};
  }
};

/// Sets values to zero at random in training, and scales the others so that their mean stays.
struct Dropout {
  static constexpr Tag tag{"layer", "dropout"};
  double rate = 0.5;
  static auto fields() {
    return std::tuple{field("rate", &Dropout::rate, "share of values set to zero", from_to_below(0, 1))};
  }
};

/// The sum of two or more inputs of one shape.
struct Add {
  static constexpr Tag tag{"layer", "add"};
  static auto fields() { return std::tuple{}; }
};

using LayerKind = std::variant<Conv, BatchNorm, Relu, MaxPool, AveragePool, GlobalAveragePool, Flatten,
                               Linear, Dropout, Add>;

/// One layer: its name, its kind, and its input layers. "input" is the image; an empty list means the layer
/// before in the list.
struct Layer {
  std::string name;
  LayerKind kind;
  std::vector<std::string> inputs;
};

/// A network as data: image size, number of classes, and the layers, which are a directed acyclic graph.
/// Exactly one layer is used by no other, and gives one value per class.
struct Specification {
  std::string name;           ///< of the architecture, as in "resnet20"
  std::int64_t height = 0;    ///< of the images, in pixels
  std::int64_t width = 0;     ///< of the images, in pixels
  std::int64_t channels = 0;  ///< 1 (gray) or 3 (RGB)
  std::int64_t classes = 0;
  std::vector<Layer> layers;
  static auto fields() {
    return std::tuple{field("name", &Specification::name, "what the architecture is called"),
                      field("height", &Specification::height, "pixels", between(1, 65536)),
                      field("width", &Specification::width, "pixels", between(1, 65536)),
                      field("channels", &Specification::channels, "1 for gray, 3 for RGB", between(1, 4096)),
                      field("classes", &Specification::classes, "values that come out", between(1, 1 << 20)),
                      field("layers", &Specification::layers, "the layers, each by its name")};
  }
};

/// The extent of a value without the batch: C x H x W, or F once flat.
using Extent = std::vector<std::int64_t>;

/// Formats an extent: "16 x 8 x 8".
std::string extent_text(const Extent& extent);

/// Returns the number of values in an extent.
std::int64_t product(const Extent& extent);

/// The role of a weight: a `weight` is multiplied with values, `norm` and `bias` are usually spared from
/// decay, a `buffer` is not trained.
enum class WeightRole { weight, bias, norm, buffer };

/// One weight or buffer of a layer.
struct WeightInfo {
  std::string name;  ///< as in a PyTorch state_dict: "layer1.0.conv1.weight"
  Extent shape;
  WeightRole role = WeightRole::weight;
  std::int64_t count() const;
};

/// The inferred properties of one layer.
struct LayerInfo {
  std::vector<std::size_t> inputs;  ///< numbers of the input layers; `image` is the image
  Extent output;
  std::vector<WeightInfo> weights;
  std::int64_t parameters = 0;     ///< trained numbers
  std::int64_t multiply_adds = 0;  ///< of convolutions and matrix products, for one image
  static constexpr std::size_t image = static_cast<std::size_t>(-1);
};

/// The inferred properties of a network.
struct NetworkInfo {
  std::vector<LayerInfo> layers;   ///< in the order of the specification
  std::vector<std::size_t> order;  ///< the layers in topological order
  std::size_t output = 0;          ///< the output layer
  std::int64_t parameters = 0;
  std::int64_t multiply_adds = 0;

  /// Returns all weights and buffers, in the order of the specification.
  std::vector<WeightInfo> weights() const;
};

/// Checks a specification and infers every shape and count. Throws `Error` that begins with the layer.
NetworkInfo infer(const Specification& specification);

/// A layer is one flat object: {"name": "conv1", "layer": "conv", "channels": 16, "inputs": ["input"]}.
template <> struct Conversion<Layer> {
  static constexpr std::string_view kind = "a layer";
  static Layer read(const Json& json, const std::string& place);
  static Json write(const Layer& layer, Keep keep);
  static Json schema();
};

}  // namespace fovea
