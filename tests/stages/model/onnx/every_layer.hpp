#pragma once

#include "stages/model/specification.hpp"

namespace fovea::testing {

/// A network with every kind of layer, and with what some of them differ in: pools whose last window begins
/// inside and ends outside, or would begin in the padding, windows of several sizes, sides that differ.
inline Specification every_layer() {
  return {
      "every_layer",
      17,
      14,
      3,
      5,
      {{"conv",
        Conv{.channels = 12, .kernel = {3, 5}, .stride = {1, 1}, .padding = {2, 2}, .dilation = {2, 1}}},
       {"bn", BatchNorm{.epsilon = 1e-3}},
       {"relu", Relu{}},
       {"grouped", Conv{.channels = 12, .kernel = 3, .padding = 1, .groups = 4, .bias = false}},
       {"gn", GroupNorm{.groups = 3}},
       {"silu", Silu{}},
       {"sum", Add{}, {"silu", "relu", "relu"}},
       {"shuffle", ChannelShuffle{3}},
       {"pool", MaxPool{.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true}},
       {"mean_pool", AveragePool{.kernel = {3, 2}, .stride = {2, 2}, .padding = {1, 1}, .ceil_mode = true}},
       {"bare_pool",
        AveragePool{.kernel = 2, .stride = 1, .padding = 1, .ceil_mode = false, .count_padding = false}},
       {"counted_pool", AveragePool{.kernel = 3, .stride = 1, .padding = 1}},
       {"ln", LayerNorm{}},
       {"wide", Linear{24, true, true}},
       {"gelu", Gelu{}},
       {"narrow", Linear{12, false, true}},
       {"scale", LayerScale{.initial = 0.5}},
       {"flat_scale", LayerScale{.initial = 2, .flat = true}},
       {"depth", StochasticDepth{0.5}},
       {"squeezed", GlobalAveragePool{}},
       {"fc1", Conv{.channels = 12, .kernel = 1}},
       {"hard_sigmoid", HardSigmoid{}},
       {"excited", Multiply{}, {"depth", "hard_sigmoid"}},
       {"uneven_mean", AdaptiveAveragePool{{4, 3}}, {"excited"}},
       {"uneven_max", AdaptiveMaxPool{{4, 3}}, {"excited"}},
       {"both", Concat{}, {"uneven_mean", "uneven_max"}},
       {"even", AdaptiveMaxPool{{2, 3}}},
       {"relu6", Relu6{}},
       {"hard_swish", HardSwish{}},
       {"shares", Softmax{}},
       {"turned", Permute{{0, 2, 1}}},
       {"shaped", Reshape{{24, 2, -1}}},
       {"tokens", Tokens{}},
       {"cls", ClassToken{}},
       {"pos", PositionEmbedding{}},
       {"token_norm", LayerNorm{}},
       {"qkv", Linear{36}},
       {"attention", Attention{3}},
       {"out_proj", Linear{12, false}},
       {"token_scale", LayerScale{}},
       {"approximate", Gelu{"tanh"}},
       {"token_shares", Softmax{}},
       {"first", FirstToken{}, {"token_shares"}},
       {"average", Mean{}, {"approximate"}},
       {"image_mean", Mean{}, {"even"}},
       {"flat", Flatten{}, {"both"}},
       {"from_first", Linear{5, false}, {"first"}},
       {"from_average", Linear{5}, {"average"}},
       {"from_mean", Linear{5}, {"image_mean"}},
       {"from_flat", Linear{5}, {"flat"}},
       {"added", Add{}, {"from_first", "from_average", "from_mean", "from_flat"}},
       {"dropout", Dropout{0.5}},
       {"sigmoid", Sigmoid{}}}};
}

}  // namespace fovea::testing
