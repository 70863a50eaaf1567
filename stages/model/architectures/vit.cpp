#include "stages/model/architectures/blocks.hpp"
#include "stages/model/architectures/families.hpp"

namespace fovea {
namespace {

/// Touvron et al. (2021), table 1, with patches of 16 pixels; layers are named as in timm.
void timm_vit(Specification& specification, std::int64_t channels, std::int64_t heads) {
  Builder net(specification);
  PatchEmbedding{.channels = channels, .patch = 16}.append(net, "patch_embed");
  net.add("cls_token", ClassToken{}).add("pos_embed", PositionEmbedding{});
  for (int block = 0; block < 12; ++block)
    Transformer{.heads = heads}.append(net, "blocks." + std::to_string(block));
  net.add("norm", LayerNorm{})
      .add("pool", FirstToken{})
      .add("head", Linear{net.classes(), true, false, "normal_0.02"});
}

/// Adds a block of Dosovitskiy et al. (2021) as torchvision names it.
void encoder_layer(Builder& net, const std::string& name, std::int64_t heads) {
  const auto channels = net.channels();
  const auto linear = [](std::int64_t features) { return Linear{features, true, false, "glorot_uniform"}; };
  auto before = net.last();
  const auto attention = name + ".self_attention";
  net.add(name + ".ln_1", LayerNorm{})
      .add(attention + ".in_proj", linear(3 * channels), {}, attention + ".in_proj_")
      .add(attention, Attention{heads})
      .add(attention + ".out_proj", Linear{channels});
  net.add(name + ".add_1", Add{}, {before, net.last()});
  before = net.last();
  net.add(name + ".ln_2", LayerNorm{})
      .add(name + ".mlp.0", linear(4 * channels))
      .add(name + ".mlp.1", Gelu{})
      .add(name + ".mlp.3", linear(channels));
  net.add(name + ".add_2", Add{}, {before, net.last()});
}

/// Dosovitskiy et al. (2021), table 1, "Base" with patches of 16 pixels; layers are named as in torchvision.
void vit_base(Specification& specification) {
  Builder net(specification);
  expect_whole_patches(net, 16);
  net.add("conv_proj", Conv{.channels = 768, .kernel = 16, .stride = 16, .init = "lecun_normal_in"})
      .add("tokens", Tokens{})
      .add("class_token", ClassToken{})
      .add("encoder.pos_embedding", PositionEmbedding{});
  for (int layer = 0; layer < 12; ++layer)
    encoder_layer(net, "encoder.layers.encoder_layer_" + std::to_string(layer), 12);
  net.add("encoder.ln", LayerNorm{})
      .add("pool", FirstToken{})
      .add("heads.head", Linear{net.classes(), true, false, "zero"});
}

}  // namespace

std::vector<Architecture> vits() {
  return {{"vit_tiny_patch16",
           "transformer of 192 channels over patches of 16 pixels",
           [](Specification& network) { timm_vit(network, 192, 3); },
           224,
           {"vit_tiny"}},
          {"vit_small_patch16",
           "transformer of 384 channels over patches of 16 pixels",
           [](Specification& network) { timm_vit(network, 384, 6); },
           224,
           {"vit_small"}},
          {"vit_base_patch16",
           "transformer of 768 channels over patches of 16 pixels",
           vit_base,
           224,
           {"vit_base", "vit_b_16"}}};
}

}  // namespace fovea
