#pragma once

#include <optional>

#include "runtime/random.hpp"
#include "stages/data/ops/op_fields.hpp"
#include "stages/data/ops/warp.hpp"

namespace fovea {

/// The random choices for one batch: each image is mixed with the one at the same place from the batch's end.
struct Mixing {
  ImageSize size;
  float share = 1;         ///< of an image's own label; the rest is that of the other image
  std::optional<Box> box;  ///< region that is taken from the other image; without it, all values are blended
  bool drawn = false;      ///< whether an op of the policy has mixed the batch already

  /// Returns the share of an image's own values in those that it keeps.
  float blended() const { return box ? 1 : share; }
};

// An op on batches has a tag and fields as others have, and `void draw(Random&, Mixing&) const`. At most one
// op mixes a batch: the first that is drawn.

/// Mixes pairs of images and their labels in one proportion, drawn from Beta(alpha, alpha) (Zhang et al.,
/// 2017).
struct Mixup {
  static constexpr Tag tag{"op", "mixup"};
  double alpha = 0.2;
  double p = 1;
  static auto fields() {
    return std::tuple{
        field("alpha", &Mixup::alpha, "the larger, the more even the mixture", between(0.01, 100)),
        share_field<Mixup>("share of the batches that are mixed")};
  }
  void draw(Random& random, Mixing& mixing) const;
};

/// Pastes a rectangle of another image into each and mixes labels by area; the share is drawn from
/// Beta(alpha, alpha) (Yun et al., 2019).
struct CutMix {
  static constexpr Tag tag{"op", "cutmix"};
  double alpha = 1;
  double p = 1;
  static auto fields() {
    return std::tuple{field("alpha", &CutMix::alpha, "1 = every area is equally likely", between(0.01, 100)),
                      share_field<CutMix>("share of the batches that are mixed")};
  }
  void draw(Random& random, Mixing& mixing) const;
};

/// Pastes the drawn region, where there is one, of `count` images (H x W x C bytes each, one after the other)
/// into their partners, and back.
void paste(const Mixing& mixing, std::size_t count, std::uint8_t* images);

/// Blends two images of `count` values in place: each keeps `share` of its own values, and the rest is the
/// other's.
void blend(float share, std::size_t count, float* a, float* b);

/// Draws from Beta(alpha, alpha), by the gamma method of Marsaglia and Tsang (2000).
double beta(Random& random, double alpha);

}  // namespace fovea
