#pragma once

#include "graph/registry.hpp"

namespace fovea {

/// Returns the place of a setting in a definition, as keys: `train.schedule.type` is at
/// stages.train.params.schedule.type, `train.seed` at stages.train.seed (unless the stage has a parameter of
/// that name), and `seed`, `name` and `each.seed` belong to the pipeline. Throws `Error` for an unknown
/// stage.
std::vector<std::string> place_of_setting(const Json& definition, const std::string& setting,
                                          const Registry& registry);

/// Returns the value at the end of a path of keys and creates missing objects on the way. Throws `Error` if a
/// value on the way is not an object.
Json& value_at(Json& json, std::span<const std::string> keys);

/// Whether two settings are equal, or one is part of the other, as `train.schedule.type` of `train.schedule`.
bool overlap(const std::string& setting, const std::string& other);

/// Returns the objects of `each`: `each` itself, or the objects of its list. Values that are no objects are
/// left out.
std::vector<const Json*> objects_of_each(const Json& definition);

/// Throws `Error` if `each` gives values to the setting or to a part of it, so that they would be lost.
void expect_not_in_each(const Json& definition, const std::string& setting);

/// Sets a value in a definition. Throws `Error` if there is no such stage, or if `each` gives values to the
/// same setting.
void set_value(Json& definition, const std::string& setting, Json value, const Registry& registry);

/// Parses the value of a text: JSON, a number without a leading digit or with a plus (`.5`, `+5`), or else
/// the text itself.
Json value_of_text(const std::string& text);

/// Changes one value of a definition, as in `train.learning_rate=0.002` or `seed=3`. Throws `Error` that
/// begins with `--set`.
void apply_setting(Json& definition, const std::string& setting, const Registry& registry);

/// Applies all settings in order. Throws `Error` if one is given twice.
void apply_settings(Json& definition, std::span<const std::string> settings, const Registry& registry);

}  // namespace fovea
