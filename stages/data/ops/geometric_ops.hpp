#pragma once

#include "graph/params.hpp"
#include "stages/data/ops/drawn.hpp"

// An op of an augmentation policy is a struct with a tag (its name in definitions), fields, and `void
// draw(Random&, Drawn&) const`, which adds its random choices for one sample. It may `check` rules across its
// fields. These ops move pixels; all geometric steps of one sample become one warp. `fill` is the content
// outside of the image, equal for all ops of a policy.

namespace fovea {

/// The parameter `fill` of ops.
template <class Op>
auto fill_field() {
  return field(
      "fill", &Op::fill,
      "what comes in from outside: mean (the data's colour), black, edge (the pixel at the border) or "
      "reflect (the image, mirrored); one for all ops of a policy",
      one_of({"mean", "black", "edge", "reflect"}));
}

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

/// Mirrors top and bottom.
struct FlipVertical {
  static constexpr Tag tag{"op", "flip_vertical"};
  double p = 0.5;
  static auto fields() {
    return std::tuple{field("p", &FlipVertical::p, "share of the samples that are mirrored", between(0, 1))};
  }
  void draw(Random& random, Drawn& drawn) const;
};

/// Shifts by whole pixels, each shift equally likely.
struct Translate {
  static constexpr Tag tag{"op", "translate"};
  double max = 0.1;
  double p = 1;
  std::string fill = "mean";
  static auto fields() {
    return std::tuple{
        field("max", &Translate::max, "largest shift each way, as a share of the side", between(0, 1)),
        field("p", &Translate::p, "share of the samples that are shifted", between(0, 1)),
        fill_field<Translate>()};
  }
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
                      field("p", &Crop::p, "share of the samples that are cropped", between(0, 1)),
                      fill_field<Crop>()};
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
        field("p", &Self::p, "share of the samples that are cropped", between(0, 1))};
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
  static auto fields() {
    return std::tuple{field("max", &Rotate::max, "largest angle each way, in degrees", between(0, 180)),
                      field("p", &Rotate::p, "share of the samples that are turned", between(0, 1)),
                      fill_field<Rotate>()};
  }
  void draw(Random& random, Drawn& drawn) const;
};

/// Scales up or down about the centre.
struct Zoom {
  static constexpr Tag tag{"op", "zoom"};
  double max = 0.1;
  double p = 1;
  std::string fill = "mean";
  static auto fields() {
    return std::tuple{
        field("max", &Zoom::max, "largest change of the size, as a share of it", between(0, 0.9)),
        field("p", &Zoom::p, "share of the samples that are zoomed", between(0, 1)), fill_field<Zoom>()};
  }
  void draw(Random& random, Drawn& drawn) const;
};

/// Shears along the rows, about the centre.
struct Shear {
  static constexpr Tag tag{"op", "shear"};
  double max = 10;
  double p = 1;
  std::string fill = "mean";
  static auto fields() {
    return std::tuple{field("max", &Shear::max, "largest angle each way, in degrees", between(0, 80)),
                      field("p", &Shear::p, "share of the samples that are slanted", between(0, 1)),
                      fill_field<Shear>()};
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
    using Self = RandomErasing;
    return std::tuple{
        field("p", &Self::p, "share of the samples that lose a rectangle", between(0, 1)),
        field("area_min", &Self::area_min, "smallest area, as a share of the image", between(0, 1)),
        field("area_max", &Self::area_max, "largest area, as a share of the image", between(0, 1)),
        field("aspect_min", &Self::aspect_min, "smallest height over width", between(0.01, 100)),
        field("aspect_max", &Self::aspect_max, "largest height over width", between(0.01, 100))};
  }
  void check(const std::string& place) const;
  void draw(Random& random, Drawn& drawn) const;
};

/// Sets a square about a random pixel to 0 after normalisation; it may reach over the border (DeVries and
/// Taylor, 2017).
struct Cutout {
  static constexpr Tag tag{"op", "cutout"};
  double size = 0.5;
  double p = 1;
  static auto fields() {
    return std::tuple{
        field("size", &Cutout::size, "side of the square, as a share of the shorter side", between(0, 1)),
        field("p", &Cutout::p, "share of the samples that lose a square", between(0, 1))};
  }
  void draw(Random& random, Drawn& drawn) const;
};

}  // namespace fovea
