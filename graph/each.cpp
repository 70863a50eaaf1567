#include "graph/each.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "graph/definition.hpp"
#include "graph/each_axes.hpp"
#include "graph/setting.hpp"

namespace fovea {
namespace {

/// The largest number of bytes of JSON that `each` may expand to.
constexpr std::size_t max_bytes_made = std::size_t{8} << 20;

class Unroller {
  /// Runs `body` and reports its errors at the setting that gave the value.
  template <class Body> auto at_setting(const Choice& choice, Body&& body) const {
    try {
      return body();
    } catch (const Error& error) {
      throw told_of_setting(error, axes_, choice);
    }
  }

 public:
  Unroller(const Json& definition, const Registry& registry) : written_(definition), registry_(registry) {
    const auto& each = definition.at("each");
    written_.erase("each");
    axes_ = read_axes(each, written_, registry);
  }

  Json unrolled() {
    if (axes_.empty()) return written_;
    first_ = written_;
    for (const auto& axis : axes_) {
      for (const auto& setting : axis.settings)
        at(setting.given, [&] { set_value(first_, setting.name, setting.values[0], registry_); });
    }
    find_settings_of_stages(at_setting(first_choice(), [&] { return read_definition(first_, registry_); }));
    expect_room();
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) expect_different(axis);
    auto result = written_;
    result["stages"] = stages();
    return result;
  }

 private:
  /// The index of an axis, and of a setting in it.
  using Number = std::pair<std::size_t, std::size_t>;

  const EachSetting& setting(Number number) const { return axes_[number.first].settings[number.second]; }
  Choice first_choice() const { return Choice(axes_.size(), 0); }

  const StageInfo& info_of(const Json& stage) const {
    return *registry_.find(stage.at("stage").get<std::string>());
  }

  bool bears_on(const EachSetting& setting, const Node& node) const {
    if (!setting.is_pipelines_seed()) return setting.place[1] == node.name;
    return node.stage->random && !first_.at("stages").at(node.name).contains("seed");
  }

  /// Finds for every stage the settings that change it or a stage upstream of it.
  void find_settings_of_stages(const Graph& graph) {
    std::set<Number> used;
    for (const auto& node : graph.nodes()) {
      auto& own = settings_of_stage_[node.name];
      for (std::size_t i = 0; i < axes_.size(); ++i) {
        for (std::size_t j = 0; j < axes_[i].settings.size(); ++j) {
          if (bears_on(axes_[i].settings[j], node)) own.emplace(i, j);
        }
      }
      used.insert(own.begin(), own.end());
      for (const auto& wire : node.inputs) {
        if (node.stage->inputs[wire.input].many) continue;
        const auto& before = settings_of_stage_.at(graph.nodes()[wire.node].name);
        own.insert(before.begin(), before.end());
      }
    }
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      for (std::size_t j = 0; j < axes_[i].settings.size(); ++j) {
        if (used.contains({i, j})) continue;
        throw Error(axes_[i].settings[j].given + ": no stage here uses the pipeline's seed; leave it out");
      }
    }
  }

  /// Returns the axes with a setting that changes a stage, ascending.
  std::vector<std::size_t> axes_of(const std::string& name) const {
    std::set<std::size_t> axes;
    for (const auto& number : settings_of_stage_.at(name)) axes.insert(number.first);
    return {axes.begin(), axes.end()};
  }

