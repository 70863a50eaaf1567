#pragma once

#include <variant>

#include "graph/params.hpp"
#include "runtime/random.hpp"
#include "stages/data/warp.hpp"

namespace fovea {

/// What the ops of a policy have drawn for one sample: first the warp, then what is erased, whatever the
/// order of the ops.
struct Drawn {
  static constexpr std::size_t most_erased = 8;

  ImageSize size;
  Warp warp;
  std::array<Box, most_erased> erased{};
  std::size_t erased_count = 0;
};

// An op of an augmentation policy is a struct with a tag (its name in definitions), fields, and
// `void draw(Random&, Drawn&) const`, which adds what it does to one sample. It may check rules across its
// fields.

/// Mirrors left and right.
struct FlipHorizontal {
  static constexpr Tag tag{"op", "flip_horizontal"};
  double p = 0.5;
  static auto fields() {
    return std::tuple{
        field("p", &FlipHorizontal::p, "share of the samples that are mirrored", between(0, 1))};
  }
  void draw(Random& random, Drawn& drawn) const;
};

/// Shifts by whole pixels, each shift equally likely; what comes in from outside has the data's mean colour.
struct Translate {
  static constexpr Tag tag{"op", "translate"};
  double max = 0.1;
  double p = 1;
  static auto fields() {
    return std::tuple{
        field("max", &Translate::max, "largest shift each way, as a share of the side", between(0, 1)),
        field("p", &Translate::p, "share of the samples that are shifted", between(0, 1))};
  }
  void draw(Random& random, Drawn& drawn) const;
};

/// Sets a random rectangle to 0 after normalisation, which is the data's mean colour (Zhong et al., 2017).
struct RandomErasing {
  static constexpr Tag tag{"op", "random_erasing"};
  double p = 0.5;
  double area_min = 0.02;
  double area_max = 0.33;
  double aspect_min = 0.3;
  double aspect_max = 3.3;
  static auto fields() {
    return std::tuple{
        field("p", &RandomErasing::p, "share of the samples that lose a rectangle", between(0, 1)),
        field("area_min", &RandomErasing::area_min, "smallest area, as a share of the image", between(0, 1)),
        field("area_max", &RandomErasing::area_max, "largest area, as a share of the image", between(0, 1)),
        field("aspect_min", &RandomErasing::aspect_min, "smallest height over width", between(0.01, 100)),
        field("aspect_max", &RandomErasing::aspect_max, "largest height over width", between(0.01, 100))};
  }
  void check(const std::string& place) const;
  void draw(Random& random, Drawn& drawn) const;
};

using Op = std::variant<FlipHorizontal, Translate, RandomErasing>;

/// What is done to each training sample, in order.
using Policy = std::vector<Op>;

/// Throws `Error` that begins with `place` where an op breaks a rule across its fields, or where there are
/// too many ops of a kind.
void check_policy(const Policy& policy, const std::string& place);

/// Carries a policy out, one sample at a time; may be used by several threads at once.
class Augmenter {
 public:
  Augmenter(Policy policy, ImageSize size, const std::vector<double>& mean,
            const std::vector<double>& deviation);

  /// Writes the sample (H x W x C bytes) as H x W x C normalised floats, augmented with the numbers of
  /// `random`.
  void augmented(const std::uint8_t* image, Random random, float* out) const;
  /// Writes the sample only normalised.
  void plain(const std::uint8_t* image, float* out) const;

 private:
  Policy policy_;
  PixelPass pass_;
};

}  // namespace fovea
