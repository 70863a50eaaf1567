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

/// Of two settings of one place the later one would wipe out the other.
void expect_apart(const std::vector<EachSetting>& settings) {
  for (std::size_t i = 0; i < settings.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!overlap(settings[i].name, settings[j].name)) continue;
      throw Error("each." + settings[i].name + ": is given by " + quote(settings[j].name) +
                  " as well; leave out one of the two");
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
  expect_apart(settings);
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

/// Runs `body`, whose errors are about the values number `k`.
template <class Body>
auto told(const std::vector<EachSetting>& settings, std::size_t k, Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    throw told_of_setting(error, settings, k);
  }
}

class Unroller {
 public:
  Unroller(const Json& definition, const Registry& registry) : written_(definition), registry_(registry) {
    const auto& each = definition.at("each");
    written_.erase("each");
    settings_ = read_settings(each, written_, registry);
  }

  Json unrolled() {
    if (settings_.empty()) return written_;
    first_ = with_values(written_, 0);
    find_unrolled(told(settings_, 0, [&] { return read_definition(first_, registry_); }));
    const auto count = settings_.front().values.size();
    expect_room(count);
    for (std::size_t k = 0; k < count; ++k)
      changed_.push_back(told(settings_, k, [&] { return changed_by(k); }));
    expect_different();
    auto result = written_;
    result["stages"] = stages();
    return result;
  }

 private:
  Json with_values(Json definition, std::size_t k) const {
    for (const auto& setting : settings_) {
      at("each." + setting.name, [&] { set_value(definition, setting.name, setting.values[k], registry_); });
    }
    return definition;
  }

  const StageInfo& info_of(const Json& stage) const {
    return *registry_.find(stage.at("stage").get<std::string>());
  }

  /// What the values number `k` change: the pipeline's seed, and whole stages. The parameters are checked.
  Json changed_by(std::size_t k) const {
    Json changed = {{"stages", Json::object()}};
    for (const auto& setting : settings_) {
      if (is_pipelines_seed(setting)) continue;
      changed["stages"][setting.place[1]] = written_.at("stages").at(setting.place[1]);
    }
    changed = with_values(std::move(changed), k);
    if (changed.contains("seed")) read_seed(changed["seed"], "seed");
    for (const auto& item : changed["stages"].items()) {
      const auto place = "stages." + item.key();
      const auto& stage = item.value();
      info_of(stage).complete(stage.value("params", Json::object()), place + ".params");
      if (stage.contains("seed")) read_seed(stage["seed"], place + ".seed");
    }
    return changed;
  }

  /// Values that lead to the same keys would be one run that is counted twice.
  void expect_different() const {
    std::map<std::string, std::size_t> seen;
    for (std::size_t k = 0; k < changed_.size(); ++k) {
      auto bears = changed_[k];
      for (auto& item : bears["stages"].items()) {
        auto& stage = item.value();
        const auto& info = info_of(stage);
        stage["params"] = info.keyed(info.complete(stage.value("params", Json::object()), ""));
      }
      const auto [earlier, is_new] = seen.emplace(canonical(bears), k);
      if (is_new) continue;
      throw Error("each: the values at " + std::to_string(earlier->second) + " and " + std::to_string(k) +
                  " give the same; give different ones");
    }
  }

  bool bears_on(const EachSetting& setting, const Node& node) const {
    if (!is_pipelines_seed(setting)) return setting.place[1] == node.name;
    return node.stage->random && !first_.at("stages").at(node.name).contains("seed");
  }

  void find_unrolled(const Graph& graph) {
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

  /// What is made must be no more than may be written by hand.
  void expect_room(std::size_t count) const {
    const auto& stages = first_.at("stages");
    const auto total = stages.size() + unrolled_.size() * (count - 1);
    if (total > max_stages) {
      throw Error("each: makes " + std::to_string(total) + " stages; at most " + std::to_string(max_stages));
    }
    std::size_t bytes = 0;
    for (const auto& name : unrolled_) bytes += stages.at(name).dump().size() * count;
    if (bytes > max_json_bytes) {
      throw Error("each: makes " + std::to_string(bytes) + " bytes of JSON; at most " +
                  std::to_string(max_json_bytes) + " are allowed");
    }
  }

  static std::string copy_name(const std::string& name, std::size_t k) {
    return name + "_" + std::to_string(k + 1);
  }

  /// The wire, which to an unrolled stage is one to its copy number `k`.
  std::string wire_of_copy(const std::string& wire, std::size_t k) const {
    const auto dot = wire.find('.');
    const auto name = wire.substr(0, dot);
    return unrolled_.contains(name) ? copy_name(name, k) + wire.substr(dot) : wire;
  }

  /// Every wire of a list, and of each to an unrolled stage those to all its copies.
  Json wires_of_list(const Json& list) const {
    Json wires = Json::array();
    for (const auto& item : list.is_array() ? list : Json::array({list})) {
      const auto wire = item.get<std::string>();
      const bool many = unrolled_.contains(wire.substr(0, wire.find('.')));
      for (std::size_t k = 0; k < (many ? changed_.size() : 1); ++k) wires.push_back(wire_of_copy(wire, k));
    }
    return wires;
  }

  /// A stage with the values number `k`, wired to the copies of that number.
  Json copy_of(const std::string& name, std::size_t k) const {
    const auto& changed = changed_[k].at("stages");
    auto stage = changed.contains(name) ? changed.at(name) : first_.at("stages").at(name);
    const auto& info = info_of(stage);
    for (const auto& port : info.inputs) {
      auto& wires = stage["inputs"][port.name];
      wires = port.many ? wires_of_list(wires) : Json(wire_of_copy(wires.get<std::string>(), k));
    }
    const bool seeded = changed_[k].contains("seed") && info.random && !stage.contains("seed");
    if (seeded) stage["seed"] = changed_[k]["seed"];
    return stage;
  }

  Json stages() const {
    Json all = Json::object();
    const auto& written = written_.at("stages");
    for (const auto& item : written.items()) {
      const bool copied = unrolled_.contains(item.key());
      for (std::size_t k = 0; k < (copied ? changed_.size() : 1); ++k) {
        const auto name = copied ? copy_name(item.key(), k) : item.key();
        if (copied && written.contains(name)) {
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
  Json first_;                 ///< the definition with the first values
  std::vector<Json> changed_;  ///< by value: what differs from the definition as it was written
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
    const auto dot = item.key().find('.');
    if (dot == std::string::npos) continue;
    const auto stage = stages.find(item.key().substr(0, dot));
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
