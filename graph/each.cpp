#include "graph/each.hpp"

#include <algorithm>
#include <set>

#include "graph/definition.hpp"
#include "graph/setting.hpp"

namespace fovea {
namespace {

/// One setting of `each`, the keys of its place in the definition, and its values.
struct EachSetting {
  std::string name;
  std::vector<std::string> place;
  Json values;
};

bool is_pipelines_seed(const EachSetting& setting) {
  return setting.place.size() == 1;
}

EachSetting read_setting(const std::string& name, const Json& values, const Json& written,
                         const Registry& registry) {
  return at("each." + name, [&]() -> EachSetting {
    auto place = place_of_setting(written, name, registry);
    if (place[0] != "stages" && place[0] != "seed") {
      throw Error("can't have several values; only a parameter or a seed can, as in \"seed\": [0, 1, 2]");
    }
    if (!values.is_array() || values.empty()) {
      throw Error("expected a list of at least one value, got " + shown(values));
    }
    return {name, std::move(place), values};
  });
}

/// Values that are the same for all settings would be one run that is counted twice.
void expect_different(const std::vector<EachSetting>& settings) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t k = 0; k < settings[0].values.size(); ++k) {
    Json together = Json::array();
    for (const auto& setting : settings) together.push_back(setting.values[k]);
    const auto [earlier, is_new] = seen.emplace(canonical(together), k);
    if (!is_new) {
      throw Error("each: the values at " + std::to_string(earlier->second) + " and " + std::to_string(k) +
                  " are the same; give different ones");
    }
  }
}

std::vector<EachSetting> read_settings(const Json& each, const Json& written, const Registry& registry) {
  if (!each.is_object()) throw Error("each: expected an object, got " + shown(each));
  std::vector<EachSetting> settings;
  for (const auto& item : each.items()) {
    settings.push_back(read_setting(item.key(), item.value(), written, registry));
    const auto first = settings.front().values.size(), here = settings.back().values.size();
    if (first != here) {
      throw Error("each." + item.key() + ": " + std::to_string(here) + " values, but " +
                  quote(settings.front().name) + " has " + std::to_string(first) +
                  "; lists that go together are equally long");
    }
  }
  if (!settings.empty()) expect_different(settings);
  return settings;
}

/// An error of reading the definition with the values number `k`, told of the setting that gave the value.
Error told_of_setting(const Error& error, const std::vector<EachSetting>& settings, std::size_t k) {
  const std::string text = error.what();
  for (const auto& [name, keys, values] : settings) {
    const auto place = join(keys, ".");
    const auto here = "each." + name + "[" + std::to_string(k) + "]";
    const auto rest = text.substr(std::min(place.size(), text.size()));
    if (text.starts_with(place) && (rest.starts_with(':') || rest.starts_with('.') || rest.starts_with('[')))
      return Error(here + rest);
    const auto above = join(std::vector(keys.begin(), keys.end() - 1), ".");
    const auto unknown = ": unknown parameter " + quote(keys.back());
    if (text.starts_with(above + unknown)) return Error("each." + name + text.substr(above.size()));
  }
  return error;
}

class Unroller {
 public:
  Unroller(const Json& definition, const Registry& registry) : written_(definition), registry_(registry) {
    const auto each = definition.at("each");
    written_.erase("each");
    settings_ = read_settings(each, written_, registry);
  }

  Json unrolled() {
    if (settings_.empty()) return written_;
    const auto count = settings_.front().values.size();
    if (count > max_stages) refuse(count);
    variants_.push_back(checked_variant(0));
    find_unrolled();
    const auto total = written_.at("stages").size() + unrolled_.size() * (count - 1);
    if (total > max_stages) refuse(total);
    for (std::size_t k = 1; k < count; ++k) variants_.push_back(checked_variant(k));
    auto result = written_;
    result["stages"] = stages();
    return result;
  }

 private:
  [[noreturn]] static void refuse(std::size_t stages) {
    throw Error("each: makes " + std::to_string(stages) + " stages; at most " + std::to_string(max_stages));
  }

  /// The definition with the values number `k`, which is a pipeline by itself.
  Json checked_variant(std::size_t k) const try {
    auto variant = written_;
    for (const auto& setting : settings_) {
      at("each." + setting.name, [&] { set_value(variant, setting.name, setting.values[k], registry_); });
    }
    read_definition(variant, registry_);
    return variant;
  } catch (const Error& error) {
    throw told_of_setting(error, settings_, k);
  }

  const StageInfo& info_of(const Json& stage) const {
    return *registry_.find(stage.at("stage").get<std::string>());
  }

