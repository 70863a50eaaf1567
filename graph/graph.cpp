#include "graph/graph.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <set>

namespace fovea {
namespace {

bool is_name(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (std::isalnum(c) != 0 && c < 0x80) || c == '_' || c == '-';
  });
}

/// Returns the members of `params` that differ from their defaults.
Json changed(const Json& params, const std::vector<FieldInfo>& fields) {
  Json result = Json::object();
  for (const auto& field : fields) {
    const auto& value = params.at(field.name);
    if (value == field.standard) continue;
    result[field.name] = field.members.empty() || !value.is_object() ? value : changed(value, field.members);
  }
  return result;
}

/// Throws `Error` unless a wire leads from an existing output to an input of its kind.
void expect_fits(const std::vector<Node>& nodes, const StageInfo& stage, const Wire& wire,
                 const std::string& place) {
  if (wire.input >= stage.inputs.size()) {
    throw Error(place + ": no input number " + std::to_string(wire.input) + "; stage " + quote(stage.name) +
                " has " + std::to_string(stage.inputs.size()) + ", counted from 0");
  }
  const auto& port = stage.inputs[wire.input];
  const auto here = place + "." + port.name;
  if (wire.node >= nodes.size()) {
    throw Error(here + ": no stage number " + std::to_string(wire.node) + "; " +
                std::to_string(nodes.size()) + " are there before this one, counted from 0");
  }
  const auto& from = nodes[wire.node];
  if (wire.port >= from.stage->outputs.size()) {
    throw Error(here + ": stage " + quote(from.name) + " has no output number " + std::to_string(wire.port) +
                "; it has " + std::to_string(from.stage->outputs.size()) + ", counted from 0");
  }
  const auto& output = from.stage->outputs[wire.port];
  if (output.kind != port.kind) {
    throw Error(here + ": expected " + port.kind + ", but " + quote(from.name + "." + output.name) +
                " gives " + output.kind + "; wire it to " + port.kind + ", " + port.doc);
  }
}

/// Throws `Error` unless each input port has one wire, or a list at least one.
void expect_wires(const std::vector<Node>& nodes, const StageInfo& stage, const std::vector<Wire>& wires,
                  const std::string& place) {
  for (const auto& wire : wires) expect_fits(nodes, stage, wire, place);
  for (std::size_t input = 0; input < stage.inputs.size(); ++input) {
    const auto& port = stage.inputs[input];
    const auto here = place + "." + port.name;
    const auto count =
        std::count_if(wires.begin(), wires.end(), [&](const Wire& wire) { return wire.input == input; });
    if (count == 0) {
      throw Error(here +
                  (port.many ? ": an empty list; wire it to at least one " : ": no wire; wire it to a ") +
                  port.kind + ", " + port.doc);
    }
    if (count > 1 && !port.many) {
      throw Error(here + ": " + std::to_string(count) + " wires; it takes one " + port.kind);
    }
  }
}

/// Throws `Error` unless a parameter declared by `of_each` has one value for each wire of its list, or none.
void expect_as_many(const StageInfo& stage, const Json& params, const std::vector<Wire>& wires,
                    const std::string& place) {
  for (const auto& field : stage.params) {
    if (field.of_each.empty()) continue;
    const auto values = params.at(field.name).size();
    const auto count =
        static_cast<std::size_t>(std::count_if(wires.begin(), wires.end(), [&](const Wire& wire) {
          return stage.inputs[wire.input].name == field.of_each;
        }));
    if (values == 0 || values == count) continue;
    throw Error(place + "." + field.name + ": " + std::to_string(values) + " values, but " +
                std::to_string(count) + " " + field.of_each + "; give one for each, or none");
  }
}

/// Returns a number that is unique in this process.
std::uint64_t new_identity() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

Graph::Graph(std::string name, std::uint64_t seed) : name_(std::move(name)), seed_(seed) {
  if (!is_name(name_)) {
    throw Error("pipeline name " + quote(name_) + ": only letters, digits, \"_\" and \"-\" are allowed");
  }
}

std::size_t Graph::add(const std::string& name, const StageInfo& stage, const Json& params,
                       std::vector<Wire> inputs, std::optional<Seed> seed, Json each) {
  if (!is_name(name)) {
    throw Error("stage name " + quote(name) + ": only letters, digits, \"_\" and \"-\" are allowed");
  }
  if (numbers_.contains(name))
    throw Error("stage " + quote(name) + " is there already; give one of the two another name");
  const auto place = "stages." + name;
  expect_wires(nodes_, stage, inputs, place + ".inputs");
  std::stable_sort(inputs.begin(), inputs.end(),
                   [](const Wire& a, const Wire& b) { return a.input < b.input; });
  if (seed && !stage.random) {
    throw Error(place + ".seed: nothing is random in stage " + quote(stage.name) + "; leave the seed out");
  }
  auto complete = stage.complete(params, place + ".params");
  expect_as_many(stage, complete, inputs, place + ".params");
  return push_back({name, &stage, std::move(complete), std::move(inputs), seed.value_or(Seed{seed_}).value,
                    std::move(each), new_identity()});
}

std::size_t Graph::push_back(Node node) {
  numbers_.emplace(node.name, nodes_.size());
  nodes_.push_back(std::move(node));
  return nodes_.size() - 1;
}

void Graph::expect_own(const OutputOf& output, const std::string& place) const {
  if (output.node < nodes_.size() && nodes_[output.node].identity == output.identity) return;
  throw Error(place +
              ": the wire comes from a stage that is not in this graph; wire it to one that was added "
              "to this graph before");
}

