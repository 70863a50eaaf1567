#include "graph/graph.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace fovea {
namespace {

bool is_name(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (std::isalnum(c) != 0 && c < 0x80) || c == '_' || c == '-';
  });
}

/// The members of `params` that differ from their defaults.
Json changed(const Json& params, const std::vector<FieldInfo>& fields) {
  Json result = Json::object();
  for (const auto& field : fields) {
    const auto& value = params.at(field.name);
    if (value == field.standard) continue;
    result[field.name] = field.members.empty() || !value.is_object() ? value : changed(value, field.members);
  }
  return result;
}

/// Checks that each input port has a wire, and a list at least one.
void expect_wires(const StageInfo& stage, const std::vector<Wire>& wires, const std::string& place) {
  assert(std::is_sorted(wires.begin(), wires.end(),
                        [](const Wire& a, const Wire& b) { return a.input < b.input; }));
  for (std::size_t input = 0; input < stage.inputs.size(); ++input) {
    const auto count =
        std::count_if(wires.begin(), wires.end(), [&](const Wire& wire) { return wire.input == input; });
    const auto& port = stage.inputs[input];
    assert(port.many || count == 1);
    if (count == 0) {
      throw Error(place + ".inputs." + port.name + ": an empty list; wire it to at least one " + port.kind +
                  ", " + port.doc);
    }
  }
}

}  // namespace

Graph::Graph(std::string name, std::uint64_t seed) : name_(std::move(name)), seed_(seed) {
  if (!is_name(name_)) {
    throw Error("pipeline name " + quote(name_) + ": only letters, digits, \"_\" and \"-\" are allowed");
  }
}

std::size_t Graph::add(const std::string& name, const StageInfo& stage, const Json& params,
                       std::vector<Wire> inputs, std::optional<Seed> seed) {
  if (!is_name(name)) {
    throw Error("stage name " + quote(name) + ": only letters, digits, \"_\" and \"-\" are allowed");
  }
  for (const auto& node : nodes_) {
    if (node.name == name)
      throw Error("stage " + quote(name) + " is there already; give one of the two another name");
  }
  const auto place = "stages." + name;
  expect_wires(stage, inputs, place);
  for (const auto& wire : inputs) {
    assert(wire.node < nodes_.size() && "a wire comes from a stage that was added before");
    assert(nodes_[wire.node].stage->outputs.at(wire.port).kind == stage.inputs.at(wire.input).kind);
  }
  if (seed && !stage.random) {
    throw Error(place + ".seed: nothing is random in stage " + quote(stage.name) + "; leave the seed out");
  }
  nodes_.push_back({name, &stage, stage.complete(params, place + ".params"), std::move(inputs),
                    seed.value_or(Seed{seed_}).value});
  return nodes_.size() - 1;
}

std::string Graph::free_name(const std::string& wanted) const {
  const auto taken = [&](const std::string& name) {
    return std::any_of(nodes_.begin(), nodes_.end(), [&](const Node& node) { return node.name == name; });
  };
  std::string name = wanted;
  for (int number = 2; taken(name); ++number) name = wanted + "_" + std::to_string(number);
  return name;
}

std::size_t Graph::find(const std::string& name) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].name == name) return i;
    names.push_back(nodes_[i].name);
  }
  throw Error("unknown stage " + quote(name) + suggestion(name, names));
}

std::vector<std::size_t> Graph::find_all(const std::string& name) const {
  std::vector<std::size_t> copies;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].name == name) return {i};
    if (copy_number(nodes_[i].name, name)) copies.push_back(i);
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
      wire.node = number[wire.node];
      assert(wire.node < part.nodes_.size());
    }
    number[old] = part.nodes_.size();
    part.nodes_.push_back(std::move(node));
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

std::optional<std::size_t> copy_number(const std::string& copy, const std::string& name) {
  if (!copy.starts_with(name + "_")) return {};
  const auto* begin = copy.data() + name.size() + 1;
  const auto* end = copy.data() + copy.size();
  std::size_t number = 0;
  const auto read = std::from_chars(begin, end, number);
  if (begin == end || *begin == '0' || read.ec != std::errc{} || read.ptr != end) return {};
  return number;
}

}  // namespace fovea