  std::size_t copies_of(const std::string& name) const {
    std::size_t copies = 1;
    for (const auto axis : axes_of(name)) {
      if (copies > 1'000'000'000) return copies;
      copies *= axes_[axis].size();
    }
    return copies;
  }

  /// Returns the size in bytes of a stage's expanded lists of wires.
  std::size_t bytes_of_lists(const Json& stage) const {
    std::size_t bytes = 0;
    for (const auto& port : info_of(stage).inputs) {
      if (!port.many) continue;
      const auto& wires = stage.at("inputs").at(port.name);
      for (const auto& wire : wires.is_array() ? wires : Json::array({wires})) {
        const auto text = wire.get<std::string>();
        const auto copies = copies_of(text.substr(0, text.find('.')));
        if (copies > 1) bytes += copies * text.size();
      }
    }
    return bytes;
  }

  /// Throws `Error` if the unrolled definition would have too many stages or too many bytes.
  void expect_room() const {
    std::size_t total = 0, bytes = 0;
    for (const auto& item : first_.at("stages").items()) {
      const auto copies = copies_of(item.key());
      total += copies;
      if (copies > 1) bytes += item.value().dump().size() * copies;
      bytes += copies * bytes_of_lists(item.value());
    }
    if (total > max_stages) {
      throw Error("each: makes " + std::to_string(total) + " stages; at most " + std::to_string(max_stages));
    }
    if (bytes > max_bytes_made) {
      throw Error("each: makes " + std::to_string(bytes) + " bytes of JSON; at most " +
                  std::to_string(max_bytes_made) + " are allowed");
    }
  }

  /// Returns a stage with the values of a choice in its own settings. The parameters are checked.
  Json with_values(const std::string& name, const Choice& choice) const {
    Json definition = {{"stages", {{name, written_.at("stages").at(name)}}}};
    bool changed = false;
    for (const auto& number : settings_of_stage_.at(name)) {
      const auto& one = setting(number);
      if (one.is_pipelines_seed() || one.place[1] != name) continue;
      at(one.given, [&] { set_value(definition, one.name, one.values[choice[number.first]], registry_); });
      changed = true;
    }
    auto& stage = definition["stages"][name];
    if (!changed) return stage;
    at_setting(choice, [&] {
      const auto place = "stages." + name;
      info_of(stage).complete(stage.value("params", Json::object()), place + ".params");
      if (stage.contains("seed")) read_seed(stage["seed"], place + ".seed");
    });
    return stage;
  }

  /// Returns the parameters of the stages that an axis changes, as far as they enter the cache keys.
  Json keyed_values(std::size_t axis, const Choice& choice) const {
    Json keyed = Json::object();
    for (const auto& one : axes_[axis].settings) {
      if (one.is_pipelines_seed()) {
        const auto& seed = one.values[choice[axis]];
        keyed["seed"] = at_setting(choice, [&] { return read_seed(seed, "seed"); }).value;
        continue;
      }
      auto stage = with_values(one.place[1], choice);
      const auto& info = info_of(stage);
      stage["params"] = info.keyed(info.complete(stage.value("params", Json::object()), ""));
      keyed["stages"][one.place[1]] = std::move(stage);
    }
    return keyed;
  }

  /// Throws `Error` if two values give the same cache keys, so that one run would count twice.
  void expect_different(std::size_t axis) const {
    std::map<std::string, std::size_t> seen;
    auto choice = first_choice();
    for (std::size_t k = 0; k < axes_[axis].size(); ++k) {
      choice[axis] = k;
      const auto [earlier, is_new] = seen.emplace(canonical(keyed_values(axis, choice)), k);
      if (is_new) continue;
      throw Error(axes_[axis].given + ": the values at " + std::to_string(earlier->second) + " and " +
                  std::to_string(k) + " give the same; give different ones");
    }
  }

  /// Returns every combination of values for the axes of a stage; the last axis changes fastest.
  std::vector<Choice> choices_of(const std::string& name) const {
    std::vector<Choice> all{first_choice()};
    for (const auto axis : axes_of(name)) {
      std::vector<Choice> longer;
      for (const auto& choice : all) {
        for (std::size_t k = 0; k < axes_[axis].size(); ++k) {
          longer.push_back(choice);
          longer.back()[axis] = k;
        }
      }
      all = std::move(longer);
    }
    return all;
  }

  std::string copy_name(const std::string& name, const Choice& choice) const {
    auto copy = name;
    for (const auto axis : axes_of(name)) copy += "_" + std::to_string(choice[axis] + 1);
    return copy;
  }

  std::string wire_of_copy(const std::string& wire, const Choice& choice) const {
    const auto dot = wire.find('.');
    return copy_name(wire.substr(0, dot), choice) + wire.substr(dot);
  }

  /// Returns the values of a copy, added to the values that the stage records already.
  Json values_of(const std::string& name, const Choice& choice) const {
    auto values = written_.at("stages").at(name).value("each", Json::object());
    for (const auto& number : settings_of_stage_.at(name))
      values[setting(number).name] = setting(number).values[choice[number.first]];
    return values;
  }

  /// Returns every wire of a list, with a wire to an unrolled stage expanded to all copies, and the values of
  /// each wire.
  std::pair<Json, Json> wires_of_list(const Json& list) const {
    auto wires = Json::array(), values = Json::array();
    for (const auto& item : list.is_array() ? list : Json::array({list})) {
      const auto wire = item.get<std::string>();
      const auto name = wire.substr(0, wire.find('.'));
      for (const auto& choice : choices_of(name)) {
        wires.push_back(wire_of_copy(wire, choice));
        values.push_back(values_of(name, choice));
      }
    }
    return {std::move(wires), std::move(values)};
  }

  /// Returns a stage with the values of a choice, wired to the copies of that choice.
  Json copy_of(const std::string& name, const Choice& choice) const {
    auto stage = with_values(name, choice);
    const auto& info = info_of(stage);
    for (const auto& port : info.inputs) {
      auto& wires = stage["inputs"][port.name];
      if (!port.many) {
        wires = wire_of_copy(wires.get<std::string>(), choice);
        continue;
      }
      auto [all, values] = wires_of_list(wires);
      wires = std::move(all);
      fill_in(stage, info, port.name, values);
    }
    for (const auto& number : settings_of_stage_.at(name)) {
      const auto& one = setting(number);
      if (one.is_pipelines_seed() && info.random && !stage.contains("seed"))
        stage["seed"] = one.values[choice[number.first]];
    }
    if (auto values = values_of(name, choice); !values.empty()) stage["each"] = std::move(values);
    return stage;
  }

  /// Sets the parameters declared by `of_each` to the values of a list's copies.
  static void fill_in(Json& stage, const StageInfo& info, const std::string& port, const Json& values) {
    const bool none = std::all_of(values.begin(), values.end(), [](const Json& one) { return one.empty(); });
    for (const auto& field : info.params) {
      if (field.of_each != port || none || stage.value("params", Json::object()).contains(field.name))
        continue;
      stage["params"][field.name] = values;
    }
  }

  Json stages() const {
    Json all = Json::object();
    std::map<std::string, std::string> made_of;
    for (const auto& item : written_.at("stages").items()) made_of[item.key()] = item.key();
    for (const auto& item : written_.at("stages").items()) {
      for (const auto& choice : choices_of(item.key())) {
        const auto name = copy_name(item.key(), choice);
        const auto other = made_of.emplace(name, item.key()).first->second;
        if (other != item.key()) {
          throw Error("each: stage " + quote(item.key()) + " becomes " + quote(name) + ", but " +
                      (other == name ? "there is one of that name already" : "so does " + quote(other)) +
                      "; give one of the two another name");
        }
        all.get_ref<Json::object_t&>().push_back({name, copy_of(item.key(), choice)});
      }
    }
    return all;
  }

  Json written_;
  const Registry& registry_;
  std::vector<Axis> axes_;
  Json first_;  ///< the definition with the first value of every setting
  std::map<std::string, std::set<Number>> settings_of_stage_;  ///< including those of stages upstream
};

/// Changes the paths among the values of one setting.
void change_values(Json& values, const std::string& setting, const Json& definition, const Registry& registry,
                   const PathChange& change) {
  const auto dot = setting.find('.');
  if (dot == std::string::npos || !values.is_array()) return;
  const auto& stages = definition.at("stages");
  const auto stage = stages.find(setting.substr(0, dot));
  if (stage == stages.end() || !stage->is_object()) return;
  const auto kind = stage->value("stage", Json());
  const auto* info = kind.is_string() ? registry.find(kind.get<std::string>()) : nullptr;
  const auto place = place_of_setting(definition, setting, registry);
  if (info == nullptr || place.size() < 4) return;
  const auto keys = std::span(place).subspan(3);
  for (auto& value : values) {
    Json params = Json::object();
    value_at(params, keys) = value;
    change_paths_in(params, info->params, change);
    value = value_at(params, keys);
  }
}

}  // namespace

Json unroll_each(const Json& definition, const Registry& registry) {
  return Unroller(definition, registry).unrolled();
}

void change_paths_in_each(Json& definition, const Registry& registry, const PathChange& change) {
  const auto found = definition.find("each");
  if (found == definition.end()) return;
  auto each = *found;
  const auto change_in = [&](Json& object) {
    if (!object.is_object()) return;
    for (auto& item : object.items()) change_values(item.value(), item.key(), definition, registry, change);
  };
  change_in(each);
  if (each.is_array()) {
    for (auto& object : each) change_in(object);
  }
  definition["each"] = std::move(each);
}

}  // namespace fovea
