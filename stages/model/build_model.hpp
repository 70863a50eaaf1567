#pragma once

#include "graph/stage.hpp"
#include "stages/data/dataset.hpp"
#include "stages/model/architectures/architectures.hpp"
#include "stages/model/defined_layers.hpp"
#include "stages/model/own_modules.hpp"

namespace fovea {

/// Makes an untrained network for a data set: classes and statistics are taken from the data, and the image
/// size where none is given.
/// Each weight begins as its layer says (`WeightInfo::first`), drawn by the seed and its name. Weights of a
/// file take their place where one is given (`match_weights`); what the preprocessing of a model's file says
/// of other things than sizes is kept where the user says nothing of it.
struct BuildModel {
  static constexpr std::string_view name = "build_model";
  static constexpr std::string_view doc =
      "makes a network for a data set, untrained or with the weights of a file";
  static constexpr int version = 6;
  static constexpr bool random = true;

  template <template <class> class As> struct In {
    As<Dataset> data;
    static constexpr auto ports() {
      return std::tuple{field("data", &In::data, "gives image size, classes, mean and standard deviation")};
    }
  };

  template <template <class> class As> struct Out {
    As<Model> model;
    static constexpr auto ports() {
      return std::tuple{field("model", &Out::model, "the network with its first weights")};
    }
  };

  struct Params {
    std::string architecture = "simple_cnn";
    Json settings = Json::object();
    std::vector<DefinedLayer> layers{};
    std::filesystem::path pretrained{};
    Auto<std::vector<std::int64_t>> image_size{};
    std::string fit = "crop";
    double crop_pct = 1;
    std::string interpolation = "bilinear";
    bool antialias = true;
    std::string fill = "mean";
    static auto fields() {
      return std::tuple_cat(std::tuple{field("architecture", &Params::architecture, "which network",
                                             OneOf{OwnModules::all().with_ready()}),
                                       field("settings", &Params::settings,
                                             "of an architecture that a program or a plugin brings along"),
                                       field("layers", &Params::layers,
                                             "the network layer by layer, in place of an architecture; the "
                                             "last layer's features may be \"classes\""),
                                       source("pretrained", &Params::pretrained,
                                              "a .safetensors file, or the .h5 of a model, whose weights are "
                                              "taken by name; \"\" = none; where it tells another number of "
                                              "classes apart, the last layer with weights is new"),
                                       image_size_field<Params>()},
                            fit_fields<Params>());
    }
    void check(const std::string& place) const;
  };

  /// Returns the digest of the plugin that the architecture came from.
  static Json code_named(const Params& params) { return OwnModules::all().code_of(params.architecture); }
  /// Returns the file of the weights, if there is one.
  static std::vector<std::filesystem::path> sources(const Params& params);
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
