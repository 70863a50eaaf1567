#pragma once

#include <variant>

#include "stages/model/architectures/builder.hpp"

// Blocks: layers that networks repeat. Each appends its layers to a network; layers are named as in
// torchvision, so that its weights load by name.

namespace fovea {

/// The field of a block for the image's size.
template <class Block> auto stride_field() {
  return field("stride", &Block::stride, "pixels between windows; 2 halves the image", between(1, 8));
}

/// Two 3 x 3 convolutions beside a shortcut (He et al., 2016, figure 2).
struct Residual {
  static constexpr Tag tag{"block", "residual"};
  std::int64_t channels = 64;
  std::int64_t stride = 1;
  static auto fields() {
    return std::tuple{field("channels", &Residual::channels, "channels that come out", between(1, 65536)),
                      stride_field<Residual>()};
  }
  void append(Builder& net, const std::string& name) const;
};

/// Convolutions of 1 x 1, 3 x 3 and 1 x 1 beside a shortcut (He et al., 2016, figure 5).
struct Bottleneck {
  static constexpr Tag tag{"block", "bottleneck"};
  std::int64_t channels = 256;
  std::int64_t stride = 1;
  static auto fields() {
    return std::tuple{field("channels", &Bottleneck::channels,
                            "channels that come out, four times those within", between(4, 65536)),
                      stride_field<Bottleneck>()};
  }
  void append(Builder& net, const std::string& name) const;
};

/// Weighs channels by what all pixels say (Hu et al., 2018): mean, 1 x 1 convolution, ReLU or another, 1 x 1
/// convolution, sigmoid or another, product.
struct SqueezeExcitation {
  static constexpr Tag tag{"block", "squeeze_excitation"};
  std::int64_t squeezed = 16;
  std::string activation = "relu";
  std::string gate = "sigmoid";
  std::string init = standard_init;
  static auto fields() {
    return std::tuple{
        field("squeezed", &SqueezeExcitation::squeezed, "channels between both", between(1, 65536)),
        field("activation", &SqueezeExcitation::activation, "between both", activation_names()),
        field("gate", &SqueezeExcitation::gate, "behind both", one_of({"sigmoid", "hard_sigmoid"})),
        field("init", &SqueezeExcitation::init, "how the first weights are drawn", init_names())};
  }
  void append(Builder& net, const std::string& name) const;
};

/// A depthwise convolution between two of 1 x 1, beside a shortcut where shapes allow it (Sandler et al.,
/// 2018), with squeeze-and-excitation if there are squeezed channels (Howard et al., 2019).
struct InvertedResidual {
  static constexpr Tag tag{"block", "inverted_residual"};
  std::int64_t channels = 32;
  std::int64_t kernel = 3;
  std::int64_t stride = 1;
  std::int64_t expanded = 0;
  std::int64_t squeezed = 0;
  std::string activation = "relu6";
  std::string gate = "sigmoid";
  double stochastic_depth = 0;
  double epsilon = 1e-5;
  double momentum = 0.1;
  static auto fields() {
    return std::tuple{
        field("channels", &InvertedResidual::channels, "channels that come out", between(1, 65536)),
        field("kernel", &InvertedResidual::kernel, "side of the depthwise window", between(1, 31)),
        stride_field<InvertedResidual>(),
        field("expanded", &InvertedResidual::expanded,
              "channels of the depthwise convolution; 0: 6 times those that come in", between(0, 65536)),
        field("squeezed", &InvertedResidual::squeezed,
              "channels of its squeeze-and-excitation; 0: there is none", between(0, 65536)),
        field("activation", &InvertedResidual::activation, "behind the first two", activation_names()),
        field("gate", &InvertedResidual::gate, "of squeeze-and-excitation",
              one_of({"sigmoid", "hard_sigmoid"})),
        field("stochastic_depth", &InvertedResidual::stochastic_depth, "share of images without the block",
              from_to_below(0, 1)),
        field("epsilon", &InvertedResidual::epsilon, "of the normalisations", above(0)),
        field("momentum", &InvertedResidual::momentum, "of the normalisations", between(0, 1))};
  }
  void append(Builder& net, const std::string& name) const;
};

/// A depthwise 7 x 7 convolution and two linear layers on each pixel, beside a shortcut (Liu et al., 2022).
struct ConvNeXt {
  static constexpr Tag tag{"block", "convnext"};
  std::int64_t kernel = 7;
  double layer_scale = 1e-6;
  double stochastic_depth = 0;
  static auto fields() {
    return std::tuple{field("kernel", &ConvNeXt::kernel, "side of the depthwise window", between(1, 31)),
                      field("layer_scale", &ConvNeXt::layer_scale, "its first value", between(0, 1)),
                      field("stochastic_depth", &ConvNeXt::stochastic_depth,
                            "share of images without the block", from_to_below(0, 1))};
  }
  void append(Builder& net, const std::string& name) const;
};

/// Attention and two linear layers on each token, each behind a layer normalisation and beside a shortcut
/// (Vaswani et al., 2017; Dosovitskiy et al., 2021); named as in timm.
struct Transformer {
  static constexpr Tag tag{"block", "transformer"};
  std::int64_t heads = 3;
  double mlp_ratio = 4;
  double stochastic_depth = 0;
  static auto fields() {
    return std::tuple{field("heads", &Transformer::heads, "independent attentions", between(1, 1024)),
                      field("mlp_ratio", &Transformer::mlp_ratio,
                            "channels between the linear layers over those of tokens", between(0.01, 64)),
                      field("stochastic_depth", &Transformer::stochastic_depth,
                            "share of images without each half", from_to_below(0, 1))};
  }
  void append(Builder& net, const std::string& name) const;
};

/// Cuts an image into patches, one token each, by a convolution.
struct PatchEmbedding {
  static constexpr Tag tag{"block", "patch_embedding"};
  std::int64_t channels = 192;
  std::int64_t patch = 16;
  static auto fields() {
    return std::tuple{field("channels", &PatchEmbedding::channels, "of a token", between(1, 65536)),
                      field("patch", &PatchEmbedding::patch, "pixels of its side", between(1, 64))};
  }
  void append(Builder& net, const std::string& name) const;
};

using Block = std::variant<Residual, Bottleneck, SqueezeExcitation, InvertedResidual, ConvNeXt, Transformer,
                           PatchEmbedding>;

/// Throws `Error` where images are not whole patches of that side.
void expect_whole_patches(const Builder& net, std::int64_t patch);

}  // namespace fovea
