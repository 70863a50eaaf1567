#pragma once

#include "graph/stage.hpp"
#include "stages/data/augmentation_recipe.hpp"
#include "stages/figures/picture.hpp"

namespace fovea {

/// Makes the recipe of training batches, and draws a few samples; training carries it out.
struct Augment {
  static constexpr std::string_view name = "augment";
  static constexpr std::string_view doc = "says how training images are varied and normalised";
  static constexpr int version = 7;
  static constexpr bool random = true;

  template <template <class> class As> struct In {
    As<Dataset> data;
    static auto ports() { return std::tuple{field("data", &In::data, "the images to train on")}; }
  };
  template <template <class> class As> struct Out {
    As<AugmentationRecipe> batches;
    As<Figures> samples;
    static auto ports() {
      return std::tuple{
          field("batches", &Out::batches, "the recipe of the training batches"),
          tracked("samples", &Out::samples, "augmentation_samples.png: images beside what becomes of them",
                  "visualizations")};
    }
  };
  struct Params {
    Policy policy;
    Auto<std::vector<std::int64_t>> image_size;
    std::string fit = "crop";
    double crop_pct = 1;
    std::string interpolation = "bilinear";
    bool antialias = true;
    std::string fill = "mean";
    std::vector<std::string> formats{"png"};
    std::int64_t width = 1600;
    std::int64_t height = 1200;
    static auto fields() {
      return std::tuple_cat(
          std::tuple{field("policy", &Params::policy, "what is done to each image, in order; [] = nothing"),
                     image_size_field<Params>()},
          fit_fields<Params>(), picture_fields<Params>());
    }
    void check(const std::string& place) const {
      check_policy(policy, place + ".policy");
      check_image_size(image_size, place);
      fit_settings(*this).check(place);
    }
  };
  static Json made_with() { return drawn_with(); }
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
