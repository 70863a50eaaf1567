#include "graph/definition.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "graph/dag.hpp"
#include "graph/each.hpp"

namespace fovea {
namespace {

void expect_object(const Json& json, const std::string& place) {
  if (!json.is_object()) throw Error(place + ": expected an object, got " + shown(json));
}

void expect_keys(const Json& json, const std::vector<std::string>& known, const std::string& place) {
  for (const auto& item : json.items()) {
    if (std::find(known.begin(), known.end(), item.key()) != known.end()) continue;
    throw Error((place.empty() ? "" : place + ": ") + "unknown key " + quote(item.key()) +
                suggestion(item.key(), known));
  }
}

/// A wire as the definition gives it, as "stage.port", and the input port that it feeds.
struct WrittenWire {
  std::string text;
  std::size_t input;
  std::string place;
};

/// One stage as the definition gives it, before its wires are checked.
struct Written {
  std::string name;
  const StageInfo* stage;
  Json params;
  std::vector<WrittenWire> wires;
  std::optional<Seed> seed;
  Json each;
};

std::vector<std::string> port_names(const std::vector<PortInfo>& ports) {
  std::vector<std::string> names;
  for (const auto& port : ports) names.push_back(port.name);
  return names;
}

WrittenWire read_wire(const Json& wire, std::size_t input, const std::string& place) {
  if (!wire.is_string()) {
    throw Error(place + ": expected a wire such as \"load.data\", got " + shown(wire));
  }
  return {wire.get<std::string>(), input, place};
}

std::vector<WrittenWire> read_wires(const Json& inputs, const StageInfo& stage, const std::string& place) {
  expect_object(inputs, place);
  for (const auto& item : inputs.items()) {
    const auto known = port_names(stage.inputs);
    if (std::find(known.begin(), known.end(), item.key()) == known.end()) {
      throw Error(place + ": unknown input " + quote(item.key()) + suggestion(item.key(), known));
    }
  }
  std::vector<WrittenWire> wires;
  for (std::size_t input = 0; input < stage.inputs.size(); ++input) {
    const auto& port = stage.inputs[input];
    const auto found = inputs.find(port.name);
    if (found == inputs.end()) {
      throw Error(place + ": input " + quote(port.name) + " is missing; wire it to a " + port.kind + ", " +
                  port.doc);
    }
    const auto here = place + "." + port.name;
    if (!port.many || !found->is_array()) {
      wires.push_back(read_wire(*found, input, here));
      continue;
    }
    for (std::size_t i = 0; i < found->size(); ++i) {
      wires.push_back(read_wire((*found)[i], input, here + "[" + std::to_string(i) + "]"));
    }
  }
  return wires;
}

Written read_stage(const std::string& name, const Json& json, const Registry& registry) {
  const auto place = "stages." + name;
  expect_object(json, place);
  expect_keys(json, {"stage", "inputs", "params", "seed", "each"}, place);
  const auto kind = json.find("stage");
  if (kind == json.end()) throw Error(place + ": \"stage\" is missing" + suggestion(name, registry.names()));
  if (!kind->is_string()) throw Error(place + ".stage: expected text, got " + shown(*kind));
  const auto* stage = registry.find(kind->get<std::string>());
  if (stage == nullptr) {
    throw Error(place + ": unknown stage " + quote(kind->get<std::string>()) +
                suggestion(kind->get<std::string>(), registry.names()));
  }
  auto params = json.value("params", Json::object());
  expect_object(params, place + ".params");
  params = stage->complete(params, place + ".params");
  std::optional<Seed> seed;
  if (json.contains("seed")) seed = read_seed(json["seed"], place + ".seed");
  auto each = json.value("each", Json::object());
  expect_object(each, place + ".each");
  return {name,
          stage,
          std::move(params),
          read_wires(json.value("inputs", Json::object()), *stage, place + ".inputs"),
          seed,
          std::move(each)};
}

/// Returns the outputs of a stage that have the given kind, as wires.
std::vector<std::string> outputs_of(const Written& stage, const std::string& kind) {
  std::vector<std::string> wires;
  for (const auto& port : stage.stage->outputs) {
    if (port.kind == kind) wires.push_back(stage.name + "." + port.name);
  }
  return wires;
}

/// Returns the only wire whose port name is close to `port`, or "". Stage names do not count: of two parts of
/// the data, which have the same kind, the other one would be a wrong suggestion.
std::string only_near(const std::string& port, const std::vector<std::string>& wires) {
  std::vector<std::string> ports;
  for (const auto& wire : wires) ports.push_back(wire.substr(wire.find('.') + 1));
  const auto near = nearest(port, ports);
  if (near.empty() || std::count(ports.begin(), ports.end(), near) != 1) return "";
  return wires[static_cast<std::size_t>(std::find(ports.begin(), ports.end(), near) - ports.begin())];
}

/// Returns the outputs that the other inputs of a stage depend on, directly or not. For a model that is
/// evaluated, the data that trained it is not the data that the user means.
std::set<std::string> outputs_behind(const std::vector<Written>& stages, const Written& to,
                                     const WrittenWire& but) {
  std::map<std::string, const Written*> named;
  for (const auto& stage : stages) named[stage.name] = &stage;
  std::set<std::string> behind;
  std::vector<std::string> next;
  for (const auto& wire : to.wires) {
    if (wire.input != but.input) next.push_back(wire.text);
  }
  while (!next.empty()) {
    const auto text = std::move(next.back());
    next.pop_back();
    const auto from = named.find(text.substr(0, text.find('.')));
    if (!behind.insert(text).second || from == named.end()) continue;
    for (const auto& wire : from->second->wires) next.push_back(wire.text);
  }
  return behind;
}

/// Returns the end of an error about a wire: outputs of the right kind of the named stage, or else of a stage
/// of a similar name, or else of any stage. Only an output with a similar name is suggested by itself;
/// otherwise all are listed, except the outputs that the other inputs depend on.
std::string right_wire(const std::vector<Written>& stages, const Written& to, const WrittenWire& wrong) {
  const auto& [written, input, place] = wrong;
  const auto& kind = to.stage->inputs[input].kind;
  const auto dot = std::min(written.find('.'), written.size());
  const auto port = dot < written.size() ? written.substr(dot + 1) : "";
  std::vector<std::string> names, of_named, of_any;
  for (const auto& stage : stages) {
    if (stage.name != to.name) names.push_back(stage.name);
  }
  auto named = written.substr(0, dot);
  if (std::find(names.begin(), names.end(), named) == names.end()) named = nearest_stage(named, names);
  for (const auto& stage : stages) {
    if (stage.name == to.name) continue;
    for (const auto& wire : outputs_of(stage, kind)) {
      of_any.push_back(wire);
      if (stage.name == named) of_named.push_back(wire);
    }
  }
  if (of_any.empty()) return "; no stage here gives a " + kind;
  const auto meant = [](const std::string& wire) { return "; did you mean " + quote(wire) + "?"; };
  const auto& all = of_named.empty() ? of_any : of_named;
  if (const auto near = only_near(port, of_named); !near.empty()) return meant(near);
  const auto behind = outputs_behind(stages, to, wrong);
  auto fitting = all;
  std::erase_if(fitting, [&](const std::string& wire) { return behind.contains(wire); });
  if (fitting.empty()) fitting = all;
  if (fitting.size() == 1 && all.size() > 1) return meant(fitting[0]);
  if (const auto near = only_near(port, fitting); !near.empty()) return meant(near);
  constexpr std::size_t most = 10;
  std::vector<std::string> quoted;
  for (std::size_t i = 0; i < std::min(most, fitting.size()); ++i) quoted.push_back(quote(fitting[i]));
  if (fitting.size() > most) quoted.push_back("and " + std::to_string(fitting.size() - most) + " more");
  return "; " + kind + (of_named.empty() ? " here" : " of " + quote(named)) +
         (fitting.size() == 1 ? " is " : " is one of ") + join(quoted, ", ");
}

/// Finds the stage and port that a wire names, and checks that the kinds agree. `numbers` maps names of
/// stages to their numbers.
Wire find_wire(const std::vector<Written>& stages,
               const std::unordered_map<std::string, std::size_t>& numbers, const Written& to,
               const WrittenWire& wire) {
  const auto& [text, input, place] = wire;
  const auto& port = to.stage->inputs[input];
  const auto dot = text.find('.');
  const auto named = numbers.find(text.substr(0, dot));
  const auto from =
      named == numbers.end() ? stages.end() : stages.begin() + static_cast<std::ptrdiff_t>(named->second);
  const auto known = from == stages.end() ? std::vector<std::string>{} : port_names(from->stage->outputs);
  const auto found =
      dot == std::string::npos ? known.end() : std::find(known.begin(), known.end(), text.substr(dot + 1));
  if (found == known.end()) {
    const std::string fact = from == stages.end()       ? "no stage " + quote(text.substr(0, dot)) + " here"
                             : dot == std::string::npos ? quote(text) + " names no output of the stage"
                                                        : "stage " + quote(from->name) + " has no output " +
                                                              quote(text.substr(dot + 1));
    throw Error(place + ": " + fact + right_wire(stages, to, wire));
  }
  const auto number = static_cast<std::size_t>(found - known.begin());
  const auto& output = from->stage->outputs[number];
  if (output.kind != port.kind) {
    throw Error(place + ": expected " + port.kind + ", but " + quote(text) + " gives " + output.kind +
                right_wire(stages, to, wire));
  }
  return {static_cast<std::size_t>(from - stages.begin()), number, input};
}

std::vector<std::size_t> data_order(const std::vector<Written>& stages,
                                    const std::vector<std::vector<Wire>>& wires) {
  std::vector<std::pair<std::size_t, std::size_t>> arrows;
  for (std::size_t to = 0; to < stages.size(); ++to) {
    for (const auto& wire : wires[to]) arrows.emplace_back(wire.node, to);
  }
  auto order = topological_order(stages.size(), arrows);
  if (!order.cycle.empty()) {
    std::vector<std::string> names;
    for (const auto node : order.cycle) names.push_back(quote(stages[node].name));
    names.push_back(names.front());
    throw Error("stages: a cycle: " + join(names, " -> ") + "; a stage can't need its own result");
  }
  return std::move(order.order);
}

}  // namespace

Graph read_definition(const Json& definition, const Registry& registry) {
  expect_object(definition, "definition");
  if (definition.contains("each")) return read_definition(unroll_each(definition, registry), registry);
  expect_keys(definition, {"fovea", "name", "seed", "each", "stages"}, "");
  const auto version = definition.find("fovea");
  if (version == definition.end() || *version != 1) {
    throw Error("fovea: expected 1, the version of definitions that is read here, got " +
                (version == definition.end() ? "nothing" : shown(*version)));
  }
  const auto name = Conversion<std::string>::read(definition.value("name", Json("pipeline")), "name");
  const auto seed = read_seed(definition.value("seed", Json(0)), "seed");
  const auto& all = definition.value("stages", Json::object());
  expect_object(all, "stages");
  if (all.empty()) throw Error("stages: none here; add at least one, such as \"load\"");
  if (all.size() > max_stages) {
    throw Error("stages: " + std::to_string(all.size()) + " stages; at most " + std::to_string(max_stages));
  }

  std::vector<Written> stages;
  std::unordered_map<std::string, std::size_t> numbers;
  for (const auto& item : all.items()) {
    numbers.emplace(item.key(), stages.size());
    stages.push_back(read_stage(item.key(), item.value(), registry));
  }
  std::vector<std::vector<Wire>> wires(stages.size());
  for (std::size_t i = 0; i < stages.size(); ++i) {
    for (const auto& wire : stages[i].wires) wires[i].push_back(find_wire(stages, numbers, stages[i], wire));
  }
  Graph graph(name, seed.value);
  std::vector<std::size_t> number(stages.size());
  for (const auto i : data_order(stages, wires)) {
    for (auto& wire : wires[i]) wire.node = number[wire.node];
    const auto& stage = stages[i];
    number[i] = graph.add(stage.name, *stage.stage, stage.params, wires[i], stage.seed, stage.each);
  }
  return graph;
}

Seed read_seed(const Json& json, const std::string& place) try {
  const auto seed = Conversion<std::int64_t>::read(json, place);
  if (seed < 0) throw Error(place + ": " + std::to_string(seed) + " is not allowed; it must be at least 0");
  return {static_cast<std::uint64_t>(seed)};
} catch (const Error& error) {
  detail::throw_with_rule(error, place, "at least 0");
}

void change_paths_in(Json& params, const std::vector<FieldInfo>& fields, const PathChange& change) {
  for (const auto& field : fields) {
    const auto found = params.find(field.name);
    if (found == params.end()) continue;
    if (field.role == Role::source && found->is_string() && !found->get<std::string>().empty()) {
      *found = change(found->get<std::string>()).lexically_normal().string();
    } else if (!field.members.empty() && found->is_object()) {
      change_paths_in(*found, field.members, change);
    }
  }
}

void change_paths(Json& definition, const Registry& registry, const PathChange& change) {
  if (!definition.is_object() || !definition.contains("stages") || !definition["stages"].is_object()) return;
  for (auto& item : definition["stages"].items()) {
    auto& stage = item.value();
    if (!stage.is_object() || !stage.contains("params") || !stage.contains("stage")) continue;
    if (!stage["params"].is_object() || !stage["stage"].is_string()) continue;
    const auto* info = registry.find(stage["stage"].get<std::string>());
    if (info != nullptr) change_paths_in(stage["params"], info->params, change);
  }
  change_paths_in_each(definition, registry, change);
}

void resolve_paths(Json& definition, const Registry& registry, const std::filesystem::path& folder) {
  change_paths(definition, registry, [&](const auto& path) { return folder / path; });
}

Json write_definition(const Graph& graph, const std::filesystem::path& folder) {
  Json definition = {
      {"fovea", 1}, {"name", graph.name()}, {"seed", graph.seed()}, {"stages", Json::object()}};
  // Appends without a look-up of each name, which is slow for ordered JSON; names are unique already.
  auto& stages = definition["stages"].get_ref<Json::object_t&>();
  for (const auto& node : graph.nodes()) {
    Json stage = {{"stage", node.stage->name}};
    for (std::size_t input = 0; input < node.stage->inputs.size(); ++input) {
      const auto& port = node.stage->inputs[input];
      const auto wires = wire_texts(graph, node, input);
      stage["inputs"][port.name] = port.many ? Json(wires) : Json(wires.front());
    }
    if (node.seed != graph.seed()) stage["seed"] = node.seed;
    if (!node.each.empty()) stage["each"] = node.each;
    stage["params"] = node.params;
    change_paths_in(stage["params"], node.stage->params, [&](const auto& path) { return folder / path; });
    stages.push_back({node.name, std::move(stage)});
  }
  return definition;
}

}  // namespace fovea
