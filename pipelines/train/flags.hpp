#pragma once

#include "graph/error.hpp"
#include "graph/registry.hpp"

namespace fovea {

/// A flag of `fovea train` and the place in a definition that it sets: a kind of stage and its parameter, as
/// "train.schedule.type", or "seed".
struct TrainFlag {
  std::string name;  ///< "--lr-schedule"
  std::string place;
  std::string group;  ///< its heading in --help
};

/// A flag whose parameter exists, with the parameter's documentation.
struct OfferedFlag {
  TrainFlag flag;
  std::string doc;       ///< the meaning, the allowed values, and the default
  bool is_switch;        ///< takes no value and sets the opposite of the default
  bool none_is_allowed;  ///< the value "none" means null
  std::string given{};   ///< the value that a switch sets
};

/// Returns the flags whose parameters are declared by stages of the registry.
std::vector<OfferedFlag> offered_flags(const Registry& registry);

/// A flag on the command line and its value.
struct TypedFlag {
  OfferedFlag offered;
  std::string value;
};

/// Returns the only stage of that kind in a definition. Throws `Error` if there is none, or several.
std::string only_stage(const Json& definition, const std::string& kind);

/// Sets the value of a flag in a definition. Throws `Error` that begins with the flag if the definition has
/// no stage for it, or several.
void apply_flag(Json& definition, const TypedFlag& typed, const Registry& registry);

/// Translates an error about `definition` into one about the flag that set the value: `--epochs: 0 is not
/// allowed; ...` instead of `stages.train.params.epochs: ...`. Nothing if no flag set the value.
std::optional<Error> told_of_flag(const Error& error, const Json& definition,
                                  const std::vector<TypedFlag>& typed);

}  // namespace fovea