  bool bears_on(const EachSetting& setting, const Node& node) const {
    if (!is_pipelines_seed(setting)) return setting.place[1] == node.name;
    return node.stage->random && !variants_[0].at("stages").at(node.name).contains("seed");
  }

  void find_unrolled() {
    const auto graph = read_definition(variants_[0], registry_);
    for (const auto& setting : settings_) {
      if (std::none_of(graph.nodes().begin(), graph.nodes().end(),
                       [&](const Node& node) { return bears_on(setting, node); })) {
        throw Error("each." + setting.name + ": no stage here uses the pipeline's seed; leave it out");
      }
    }
    for (const auto& node : graph.nodes()) {
      const bool set = std::any_of(settings_.begin(), settings_.end(),
                                   [&](const EachSetting& setting) { return bears_on(setting, node); });
      const bool behind = std::any_of(node.inputs.begin(), node.inputs.end(), [&](const Wire& wire) {
        return !node.stage->inputs[wire.input].many && unrolled_.contains(graph.nodes()[wire.node].name);
      });
      if (set || behind) unrolled_.insert(node.name);
    }
  }

  static std::string copy_name(const std::string& name, std::size_t k) {
    return name + "_" + std::to_string(k + 1);
  }

  /// The wire, which for an unrolled stage is that of its copy number `k`.
  std::string wire_of_copy(const std::string& wire, std::size_t k) const {
    const auto dot = wire.find('.');
    const auto name = wire.substr(0, dot);
    return unrolled_.contains(name) ? copy_name(name, k) + wire.substr(dot) : wire;
  }

  /// Every wire of a list, and of each to an unrolled stage those of all its copies.
  Json wires_of_list(const Json& list) const {
    Json wires = Json::array();
    for (const auto& item : list.is_array() ? list : Json::array({list})) {
      const auto wire = item.get<std::string>();
      const bool many = unrolled_.contains(wire.substr(0, wire.find('.')));
      for (std::size_t k = 0; k < (many ? variants_.size() : 1); ++k) wires.push_back(wire_of_copy(wire, k));
    }
    return wires;
  }

  /// A stage as it stands in the variant number `k`, wired to the copies of that number.
  Json copy_of(const std::string& name, std::size_t k) const {
    auto stage = variants_[k].at("stages").at(name);
    const auto& info = info_of(stage);
    for (const auto& port : info.inputs) {
      auto& wires = stage["inputs"][port.name];
      wires = port.many ? wires_of_list(wires) : Json(wire_of_copy(wires.get<std::string>(), k));
    }
    const bool seeded = std::any_of(settings_.begin(), settings_.end(), is_pipelines_seed);
    if (seeded && info.random && !stage.contains("seed")) stage["seed"] = variants_[k].at("seed");
    return stage;
  }

  Json stages() const {
    Json all = Json::object();
    std::set<std::string> names;
    for (const auto& item : written_.at("stages").items()) {
      const bool copied = unrolled_.contains(item.key());
      for (std::size_t k = 0; k < (copied ? variants_.size() : 1); ++k) {
        const auto name = copied ? copy_name(item.key(), k) : item.key();
        if (!names.insert(name).second || (copied && written_.at("stages").contains(name))) {
          throw Error("each: stage " + quote(item.key()) + " becomes " + quote(name) +
                      ", but there is one of that name already; give one of the two another name");
        }
        all.get_ref<Json::object_t&>().push_back({name, copy_of(item.key(), k)});
      }
    }
    return all;
  }

  Json written_;
  const Registry& registry_;
  std::vector<EachSetting> settings_;
  std::vector<Json> variants_;  ///< the definition with each of the values
  std::set<std::string> unrolled_;
};

}  // namespace

Json unroll_each(const Json& definition, const Registry& registry) {
  return Unroller(definition, registry).unrolled();
}

void resolve_paths_in_each(Json& definition, const Registry& registry, const std::filesystem::path& folder) {
  const auto each = definition.find("each");
  if (each == definition.end() || !each->is_object()) return;
  const auto& stages = definition.at("stages");
  for (auto& item : each->items()) {
    const auto stage = stages.find(item.key().substr(0, item.key().find('.')));
    if (stage == stages.end() || !stage->is_object() || !item.value().is_array()) continue;
    const auto kind = stage->value("stage", Json());
    const auto* info = kind.is_string() ? registry.find(kind.get<std::string>()) : nullptr;
    const auto place = place_of_setting(definition, item.key(), registry);
    if (info == nullptr || place.size() < 4) continue;
    const auto keys = std::span(place).subspan(3);
    for (auto& value : item.value()) {
      Json params = Json::object();
      value_at(params, keys) = value;
      resolve_paths_in(params, info->params, folder);
      value = value_at(params, keys);
    }
  }
}

}  // namespace fovea
