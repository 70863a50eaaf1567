#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "stages/model/model.hpp"

namespace fovea {

struct TorchModule;

/// A network that a program or a plugin brings along as a `torch::nn::Module`; `add_module` makes one.
struct OwnNetwork {
  std::string name;
  std::string doc;
  /// Returns settings with all that they leave out. Throws `Error` that begins with the place.
  std::function<Json(const Json& settings, const std::string& place)> settled;
  /// Makes the module for the sizes and classes of a specification.
  std::function<std::shared_ptr<TorchModule>(const Json& settings, const Specification& sizes)> make;
  /// Makes the module the layer of a specification that has its sizes, and returns its first weights, which
  /// the seed decides. Throws `Error` where it does not give a number a class.
  std::function<std::vector<NamedArray>(Specification& specification, const Json& settings,
                                        std::uint64_t seed)>
      begin;
};

/// Registry of the networks that a program or a plugin brings along; `build_model.architecture` names them
/// like the ready-made ones. A name stands for one behaviour: a module that computes something else needs
/// another. Add them before pipelines that use them are read.
class OwnModules {
 public:
  /// Returns the registry of this program.
  static OwnModules& all();

  /// Throws `Error` where an architecture has that name.
  void add(OwnNetwork network);
  /// Returns the network of that name, or null.
  const OwnNetwork* find(const std::string& name) const;
  /// Returns the network of that name. Throws `Error` that says who may bring it along.
  const OwnNetwork& get(const OwnModule& layer) const;
  /// Returns the names of ready-made architectures and those that were added.
  std::vector<std::string> with_ready() const;
  /// Returns the digest of the plugin that added it, by the plugin's name; empty for one of the program's
  /// own.
  Json code_of(const std::string& name) const;
  /// Returns the digests of all plugins that added some.
  Json code() const;

 private:
  struct Added {
    std::unique_ptr<const OwnNetwork> network;
    Json code;
  };
  std::vector<Added> added_;
};

/// Returns the module that is the network, or null where it is made of layers.
const OwnModule* own_module_of(const Specification& specification);

/// Throws `Error` of the shape "WHAT, and nothing is known of what the module computes; ADVICE".
[[noreturn]] void refuse(const OwnModule& module, const std::string& what, const std::string& advice);
/// Refuses a network that is a module of one's own, where its layers would have to be known.
void expect_layers(const Specification& specification, const std::string& what, const std::string& advice);

}  // namespace fovea
