#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "graph/params.hpp"
#include "stages/model/initialisation.hpp"
#include "stages/model/own_layer.hpp"

// The kinds of layers. Values are images (C x H x W), tokens (T x C) or flat (F); `infer` says what each kind
// takes.

namespace fovea {

/// A length along height and width: in JSON one number for both, or [height, width].
struct Sides : std::array<std::int64_t, 2> {
  Sides(std::int64_t both = 1) : array{both, both} {}  // NOLINT(google-explicit-constructor)
  Sides(std::int64_t height, std::int64_t width) : array{height, width} {}
  std::int64_t height() const { return front(); }
  std::int64_t width() const { return back(); }
  friend bool operator==(const Sides& one, const Sides& other) {
    return one.height() == other.height() && one.width() == other.width();
  }
};

template <> struct Conversion<Sides> {
  static constexpr std::string_view kind = "a whole number or [height, width]";
  static Sides read(const Json& json, const std::string& place);
  static Json write(const Sides& sides, Keep keep);
  static Json schema();
};

/// A 2-D convolution over zero-padded images.
struct Conv {
  static constexpr Tag tag{"layer", "conv"};
  std::int64_t channels = 1;
  Sides kernel = 3;
  Sides stride = 1;
  Sides padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  Sides dilation = 1;
  std::string init = standard_init;
  static auto fields() {
    return std::tuple{
        field("channels", &Conv::channels, "channels that come out", between(1, 65536)),
        field("kernel", &Conv::kernel, "sides of the window", between(1, 64)),
        field("stride", &Conv::stride, "pixels between windows", between(1, 64)),
        field("padding", &Conv::padding, "zeros added on each side", between(0, 64)),
        field("groups", &Conv::groups, "blocks that channels are split into", between(1, 65536)),
        field("bias", &Conv::bias, "whether a number is added to each channel"),
        field("dilation", &Conv::dilation, "pixels from one of a window to the next", between(1, 64)),
        field("init", &Conv::init, "how the first weights are drawn", init_names())};
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

/// Layer normalisation over the channels of each pixel or token, or over a flat value (Ba et al., 2016).
struct LayerNorm {
  static constexpr Tag tag{"layer", "layer_norm"};
  double epsilon = 1e-6;
  static auto fields() {
    return std::tuple{field("epsilon", &LayerNorm::epsilon, "added to the variance", above(0))};
  }
};

/// Normalisation of each image over groups of channels (Wu and He, 2018).
struct GroupNorm {
  static constexpr Tag tag{"layer", "group_norm"};
  std::int64_t groups = 32;
  double epsilon = 1e-5;
  static auto fields() {
    return std::tuple{
        field("groups", &GroupNorm::groups, "blocks that channels are split into", between(1, 65536)),
        field("epsilon", &GroupNorm::epsilon, "added to the variance", above(0))};
  }
};

/// A layer without settings.
struct Plain {
  static auto fields() { return std::tuple{}; }
};

/// max(x, 0).
struct Relu : Plain {
  static constexpr Tag tag{"layer", "relu"};
};
/// min(max(x, 0), 6).
struct Relu6 : Plain {
  static constexpr Tag tag{"layer", "relu6"};
};
/// x * sigmoid(x).
struct Silu : Plain {
  static constexpr Tag tag{"layer", "silu"};
};
/// x * min(max(x + 3, 0), 6) / 6 (Howard et al., 2019).
struct HardSwish : Plain {
  static constexpr Tag tag{"layer", "hard_swish"};
};
/// min(max(x + 3, 0), 6) / 6.
struct HardSigmoid : Plain {
  static constexpr Tag tag{"layer", "hard_sigmoid"};
};
/// 1 / (1 + exp(-x)).
struct Sigmoid : Plain {
  static constexpr Tag tag{"layer", "sigmoid"};
};
/// exp(x) over its sum over the channels of each pixel or token, or over a flat value.
struct Softmax : Plain {
  static constexpr Tag tag{"layer", "softmax"};
};

/// x times the normal distribution function of x (Hendrycks and Gimpel, 2016).
struct Gelu {
  static constexpr Tag tag{"layer", "gelu"};
  std::string approximate = "none";
  static auto fields() {
    return std::tuple{field("approximate", &Gelu::approximate,
                            "none: exact; tanh: by a hyperbolic tangent, as their paper approximates it",
                            one_of({"none", "tanh"}))};
  }
};

/// The fields of a layer that pools windows of pixels.
template <class Pool> auto window_fields() {
  return std::tuple{
      field("kernel", &Pool::kernel, "sides of the window", between(1, 64)),
      field("stride", &Pool::stride, "pixels between windows", between(1, 64)),
      field("padding", &Pool::padding, "pixels added on each side, at most half a window", between(0, 32)),
      field("ceil_mode", &Pool::ceil_mode, "whether a last window may begin inside and end outside")};
}

/// The largest value of each window.
struct MaxPool {
  static constexpr Tag tag{"layer", "max_pool"};
  Sides kernel = 2;
  Sides stride = 2;
  Sides padding = 0;
  bool ceil_mode = false;
  static auto fields() { return window_fields<MaxPool>(); }
};

/// The mean of each window.
struct AveragePool {
  static constexpr Tag tag{"layer", "average_pool"};
  Sides kernel = 2;
  Sides stride = 2;
  Sides padding = 0;
  bool ceil_mode = false;
  bool count_padding = true;
  static auto fields() {
    return std::tuple_cat(window_fields<AveragePool>(),
                          std::tuple{field("count_padding", &AveragePool::count_padding,
                                           "whether the zeros of the padding count in the mean")});
  }
};

/// The means of as many windows as are asked for, which cover the image, as in PyTorch.
struct AdaptiveAveragePool {
  static constexpr Tag tag{"layer", "adaptive_average_pool"};
  Sides size = 1;
  static auto fields() {
    return std::tuple{field("size", &AdaptiveAveragePool::size, "windows along the sides", between(1, 256))};
  }
};

/// The largest values of as many windows as are asked for, which cover the image, as in PyTorch.
struct AdaptiveMaxPool {
  static constexpr Tag tag{"layer", "adaptive_max_pool"};
  Sides size = 1;
  static auto fields() {
    return std::tuple{field("size", &AdaptiveMaxPool::size, "windows along the sides", between(1, 256))};
  }
};

/// The mean of each channel over all its pixels, as C x 1 x 1.
struct GlobalAveragePool : Plain {
  static constexpr Tag tag{"layer", "global_average_pool"};
};

/// The mean of each channel over all pixels or tokens, flat.
struct Mean : Plain {
  static constexpr Tag tag{"layer", "mean"};
};

/// All values in one row, in the order of the shape C x H x W.
struct Flatten : Plain {
  static constexpr Tag tag{"layer", "flatten"};
};

/// The same values in another shape; one length may be -1.
struct Reshape {
  static constexpr Tag tag{"layer", "reshape"};
  std::vector<std::int64_t> shape{-1};
  static auto fields() {
    return std::tuple{field("shape", &Reshape::shape,
                            "C x H x W of an image, T x C of tokens or F; -1 is what remains",
                            between(-1, 1 << 24))};
  }
};

/// The dimensions of a shape in another order.
struct Permute {
  static constexpr Tag tag{"layer", "permute"};
  std::vector<std::int64_t> order{0};
  static auto fields() {
    return std::tuple{
        field("order", &Permute::order, "for each dimension which it was, from 0", between(0, 2))};
  }
};

/// A matrix product with an optional bias: of a flat value or each token, and `pixelwise` of each pixel.
struct Linear {
  static constexpr Tag tag{"layer", "linear"};
  std::int64_t features = 1;
  bool bias = true;
  bool pixelwise = false;
  std::string init = standard_init;
  static auto fields() {
    return std::tuple{field("features", &Linear::features, "values that come out", between(1, 1 << 20)),
                      field("bias", &Linear::bias, "whether a number is added to each value"),
                      field("pixelwise", &Linear::pixelwise, "of the channels of each pixel of an image"),
                      field("init", &Linear::init, "how the first weights are drawn", init_names())};
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

/// Sets whole images of a batch to zero at random in training, and scales the others so that their mean stays
/// (Huang et al., 2016).
struct StochasticDepth {
  static constexpr Tag tag{"layer", "stochastic_depth"};
  double rate = 0.1;
  static auto fields() {
    return std::tuple{
        field("rate", &StochasticDepth::rate, "share of images set to zero", from_to_below(0, 1))};
  }
};

/// The sum of two or more inputs of one shape.
struct Add : Plain {
  static constexpr Tag tag{"layer", "add"};
};

/// The channels of two or more inputs, one after another.
struct Concat : Plain {
  static constexpr Tag tag{"layer", "concat"};
};

/// The product of two inputs of one shape, or of an image and one number a channel (C x 1 x 1).
struct Multiply : Plain {
  static constexpr Tag tag{"layer", "multiply"};
};

/// The pixels of an image as tokens, row by row: H * W x C.
struct Tokens : Plain {
  static constexpr Tag tag{"layer", "tokens"};
};

/// Puts a learned token in front of the others.
struct ClassToken : Plain {
  static constexpr Tag tag{"layer", "class_token"};
};

/// The first token alone, flat.
struct FirstToken : Plain {
  static constexpr Tag tag{"layer", "first_token"};
};

/// Adds learned numbers to each token.
struct PositionEmbedding : Plain {
  static constexpr Tag tag{"layer", "position_embedding"};
};

/// Multi-head attention of tokens (Vaswani et al., 2017): queries, keys and values of all heads one after
/// another, T x 3 C, become T x C. What they are and what becomes of them are linear layers around it.
struct Attention {
  static constexpr Tag tag{"layer", "attention"};
  std::int64_t heads = 1;
  static auto fields() {
    return std::tuple{field("heads", &Attention::heads, "independent attentions", between(1, 1024))};
  }
};

/// Multiplies each channel by a learned number (Touvron et al., 2021).
struct LayerScale {
  static constexpr Tag tag{"layer", "layer_scale"};
  double initial = 1e-6;
  bool flat = false;
  static auto fields() {
    return std::tuple{
        field("initial", &LayerScale::initial, "the numbers before training", between(-1e6, 1e6)),
        field("flat", &LayerScale::flat, "whether an image's weight is stored as C, not C x 1 x 1")};
  }
};

/// Mixes groups of channels: channel g of group c and channel c of group g change places (Zhang et al.,
/// 2018).
struct ChannelShuffle {
  static constexpr Tag tag{"layer", "channel_shuffle"};
  std::int64_t groups = 2;
  static auto fields() {
    return std::tuple{
        field("groups", &ChannelShuffle::groups, "blocks that channels are split into", between(1, 65536))};
  }
};

using LayerKind =
    std::variant<Conv, BatchNorm, Relu, MaxPool, AveragePool, GlobalAveragePool, Flatten, Linear, Dropout,
                 Add, LayerNorm, GroupNorm, Relu6, Silu, Gelu, HardSwish, HardSigmoid, Sigmoid, Softmax,
                 AdaptiveAveragePool, AdaptiveMaxPool, Mean, Reshape, Permute, StochasticDepth, Concat,
                 Multiply, Tokens, ClassToken, FirstToken, PositionEmbedding, Attention, LayerScale,
                 ChannelShuffle, OwnModule>;

}  // namespace fovea
