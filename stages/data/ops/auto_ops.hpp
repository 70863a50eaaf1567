#pragma once

#include "stages/data/ops/drawn.hpp"
#include "stages/data/ops/op_fields.hpp"

// Ops that choose among other ops. Their choices and strengths are those of torchvision, which are those of
// the papers; the fill is the data's mean colour unless `fill` says otherwise, and black in torchvision.

namespace fovea {

/// Applies one op of any strength (Mueller and Hutter, 2021: the wide space).
struct TrivialAugment {
  static constexpr Tag tag{"op", "trivial_augment"};
  std::string interpolation = "nearest";
  std::string fill = "mean";
  static auto fields() { return moving_fields<TrivialAugment>(); }
  void draw(Random& random, Drawn& drawn) const;
};

/// Applies a few ops of one strength, one after the other (Cubuk et al., 2019).
struct RandAugment {
  static constexpr Tag tag{"op", "rand_augment"};
  std::int64_t count = 2;
  std::int64_t magnitude = 9;
  std::string interpolation = "nearest";
  std::string fill = "mean";
  static auto fields() {
    return std::tuple_cat(
        std::tuple{field("count", &RandAugment::count, "ops for each sample", between(1, 8)),
                   field("magnitude", &RandAugment::magnitude, "strength of all of them", between(0, 30))},
        moving_fields<RandAugment>());
  }
  void draw(Random& random, Drawn& drawn) const;
};

/// Applies one of 25 pairs of ops that were learned on a data set (Cubuk et al., 2018).
struct AutoAugment {
  static constexpr Tag tag{"op", "auto_augment"};
  std::string policy = "imagenet";
  std::string interpolation = "nearest";
  std::string fill = "mean";
  static auto fields() {
    return std::tuple_cat(
        std::tuple{field("policy", &AutoAugment::policy, "the data set that the pairs were found for",
                         one_of({"imagenet", "cifar10", "svhn"}))},
        moving_fields<AutoAugment>());
  }
  void draw(Random& random, Drawn& drawn) const;
};

}  // namespace fovea
