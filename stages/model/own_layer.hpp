#pragma once

#include "graph/params.hpp"

namespace fovea {

/// A parameter or buffer of a module, called as in its state_dict.
struct ModuleState {
  std::string name;
  std::vector<std::int64_t> shape{};
  bool buffer = false;
  static auto fields() {
    return std::tuple{
        field("name", &ModuleState::name, "as in a state_dict"),
        field("shape", &ModuleState::shape, "its lengths; none for one number", between(0, 1 << 24)),
        field("buffer", &ModuleState::buffer, "whether it is not trained")};
  }
};

/// A module in the tree of another, which follows the one that it is part of.
struct ModulePart {
  std::string name;
  std::string type;
  std::int64_t depth = 0;
  std::int64_t parameters = 0;
  static auto fields() {
    return std::tuple{
        field("name", &ModulePart::name, "what the module that it is part of calls it"),
        field("type", &ModulePart::type, "its class"),
        field("depth", &ModulePart::depth, "0 for the whole, 1 for its children", between(0, 1000)),
        field("parameters", &ModulePart::parameters, "trained numbers, with those of its parts",
              at_least(0))};
  }
};

/// A `torch::nn::Module` that a program or a plugin brings along under a name (`add_module`); always the only
/// layer of its network. Its weights and its parts are known, and nothing of what it computes.
struct OwnModule {
  static constexpr Tag tag{"layer", "module"};
  std::string module;
  Json settings = Json::object();
  std::int64_t features = 1;
  std::vector<ModuleState> state{};
  std::vector<ModulePart> parts{};
  Json code = Json::object();
  static auto fields() {
    return std::tuple{field("module", &OwnModule::module, "the name that it was added under"),
                      field("settings", &OwnModule::settings, "its own settings, all of them"),
                      field("features", &OwnModule::features, "values that come out", between(1, 1 << 20)),
                      field("state", &OwnModule::state, "its parameters and buffers"),
                      field("parts", &OwnModule::parts, "the tree of its children"),
                      field("code", &OwnModule::code, "the digest of the plugin that it came from")};
  }
};

}  // namespace fovea
