#pragma once

#include "graph/registry.hpp"

namespace fovea {

/// One setting of `each`: where it is given, the keys of its place in the definition, and its values.
struct EachSetting {
  std::string name;
  std::string given;  ///< "each.train.epochs", or "each[1].train.epochs" in a list
  std::vector<std::string> place;
  Json values;

  bool is_pipelines_seed() const { return place.size() == 1; }
};

/// Settings whose values go together: an object of `each`.
struct Axis {
  std::string given;  ///< "each", or "each[1]"
  std::vector<EachSetting> settings;

  std::size_t size() const { return settings.front().values.size(); }
};

/// A number of a value for every axis; 0 for those that do not bear on what is meant.
using Choice = std::vector<std::size_t>;

/// Reads `each`: an object, or a list of objects that are combined. Throws `Error` that begins with the place
/// where a setting is not there, is given twice, or has lists that do not go together.
std::vector<Axis> read_axes(const Json& each, const Json& definition, const Registry& registry);

/// An error of reading the definition with values of settings, told of the setting that gave the value.
Error told_of_setting(const Error& error, const std::vector<Axis>& axes, const Choice& choice);

}  // namespace fovea
