#pragma once

#include "stages/data/ops/drawn.hpp"
#include "stages/data/ops/op_fields.hpp"

// An op of an augmentation policy is a struct with a tag (its name in definitions), fields, and `void
// draw(Random&, Drawn&) const`, which adds its random choices for one sample. It may `check` rules across its
// fields. These ops move pixels; all geometric steps of one sample become one warp. `fill` is the content
// outside of the image, equal for all ops of a policy. The fill colour is the data's mean colour, and
// black where that is the fill.

namespace fovea {

/// Mirrors left and right.
struct FlipHorizontal {
  static constexpr Tag tag{"op", "flip_horizontal"};
  double p = 0.5;
  static auto fields() { return std::tuple{share_field<FlipHorizontal>()}; }
  void draw(Random& random, Drawn& drawn) const;
};

/// Mirrors top and bottom.
struct FlipVertical {
  static constexpr Tag tag{"op", "flip_vertical"};
  double p = 0.5;
  static auto fields() { return std::tuple{share_field<FlipVertical>()}; }
  void draw(Random& random, Drawn& drawn) const;
};

/// Shifts by whole pixels, each shift equally likely.
struct Translate {
  static constexpr Tag tag{"op", "translate"};
  double max = 0.1;
  double p = 1;
  std::string fill = "mean";
  static auto fields() { return warp_fields<Translate>("largest shift each way, as a share of the side", 1); }
  void draw(Random& random, Drawn& drawn) const;
};

/// Pads all sides and crops the old size at a random place: a shift by whole pixels.
struct Crop {
  static constexpr Tag tag{"op", "crop"};
  std::int64_t padding = 4;
  double p = 1;
  std::string fill = "mean";
  static auto fields() {
    return std::tuple{field("padding", &Crop::padding, "pixels that are added on each side", between(0, 512)),
                      share_field<Crop>(), fill_field<Crop>()};
  }
  void draw(Random& random, Drawn& drawn) const;
};

/// Resizes a random crop to the whole size (Szegedy et al., 2015; the draws are those of torchvision).
struct RandomResizedCrop {
  static constexpr Tag tag{"op", "random_resized_crop"};
  double area_min = 0.08;
  double area_max = 1;
  double aspect_min = 0.75;
  double aspect_max = 1.3333333333333333;
  double p = 1;
  static auto fields() {
    using Self = RandomResizedCrop;
    return std::tuple{
        field("area_min", &Self::area_min, "smallest area, as a share of the image", between(0.0001, 1)),
        field("area_max", &Self::area_max, "largest area, as a share of the image", between(0.0001, 1)),
        field("aspect_min", &Self::aspect_min, "smallest width over height", between(0.01, 100)),
        field("aspect_max", &Self::aspect_max, "largest width over height", between(0.01, 100)),
        share_field<Self>()};
  }
  void check(const std::string& place) const;
  void draw(Random& random, Drawn& drawn) const;
};

/// Rotates about the centre, left or right.
struct Rotate {
  static constexpr Tag tag{"op", "rotate"};
  double max = 15;
  double p = 1;
  std::string fill = "mean";
  static auto fields() { return warp_fields<Rotate>("largest angle each way, in degrees", 180); }
  void draw(Random& random, Drawn& drawn) const;
};

/// Scales up or down about the centre.
struct Zoom {
  static constexpr Tag tag{"op", "zoom"};
  double max = 0.1;
  double p = 1;
  std::string fill = "mean";
  static auto fields() { return warp_fields<Zoom>("largest change of the size, as a share of it", 0.9); }
  void draw(Random& random, Drawn& drawn) const;
};

/// Shears along the rows, about the centre.
struct Shear {
  static constexpr Tag tag{"op", "shear"};
  double max = 10;
  double p = 1;
  std::string fill = "mean";
  static auto fields() { return warp_fields<Shear>("largest angle each way, in degrees", 80); }
  void draw(Random& random, Drawn& drawn) const;
};

/// Fills a random rectangle with the fill colour (Zhong et al., 2017).
struct RandomErasing {
  static constexpr Tag tag{"op", "random_erasing"};
  double p = 0.5;
  double area_min = 0.02;
  double area_max = 0.33;
  double aspect_min = 0.3;
  double aspect_max = 3.3;
  static auto fields() {
    using Self = RandomErasing;
    return std::tuple{
        share_field<Self>(),
        field("area_min", &Self::area_min, "smallest area, as a share of the image", between(0, 1)),
        field("area_max", &Self::area_max, "largest area, as a share of the image", between(0, 1)),
        field("aspect_min", &Self::aspect_min, "smallest height over width", between(0.01, 100)),
        field("aspect_max", &Self::aspect_max, "largest height over width", between(0.01, 100))};
  }
  void check(const std::string& place) const;
  void draw(Random& random, Drawn& drawn) const;
};

/// Fills a square about a random pixel with the fill colour; it may reach over the border (DeVries and
/// Taylor, 2017).
struct Cutout {
  static constexpr Tag tag{"op", "cutout"};
  double size = 0.5;
  double p = 1;
  static auto fields() {
    return std::tuple{
        field("size", &Cutout::size, "side of the square, as a share of the shorter side", between(0, 1)),
        share_field<Cutout>()};
  }
  void draw(Random& random, Drawn& drawn) const;
};

}  // namespace fovea
