#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stages/model/layers.hpp"

namespace fovea {

/// One layer: its name, its kind, and its input layers. "input" is the image; an empty list means the layer
/// before in the list.
struct Layer {
  std::string name;
  LayerKind kind;
  std::vector<std::string> inputs;
  std::string weights{};  ///< what the names of its weights begin with; "" = its name and a dot
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

/// The extent of a value without the batch: C x H x W of an image, T x C of tokens, or F once flat.
using Extent = std::vector<std::int64_t>;

/// Formats an extent: "16 x 8 x 8".
std::string extent_text(const Extent& extent);

/// Returns the number of values in an extent.
std::int64_t product(const Extent& extent);

/// The role of a weight: a `weight` is multiplied with values; `norm` (also of a layer scale) and `bias`
/// (also a learned token or position) are usually spared from decay; a `buffer` is not trained.
enum class WeightRole { weight, bias, norm, buffer };

/// One weight or buffer of a layer.
struct WeightInfo {
  std::string name;  ///< as in a PyTorch state_dict: "layer1.0.conv1.weight"
  Extent shape;
  WeightRole role = WeightRole::weight;
  FirstValues first{};
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

/// Infers the output, weights and counts of a layer of this kind from the extents of its inputs; the names of
/// weights are without that of the layer. Throws `Error`.
LayerInfo infer_layer(const LayerKind& kind, const std::vector<Extent>& inputs);

/// Checks a specification and infers every shape and count. Throws `Error` that begins with the layer.
NetworkInfo infer(const Specification& specification);

/// A layer is one flat object: {"name": "conv1", "layer": "conv", "channels": 16, "inputs": ["input"]}; the
/// member `Layer::weights` is called "weights".
template <> struct Conversion<Layer> {
  static constexpr std::string_view kind = "a layer";
  static Layer read(const Json& json, const std::string& place);
  static Json write(const Layer& layer, Keep keep);
  static Json schema();
};

}  // namespace fovea
