#pragma once

#include "stages/data/ops/drawn.hpp"
#include "stages/data/ops/op_fields.hpp"

// Ops that change colours, applied in the order of the policy and after all that move pixels. Each is that of
// Pillow and torchvision: geometric_ops.hpp defines an op, colours.cpp has the formulas.

namespace fovea {

/// Mixes with black; factors above 1 brighten.
struct Brightness {
  static constexpr Tag tag{"op", "brightness"};
  double max = 0.2;
  double p = 1;
  static auto fields() { return factor_fields<Brightness>(); }
  void draw(Random& random, Drawn& drawn) const;
};

/// Mixes with the image's mean gray; factors above 1 raise the contrast.
struct Contrast {
  static constexpr Tag tag{"op", "contrast"};
  double max = 0.2;
  double p = 1;
  static auto fields() { return factor_fields<Contrast>(); }
  void draw(Random& random, Drawn& drawn) const;
};

/// Mixes with the gray image; factors above 1 raise the saturation. Gray images stay as they are.
struct Saturation {
  static constexpr Tag tag{"op", "saturation"};
  double max = 0.2;
  double p = 1;
  static auto fields() { return factor_fields<Saturation>(); }
  void draw(Random& random, Drawn& drawn) const;
};

/// Rotates the hue. Gray images stay as they are.
struct Hue {
  static constexpr Tag tag{"op", "hue"};
  double max = 0.05;
  double p = 1;
  static auto fields() {
    return max_fields<Hue>("largest turn each way, as a share of the whole circle", 0.5);
  }
  void draw(Random& random, Drawn& drawn) const;
};

/// Removes the colour and keeps three channels.
struct Grayscale {
  static constexpr Tag tag{"op", "grayscale"};
  double p = 0.1;
  static auto fields() { return std::tuple{share_field<Grayscale>()}; }
  void draw(Random& random, Drawn& drawn) const;
};

/// Gaussian blur.
struct Blur {
  static constexpr Tag tag{"op", "blur"};
  double sigma_min = 0.1;
  double sigma_max = 2;
  double p = 0.5;
  static auto fields() {
    return std::tuple{
        field("sigma_min", &Blur::sigma_min, "smallest standard deviation, in pixels", between(0.01, 32)),
        field("sigma_max", &Blur::sigma_max, "largest standard deviation, in pixels", between(0.01, 32)),
        share_field<Blur>()};
  }
  void check(const std::string& place) const;
  void draw(Random& random, Drawn& drawn) const;
};

/// Adds nearly normal noise to each value: the sum of four uniform numbers.
struct Noise {
  static constexpr Tag tag{"op", "noise"};
  double max = 0.05;
  double p = 0.5;
  static auto fields() {
    return max_fields<Noise>("largest standard deviation, as a share of the range of values", 1);
  }
  void draw(Random& random, Drawn& drawn) const;
};

/// Keeps only the upper bits of each value.
struct Posterize {
  static constexpr Tag tag{"op", "posterize"};
  std::int64_t bits = 4;
  double p = 0.5;
  static auto fields() {
    return std::tuple{field("bits", &Posterize::bits, "that are kept of eight", between(1, 8)),
                      share_field<Posterize>()};
  }
  void draw(Random& random, Drawn& drawn) const;
};

/// Inverts the values from a threshold on.
struct Solarize {
  static constexpr Tag tag{"op", "solarize"};
  double threshold = 0.5;
  double p = 0.5;
  static auto fields() {
    return std::tuple{
        field("threshold", &Solarize::threshold, "as a share of the range of values", between(0, 1)),
        share_field<Solarize>()};
  }
  void draw(Random& random, Drawn& drawn) const;
};

/// Makes all values of a channel about equally frequent.
struct Equalize {
  static constexpr Tag tag{"op", "equalize"};
  double p = 0.5;
  static auto fields() { return std::tuple{share_field<Equalize>()}; }
  void draw(Random& random, Drawn& drawn) const;
};

/// Stretches each channel to the whole range of values.
struct Autocontrast {
  static constexpr Tag tag{"op", "autocontrast"};
  double p = 0.5;
  static auto fields() { return std::tuple{share_field<Autocontrast>()}; }
  void draw(Random& random, Drawn& drawn) const;
};

/// Mixes with a smoothed image; factors above 1 sharpen.
struct Sharpness {
  static constexpr Tag tag{"op", "sharpness"};
  double max = 1;
  double p = 0.5;
  static auto fields() { return factor_fields<Sharpness>(); }
  void draw(Random& random, Drawn& drawn) const;
};

}  // namespace fovea
