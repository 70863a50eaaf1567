#include "pipelines/run/draw_graph.hpp"

#include <algorithm>
#include <map>

#include "render/cairo.hpp"
#include "render/diagram.hpp"

namespace fovea {
namespace {

constexpr render::Color hit_fill = render::rgb(0xd5efe5);
constexpr render::Color run_fill = render::rgb(0xfff3d9);

/// Adds each parameter that differs from its default, as "epochs 5".
void add_changed(const Json& params, const std::vector<FieldInfo>& fields, const std::string& prefix,
                 std::vector<std::string>& lines) {
  for (const auto& field : fields) {
    const auto& value = params.at(field.name);
    if (value == field.standard) continue;
    if (!field.members.empty()) {
      add_changed(value, field.members, prefix + field.name + ".", lines);
    } else if (value.is_array()) {
      lines.push_back(prefix + field.name + ": " + std::to_string(value.size()) +
                      (value.size() == 1 ? " item" : " items"));
    } else {
      lines.push_back(prefix + field.name + " " +
                      (value.is_string() ? value.get<std::string>() : value.dump()));
    }
  }
}

/// Returns the outputs that a node reads, by the numbers of the nodes that they come from.
std::map<std::size_t, std::vector<std::string>> read_of(const Graph& graph, const Node& node) {
  std::map<std::size_t, std::vector<std::string>> all;
  for (const auto& wire : node.inputs) {
    auto& outputs = all[wire.node];
    const auto& output = graph.nodes()[wire.node].stage->outputs[wire.port].name;
    if (std::find(outputs.begin(), outputs.end(), output) == outputs.end()) outputs.push_back(output);
  }
  return all;
}

render::Diagram diagram_of(const Graph& graph, const std::vector<Planned>& planned) {
  render::Diagram diagram{.title = graph.name(),
                          .legend = {{hit_fill, "in the store"}, {run_fill, "has to run"}}};
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto& node = graph.nodes()[i];
    render::Diagram::Box box{.title = node.name,
                             .fill = planned[i].status == Status::hit ? hit_fill : run_fill};
    if (node.name != node.stage->name) box.lines.push_back(node.stage->name);
    add_changed(node.params, node.stage->params, "", box.lines);
    if (node.seed != graph.seed()) box.lines.push_back("seed " + std::to_string(node.seed));
    diagram.boxes.push_back(std::move(box));
    for (const auto& [from, outputs] : read_of(graph, node))
      diagram.arrows.push_back({from, i, join(outputs, ", ")});
  }
  return diagram;
}

/// Quotes a text for Graphviz.
std::string dot_quote(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return quoted + "\"";
}

std::string dot_of(const Graph& graph, const std::vector<Planned>& planned) {
  std::string text = "digraph " + dot_quote(graph.name()) + " {\n  node [shape=box, style=filled];\n";
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto& node = graph.nodes()[i];
    text += "  " + dot_quote(node.name) +
            " [fillcolor=" + (planned[i].status == Status::hit ? "\"#d5efe5\"" : "\"#fff3d9\"") + "];\n";
    for (const auto& wire : node.inputs) {
      const auto& from = graph.nodes()[wire.node];
      text += "  " + dot_quote(from.name) + " -> " + dot_quote(node.name) +
              " [label=" + dot_quote(from.stage->outputs[wire.port].name) + "];\n";
    }
  }
  return text + "}\n";
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

render::Drawing graph_drawing(const Graph& graph, const std::vector<Planned>& planned) {
  return draw(diagram_of(graph, planned), render::measure_text);
}

std::string draw_graph(const Graph& graph, const std::vector<Planned>& planned, const std::string& ending) {
  if (ending == ".txt") return graph.text();
  if (ending == ".dot") return dot_of(graph, planned);
  const auto drawing = graph_drawing(graph, planned);
  const render::Metadata metadata{{"Title", graph.name()}, {"Software", "Fovea"}};
  if (ending == ".svg") return text_of(render::svg(drawing, metadata));
  if (ending == ".png") return text_of(render::png(drawing, metadata));
  if (ending == ".pdf") return text_of(render::pdf(drawing, metadata));
  throw Error(quote(ending) + " is no ending that is drawn; it is one of .svg, .png, .pdf, .dot, .txt");
}

}  // namespace fovea
