#include "graph/setting.hpp"

#include <algorithm>
#include <set>

#include "graph/graph.hpp"

namespace fovea {
namespace {

std::vector<std::string> split_at_dots(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const auto dot = std::min(text.find('.', from), text.size());
    parts.push_back(text.substr(from, dot - from));
    from = dot + 1;
  }
  return parts;
}

/// Whether a stage of a definition has a parameter of that name.
bool has_parameter(const Json& stage, const std::string& name, const Registry& registry) {
  if (!stage.is_object() || !stage.contains("stage") || !stage["stage"].is_string()) return false;
  const auto* info = registry.find(stage["stage"].get<std::string>());
  return info != nullptr && std::any_of(info->params.begin(), info->params.end(),
                                        [&](const FieldInfo& field) { return field.name == name; });
}

/// Returns the stages with a parameter of that name, as the end of an error.
std::string settings_of_parameter(const Json& stages, const std::string& name, const Registry& registry) {
  std::vector<std::string> settings;
  if (stages.is_object()) {
    for (const auto& item : stages.items()) {
      if (has_parameter(item.value(), name, registry)) settings.push_back(quote(item.key() + "." + name));
    }
  }
  if (settings.empty()) return "";
  return (settings.size() == 1 ? "; here it is " : "; here it is one of ") + join(settings, ", ");
}

Error unknown_stage(const Json& definition, const Json& stages, const std::string& name) {
  std::vector<std::string> names;
  if (stages.is_object()) {
    for (const auto& item : stages.items()) names.push_back(item.key());
  }
  const auto copied = name_without_numbers(name);
  if (definition.contains("each") && copied != name && stages.is_object() && stages.contains(copied)) {
    return Error(quote(name) + " is a copy that \"each\" makes; set " + quote(copied) +
                 ", which changes all copies");
  }
  return Error("unknown stage " + quote(name) + stage_suggestion(name, names));
}

/// Returns the object of `each` that gives values to a setting; adds one to the list if there is none.
Json& object_of_each(Json& each, const std::string& setting) {
  for (auto& one : each) {
    if (one.is_object() && one.contains(setting)) return one;
  }
  each.push_back(Json::object());
  return each.back();
}

/// Returns a number such as `.5`, `-.5`, `5.` or `+5` in the notation of JSON.
std::string number_in_json(const std::string& text) {
  const bool minus = text.starts_with('-');
  auto digits = text.substr(minus || text.starts_with('+') ? 1 : 0);
  if (digits.empty() || digits.find_first_not_of("0123456789.eE+-") != std::string::npos) return text;
  if (digits.front() == '.') digits.insert(0, "0");
  if (digits.back() == '.' && digits != "0.") digits.pop_back();
  return (minus ? "-" : "") + digits;
}

}  // namespace

bool overlap(const std::string& setting, const std::string& other) {
  return setting == other || setting.starts_with(other + ".") || other.starts_with(setting + ".");
}

std::vector<const Json*> objects_of_each(const Json& definition) {
  const auto each = definition.find("each");
  if (each == definition.end()) return {};
  if (each->is_object()) return {&*each};
  std::vector<const Json*> objects;
  if (each->is_array()) {
    for (const auto& one : *each) {
      if (one.is_object()) objects.push_back(&one);
    }
  }
  return objects;
}

void expect_not_in_each(const Json& definition, const std::string& setting) {
  for (const auto* each : objects_of_each(definition)) {
    for (const auto& item : each->items()) {
      if (!overlap(item.key(), setting)) continue;
      throw Error("\"each\" gives " + (item.key() == setting ? "it" : quote(item.key())) + " " +
                  shown(item.value()) + "; change that list, as --set each." + item.key() + "=[...]");
    }
  }
}

std::vector<std::string> place_of_setting(const Json& definition, const std::string& setting,
                                          const Registry& registry) {
  auto parts = split_at_dots(setting);
  static const auto none = Json::object();
  const auto found = definition.find("stages");
  const auto& stages = found == definition.end() ? none : *found;
  const bool is_stage = stages.is_object() && stages.contains(parts[0]);
  if (parts[0] == "each" && !is_stage) {
    if (parts.size() == 1) return {"each"};
    return {"each", setting.substr(setting.find('.') + 1)};
  }
  if (parts.size() == 1) {
    if (parts[0] == "seed" || parts[0] == "name") return parts;
    throw Error("expected a parameter of a stage, such as train.epochs, or seed, or name" +
                settings_of_parameter(stages, parts[0], registry));
  }
  if (!is_stage) throw unknown_stage(definition, stages, parts[0]);
  const bool own_seed =
      parts.size() == 2 && parts[1] == "seed" && !has_parameter(stages[parts[0]], "seed", registry);
  std::vector<std::string> place{"stages", parts[0]};
  if (!own_seed) place.emplace_back("params");
  place.insert(place.end(), parts.begin() + 1, parts.end());
  return place;
}

Json& value_at(Json& json, std::span<const std::string> keys) {
  auto* target = &json;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!target->is_object() && !target->is_null()) {
      throw Error((i > 0 ? quote(keys[i - 1]) : "the whole") + " is " + std::string(kind_of(*target)) +
                  ", not an object");
    }
    target = &(*target)[keys[i]];
  }
  return *target;
}

void set_value(Json& definition, const std::string& setting, Json value, const Registry& registry) {
  const auto place = place_of_setting(definition, setting, registry);
  expect_not_in_each(definition, setting);
  if (place.size() == 2 && place[0] == "each" && definition.contains("each") &&
      definition["each"].is_array()) {
    object_of_each(definition["each"], place[1])[place[1]] = std::move(value);
    return;
  }
  value_at(definition, place) = std::move(value);
}

Json value_of_text(const std::string& text) {
  if (Json::accept(text)) return parse_json(text);
  const auto number = number_in_json(text);
  return Json::accept(number) ? parse_json(number) : Json(text);
}

void apply_settings(Json& definition, std::span<const std::string> settings, const Registry& registry) {
  std::set<std::string> given;
  for (const auto& setting : settings) {
    const auto place = setting.substr(0, setting.find('='));
    if (!given.insert(place).second) throw Error("--set " + place + ": is given twice; give it once");
    apply_setting(definition, setting, registry);
  }
}

void apply_setting(Json& definition, const std::string& setting, const Registry& registry) {
  at("--set " + setting, [&] {
    const auto equals = setting.find('=');
    if (equals == std::string::npos) {
      throw Error("expected stage.param=VALUE, such as train.learning_rate=0.002");
    }
    set_value(definition, setting.substr(0, equals), value_of_text(setting.substr(equals + 1)), registry);
  });
}

}  // namespace fovea
