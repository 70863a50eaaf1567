#pragma once

#include "graph/params.hpp"
#include "stages/data/dataset.hpp"

namespace fovea {

/// Coloured shapes that need no file: a class is a shape; with more than 10 classes also a colour (a
/// brightness in gray images), with more than 100 also a pattern. Place, size, angle, background and noise
/// are random.
struct Synthetic {
  std::int64_t samples = 6000;
  std::int64_t classes = 10;
  std::int64_t height = 28;
  std::int64_t width = 28;
  std::int64_t channels = 1;
  std::int64_t seed = 0;
  static auto fields() {
    return std::tuple{field("samples", &Synthetic::samples,
                            "training images; a sixth as many test images are added", between(1, 10'000'000)),
                      field("classes", &Synthetic::classes, "classes, of equal size", between(1, 1000)),
                      field("height", &Synthetic::height, "of the images, in pixels", between(8, 1024)),
                      field("width", &Synthetic::width, "of the images, in pixels", between(8, 1024)),
                      field("channels", &Synthetic::channels, "1 (gray) or 3 (RGB)", between(1, 3)),
                      field("seed", &Synthetic::seed, "another seed gives other images", at_least(0))};
  }
  void check(const std::string& place) const;
};

/// Returns the name of a class: "circle", "red circle", "red striped circle".
std::string synthetic_class_name(std::size_t label, std::size_t classes, std::size_t channels);

/// Draws the images. Class names are set, statistics are left empty.
Dataset make_synthetic(const Synthetic& params);

}  // namespace fovea
