#include "graph/graph.hpp"

#include <algorithm>
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

}  // namespace

Graph::Graph(std::string name, std::uint64_t seed) : name_(std::move(name)), seed_(seed) {
  if (!is_name(name_)) {
    throw Error("pipeline name " + quote(name_) + ": only letters, digits, \"_\" and \"-\" are allowed");
  }
}

std::size_t Graph::add(const std::string& name, const StageInfo& stage, const Json& params,
                       std::vector<Wire> inputs) {
  if (!is_name(name)) {
    throw Error("stage name " + quote(name) + ": only letters, digits, \"_\" and \"-\" are allowed");
  }
  for (const auto& node : nodes_) {
    if (node.name == name)
      throw Error("stage " + quote(name) + " is there already; give one of the two another name");
  }
  assert(inputs.size() == stage.inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    assert(inputs[i].node < nodes_.size() && "a wire comes from a stage that was added before");
    assert(nodes_[inputs[i].node].stage->outputs.at(inputs[i].port).kind == stage.inputs[i].kind);
  }
  nodes_.push_back({name, &stage, stage.complete(params, "stages." + name + ".params"), std::move(inputs)});
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

std::vector<std::size_t> Graph::needed_by(std::size_t node) const {
  std::set<std::size_t> needed{node};
  for (std::size_t i = node + 1; i-- > 0;) {
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
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      wires.push_back(node.stage->inputs[i].name + ": " + wire_text(*this, node.inputs[i]));
    }
    text += "  " + node.name + " = " + node.stage->name + "(" + join(wires, ", ") + ")";
    const auto params = changed(node.params, node.stage->params);
    text += (params.empty() ? "" : " " + params.dump()) + "\n";
  }
  return text;
}

std::string wire_text(const Graph& graph, const Wire& wire) {
  const auto& node = graph.nodes().at(wire.node);
  return node.name + "." + node.stage->outputs.at(wire.port).name;
}

}  // namespace fovea
