#pragma once

#include "stages/model/architectures/blocks.hpp"

namespace fovea {

/// A layer or block of a network that somebody writes down: {"layer": "conv", "channels": 32, "kernel": 3,
/// "padding": 1} or {"block": "residual", "channels": 64, "stride": 2, "repeat": 2}. "name" and "inputs" may
/// be left out: names then count the layers of a kind, as in "conv1", and the input is what comes before.
struct DefinedLayer {
  std::variant<LayerKind, Block> kind;
  std::string name;                 ///< "" = by its kind
  std::vector<std::string> inputs;  ///< empty = the one before
  std::int64_t repeat = 1;          ///< how often, one after another; only the first has a stride
  bool gives_classes = false;       ///< its features or channels are the number of classes
};

template <> struct Conversion<DefinedLayer> {
  static constexpr std::string_view kind = "a layer or block";
  static DefinedLayer read(const Json& json, const std::string& place);
  static Json write(const DefinedLayer& layer, Keep keep);
  static Json schema();
};

/// The network of these layers for images of this size. Throws `Error` that names the layer which does not
/// fit.
Specification defined_specification(const std::vector<DefinedLayer>& layers, std::int64_t height,
                                    std::int64_t width, std::int64_t channels, std::int64_t classes);

}  // namespace fovea
