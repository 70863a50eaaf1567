#pragma once

#include "graph/registry.hpp"

namespace fovea {

/// Where a setting stands in a definition, key by key: `train.schedule.type` is at
/// stages.train.params.schedule.type, `train.seed` at stages.train.seed (unless the stage has a parameter of
/// that name), and `seed`, `name` and `each.seed` are of the pipeline itself. Throws `Error` for a stage that
/// is not there.
std::vector<std::string> place_of_setting(const Json& definition, const std::string& setting,
                                          const Registry& registry);

/// The value at the end of a way of keys, whose objects are made where they are missing. Throws `Error` where
/// something on the way is no object.
Json& value_at(Json& json, std::span<const std::string> keys);

/// Whether two settings are the same, or one is part of the other, as `train.schedule.type` of
/// `train.schedule`.
bool overlap(const std::string& setting, const std::string& other);

/// The objects of `each`, whose lists go together: itself, or those of its list; what is none is left out.
std::vector<const Json*> objects_of_each(const Json& definition);

/// Throws `Error` where `each` gives values to a setting, or to a part of it, so that another would be lost.
void expect_not_in_each(const Json& definition, const std::string& setting);

/// Sets a value in a definition. Throws `Error` where there is no such stage, or where `each` gives values to
/// the same.
void set_value(Json& definition, const std::string& setting, Json value, const Registry& registry);

/// The value that a text stands for: JSON, a number as others write it (`.5`, `+5`), or else the text itself.
Json value_of_text(const std::string& text);

/// Changes one value of a definition, as `train.learning_rate=0.002` or `seed=3` says. Throws `Error` that
/// begins with `--set`.
void apply_setting(Json& definition, const std::string& setting, const Registry& registry);

/// Changes them all, in their order. Throws `Error` where one is given twice.
void apply_settings(Json& definition, std::span<const std::string> settings, const Registry& registry);

}  // namespace fovea
