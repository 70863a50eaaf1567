#pragma once

#include "graph/registry.hpp"

namespace fovea {

/// One setting of `each`: its place in `each`, its place in the definition as keys, and its values.
struct EachSetting {
  std::string name;
  std::string given;  ///< "each.train.epochs", or "each[1].train.epochs" in a list
  std::vector<std::string> place;
  Json values;

  bool is_pipelines_seed() const { return place.size() == 1; }
};

/// One object of `each`: settings whose values go together.
struct Axis {
  std::string given;  ///< "each", or "each[1]"
  std::vector<EachSetting> settings;

  std::size_t size() const { return settings.front().values.size(); }
};

/// The index of a value for every axis; 0 for the axes that do not apply.
using Choice = std::vector<std::size_t>;

/// Reads `each`: an object, or a list of objects that are combined. Throws `Error` that begins with the place
/// if a setting does not exist, is given twice, or has lists of other lengths than the rest of its object.
std::vector<Axis> read_axes(const Json& each, const Json& definition, const Registry& registry);

/// Returns an error about the unrolled definition as an error about the setting that gave the value.
Error told_of_setting(const Error& error, const std::vector<Axis>& axes, const Choice& choice);

}  // namespace fovea
