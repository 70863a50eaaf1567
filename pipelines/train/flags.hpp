#pragma once

#include "graph/error.hpp"
#include "graph/registry.hpp"

namespace fovea {

/// A flag of `fovea train` and the place in a definition that it sets: a kind of stage and its parameter, as
/// "train.schedule.type", or "seed".
struct TrainFlag {
  std::string name;  ///< "--lr-schedule"
  std::string place;
  std::string group;  ///< the heading that it stands under in --help
};

/// A flag whose parameter is there, with what the parameter says of itself.
struct OfferedFlag {
  TrainFlag flag;
  std::string doc;       ///< what it does, what it allows, and its default
  bool is_switch;        ///< takes no value: given, it means the opposite of the default
  bool none_is_allowed;  ///< the word "none" stands for null
  std::string given{};   ///< the value that a switch means
};

/// The flags whose parameters the stages of the registry declare: a flag comes with its parameter.
std::vector<OfferedFlag> offered_flags(const Registry& registry);

/// A flag as it was typed.
struct TypedFlag {
  OfferedFlag offered;
  std::string value;
};

/// The only stage of that kind in a definition. Throws `Error` where there is none, or several.
std::string only_stage(const Json& definition, const std::string& kind);

/// Sets what a typed flag says. Throws `Error` that begins with the flag where the definition has no stage
/// for it, or several.
void apply_flag(Json& definition, const TypedFlag& typed, const Registry& registry);

/// An error of reading `definition`, told of the flag that set the value where one did: `--epochs: 0 is not
/// allowed; ...` instead of `stages.train.params.epochs: ...`. Nothing where the value is from elsewhere.
std::optional<Error> told_of_flag(const Error& error, const Json& definition,
                                  const std::vector<TypedFlag>& typed);

}  // namespace fovea
