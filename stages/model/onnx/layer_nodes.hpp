#pragma once

#include <algorithm>

#include "stages/model/model.hpp"
#include "stages/model/onnx/graph.hpp"
#include "stages/model/own_modules.hpp"

namespace fovea {

/// Adds the operators of one layer in evaluation and returns the name of its result, which is that of its
/// input where the layer does nothing. Images are N x C x H x W. The file of each topic has those of some
/// kinds.
struct LayerNodes {
  OnnxGraph& graph;
  const std::vector<std::string>& inputs;  ///< names of the values that the layer takes
  const std::vector<Extent>& extents;      ///< of these
  const LayerInfo& info;
  std::span<const NamedArray> weights;  ///< of the layer

  const std::string& in() const { return inputs.front(); }
  const Extent& extent() const { return extents.front(); }
  /// Adds a weight of the layer in its own shape or another with as many values.
  std::string weight(std::size_t number) const { return weight(number, info.weights[number].shape); }
  std::string weight(std::size_t number, const Extent& shape) const;
  /// Adds a matrix with rows and columns exchanged.
  std::string transposed_weight(std::size_t number) const;
  /// Adds an operator.
  std::string node(const char* op, const OnnxGraph::Inputs& values,
                   OnnxGraph::Attributes attributes = {}) const {
    return graph.node(op, values, attributes);
  }
  /// Gives a value the shape N x `shape`.
  std::string reshaped(const std::string& value, const Extent& shape) const;
  /// Gives a value another order of dimensions, of which N is the first.
  std::string transposed(const std::string& value, std::vector<std::int64_t> order) const;

  // convolutions.cpp
  std::string operator()(const Conv& conv) const;
  std::string operator()(const Linear& linear) const;

  // normalisations.cpp
  std::string operator()(const BatchNorm& norm) const;
  std::string operator()(const LayerNorm& norm) const;
  std::string operator()(const GroupNorm& norm) const;
  std::string operator()(const LayerScale& scale) const;

  // activations.cpp
  std::string operator()(const Relu&) const;
  std::string operator()(const Relu6&) const;
  std::string operator()(const Silu&) const;
  std::string operator()(const Gelu& gelu) const;
  std::string operator()(const HardSwish&) const;
  std::string operator()(const HardSigmoid&) const;
  std::string operator()(const Sigmoid&) const;
  std::string operator()(const Softmax&) const;

  // pools.cpp
  std::string operator()(const MaxPool& pool) const;
  std::string operator()(const AveragePool& pool) const;
  std::string operator()(const AdaptiveAveragePool& pool) const;
  std::string operator()(const AdaptiveMaxPool& pool) const;
  std::string operator()(const GlobalAveragePool&) const;
  std::string operator()(const Mean&) const;

  // shapes.cpp
  std::string operator()(const Flatten&) const;
  std::string operator()(const Reshape&) const;
  std::string operator()(const Permute& permute) const;
  std::string operator()(const ChannelShuffle& shuffle) const;
  std::string operator()(const Add&) const;
  std::string operator()(const Concat&) const;
  std::string operator()(const Multiply&) const;
  std::string operator()(const Dropout&) const { return in(); }
  std::string operator()(const StochasticDepth&) const { return in(); }

  // tokens.cpp
  std::string operator()(const Tokens&) const;
  std::string operator()(const ClassToken&) const;
  std::string operator()(const FirstToken&) const;
  std::string operator()(const PositionEmbedding&) const;
  std::string operator()(const Attention& attention) const;

  std::string operator()(const OwnModule& module) const {
    refuse(module, "an ONNX file is made of layers", "export to safetensors");
  }
};

}  // namespace fovea
