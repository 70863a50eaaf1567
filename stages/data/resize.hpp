#pragma once

#include "graph/stage.hpp"
#include "stages/data/dataset.hpp"

namespace fovea {

/// Resizes every image once and keeps it as pixels, so that encoded images need not be decoded in every
/// epoch. The filter is bilinear, and as wide as the step where images become smaller.
struct Resize {
  static constexpr std::string_view name = "resize";
  static constexpr std::string_view doc = "makes all images one size, decoded once";
  static constexpr int version = 3;

  template <template <class> class As>
  struct In {
    As<Dataset> data;
    static auto ports() { return std::tuple{field("data", &In::data, "images of any size")}; }
  };
  template <template <class> class As>
  struct Out {
    As<Dataset> data;
    static auto ports() { return std::tuple{field("data", &Out::data, "the same images in the new size")}; }
  };
  struct Params {
    std::int64_t height = 64;
    std::int64_t width = 64;
    std::string fit = "crop";
    static auto fields() {
      return std::tuple{
          field("height", &Params::height, "of all images, in pixels", between(1, 4096)),
          field("width", &Params::width, "of all images, in pixels", between(1, 4096)),
          field(
              "fit", &Params::fit,
              "crop: the largest part in the middle that has the new proportions; stretch: all of the image",
              one_of({"crop", "stretch"}))};
    }
  };
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