std::string Graph::free_name(const std::string& wanted) {
  if (!numbers_.contains(wanted)) return wanted;
  auto& number = last_tried_.try_emplace(wanted, 1).first->second;
  while (true) {
    auto name = wanted + "_" + std::to_string(number + 1);
    if (!numbers_.contains(name)) return name;
    ++number;
  }
}

std::size_t Graph::find(const std::string& name) const {
  if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& node : nodes_) names.push_back(node.name);
  throw Error("unknown stage " + quote(name) + stage_suggestion(name, names));
}

std::vector<std::size_t> Graph::find_all(const std::string& name) const {
  if (const auto found = numbers_.find(name); found != numbers_.end()) return {found->second};
  std::vector<std::size_t> copies;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (name_without_numbers(nodes_[i].name) == name) copies.push_back(i);
  }
  return copies.empty() ? std::vector{find(name)} : copies;
}

std::vector<std::size_t> Graph::needed_by(const std::vector<std::size_t>& nodes) const {
  std::set<std::size_t> needed(nodes.begin(), nodes.end());
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    if (!needed.contains(i)) continue;
    for (const auto& wire : nodes_[i].inputs) needed.insert(wire.node);
  }
  return {needed.begin(), needed.end()};
}

Graph Graph::only(const std::vector<std::size_t>& nodes) const {
  Graph part(name_, seed_);
  std::vector<std::size_t> number(nodes_.size(), nodes_.size());
  for (const auto old : nodes) {
    auto node = nodes_[old];
    for (auto& wire : node.inputs) {
      if (number[wire.node] == nodes_.size()) {
        throw Error("stages." + node.name + ": needs " + quote(nodes_[wire.node].name) +
                    ", which is left out; keep both or neither");
      }
      wire.node = number[wire.node];
    }
    number[old] = part.push_back(std::move(node));
  }
  return part;
}

std::string Graph::text() const {
  std::string text = name_ + " (seed " + std::to_string(seed_) + ")\n";
  for (const auto& node : nodes_) {
    std::vector<std::string> wires;
    for (std::size_t input = 0; input < node.stage->inputs.size(); ++input) {
      const auto& port = node.stage->inputs[input];
      const auto from = join(wire_texts(*this, node, input), ", ");
      wires.push_back(port.name + ": " + (port.many ? "[" + from + "]" : from));
    }
    text += "  " + node.name + " = " + node.stage->name + "(" + join(wires, ", ") + ")";
    const auto params = changed(node.params, node.stage->params);
    text += params.empty() ? "" : " " + params.dump();
    text += (node.seed == seed_ ? "" : " seed " + std::to_string(node.seed)) + "\n";
  }
  return text;
}

std::string wire_text(const Graph& graph, const Wire& wire) {
  const auto& node = graph.nodes().at(wire.node);
  return node.name + "." + node.stage->outputs.at(wire.port).name;
}

std::vector<std::string> wire_texts(const Graph& graph, const Node& node, std::size_t input) {
  std::vector<std::string> texts;
  for (const auto& wire : node.inputs) {
    if (wire.input == input) texts.push_back(wire_text(graph, wire));
  }
  return texts;
}

std::string name_without_numbers(const std::string& name) {
  auto end = name.size();
  while (true) {
    const auto bar = name.rfind('_', end - 1);
    if (bar == std::string::npos || bar == 0 || bar + 1 == end || name[bar + 1] == '0') break;
    const auto all_digits = std::all_of(name.begin() + static_cast<std::ptrdiff_t>(bar) + 1,
                                        name.begin() + static_cast<std::ptrdiff_t>(end),
                                        [](char c) { return c >= '0' && c <= '9'; });
    if (!all_digits) break;
    end = bar;
  }
  return name.substr(0, end);
}

std::string nearest_stage(const std::string& name, const std::vector<std::string>& known) {
  const auto own = name_without_numbers(name);
  std::vector<std::string> candidates;
  for (const auto& each : known) {
    if (each == own || name_without_numbers(each) != own) candidates.push_back(each);
  }
  if (own != name && std::find(known.begin(), known.end(), own) != known.end()) return own;
  return nearest(name, candidates);
}

std::string stage_suggestion(const std::string& name, const std::vector<std::string>& known) {
  const auto own = name_without_numbers(name);
  std::vector<std::string> copies, names;
  for (const auto& each : known) {
    const auto without = name_without_numbers(each);
    if (without == own && each != own) copies.push_back(each);
    if (std::find(names.begin(), names.end(), without) == names.end()) names.push_back(without);
  }
  const bool is_there = std::find(known.begin(), known.end(), own) != known.end();
  if (!is_there && copies.size() == 1) return "; there is " + quote(copies[0]) + " only";
  if (!is_there && !copies.empty())
    return "; there are " + quote(copies.front()) + " to " + quote(copies.back());
  if (const auto near = nearest(name, names); !near.empty()) return "; did you mean " + quote(near) + "?";
  if (const auto near = nearest_stage(name, known); !near.empty())
    return "; did you mean " + quote(near) + "?";
  return suggestion(name, names);
}

std::string values_in_words(const Json& each) {
  const auto without_stage = [](const std::string& setting) { return setting.substr(setting.find('.') + 1); };
  std::map<std::string, int> count;
  for (const auto& item : each.items()) ++count[without_stage(item.key())];
  std::vector<std::string> words;
  for (const auto& [setting, value] : each.items()) {
    const auto brief = without_stage(setting);
    words.push_back((count[brief] == 1 ? brief : setting) + " " +
                    (value.is_string() ? value.get<std::string>() : shown(value)));
  }
  return join(words, ", ");
}

}  // namespace fovea
