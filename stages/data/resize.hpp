#pragma once

#include "graph/stage.hpp"
#include "stages/data/dataset.hpp"
#include "stages/data/preprocessing.hpp"

namespace fovea {

/// Makes every image the same size once, as pixels, so that encoded images need not be decoded again in every
/// epoch.
struct Resize {
  static constexpr std::string_view name = "resize";
  static constexpr std::string_view doc = "makes all images one size, decoded once";
  static constexpr int version = 5;

  template <template <class> class As> struct In {
    As<Dataset> data;
    static auto ports() { return std::tuple{field("data", &In::data, "images of any size")}; }
  };
  template <template <class> class As> struct Out {
    As<Dataset> data;
    static auto ports() { return std::tuple{field("data", &Out::data, "the same images in the new size")}; }
  };
  struct Params {
    std::int64_t height = 64;
    std::int64_t width = 64;
    std::string fit = "crop";
    double crop_pct = 1;
    std::string interpolation = "bilinear";
    bool antialias = true;
    std::string fill = "mean";
    static auto fields() {
      return std::tuple_cat(
          std::tuple{field("height", &Params::height, "of all images, in pixels", between(1, 4096)),
                     field("width", &Params::width, "of all images, in pixels", between(1, 4096))},
          fit_fields<Params>());
    }
    void check(const std::string& place) const { fit_settings(*this).check(place); }
  };
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
