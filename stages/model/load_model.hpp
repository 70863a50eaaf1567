#pragma once

#include "graph/stage.hpp"
#include "stages/model/own_modules.hpp"

namespace fovea {

/// Begins from a network that was trained before, in place of `build_model`: to evaluate it, to go on
/// training it, or to train it on other data with the same classes.
struct LoadModel {
  static constexpr std::string_view name = "load_model";
  static constexpr std::string_view doc = "reads a trained network from a model file";
  static constexpr int version = 1;

  template <template <class> class As> using In = NoPorts<As>;
  template <template <class> class As> struct Out {
    As<Model> model;
    static constexpr auto ports() {
      return std::tuple{
          field("model", &Out::model, "the network with its weights, classes and preprocessing")};
    }
  };
  struct Params {
    std::filesystem::path path;
    static auto fields() {
      return std::tuple{
          source("path", &Params::path, "a model file, such as best_model.h5 of a run directory")};
    }
    void check(const std::string& place) const;
  };

  /// Returns the digests of all plugins that bring networks along, as the file may have one of theirs.
  static Json code_named(const Params&) { return OwnModules::all().code(); }
  /// Returns the file; throws `Error` where it is missing.
  static std::vector<std::filesystem::path> sources(const Params& params);
  static Out<Value> run(const In<Value>& in, const Params& params, Context& context);
};

}  // namespace fovea
