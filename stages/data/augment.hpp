#pragma once

#include "graph/stage.hpp"
#include "stages/data/batches.hpp"

namespace fovea {

/// Writes down how training batches are made: it computes nothing on the images, the training carries it out.
struct Augment {
  static constexpr std::string_view name = "augment";
  static constexpr std::string_view doc = "says how training images are varied and normalised";
  static constexpr int version = 1;
  static constexpr bool random = true;

  template <template <class> class As>
  struct In {
    As<Dataset> data;
    static auto ports() { return std::tuple{field("data", &In::data, "the images to train on")}; }
  };
  template <template <class> class As>
  struct Out {
    As<Batches> batches;
    static auto ports() {
      return std::tuple{field("batches", &Out::batches, "the recipe of the training batches")};
    }
  };
  struct Params {
    Policy policy;
    static auto fields() {
      return std::tuple{
          field("policy", &Params::policy, "what is done to each image, in order; [] = nothing")};
    }
    void check(const std::string& place) const { check_policy(policy, place + ".policy"); }
  };
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
