#include "pipelines/run/draw_graph.hpp"

#include <algorithm>

#include "graph/definition.hpp"
#include "stages/list.hpp"
#include "tests/catch.hpp"
#include "tests/pipelines/small_pipeline.hpp"
#include "tests/render/reading.hpp"

using namespace fovea;

TEST_CASE(
    "drawn pipeline: every wire is an arrow between its two stages, and what is in the store has its fill") {
  const auto registry = all_stages();
  const auto graph = read_definition(small_pipeline(), registry);
  std::vector<Planned> planned(graph.nodes().size());
  std::set<std::string> wires;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto& node = graph.nodes()[i];
    if (node.name == "load" || node.name == "split") planned[i].status = Status::hit;
    for (const auto& wire : node.inputs) {
      const auto& from = graph.nodes()[wire.node];
      wires.insert(from.name + " -> " + node.name + ": " + from.stage->outputs[wire.port].name);
    }
  }
  const auto drawing = graph_drawing(graph, planned);
  CHECK(render::read_arrows(drawing) == wires);
  const auto fills = render::read_boxes(drawing);
  REQUIRE(fills.size() == graph.nodes().size());
  CHECK(fills.at("load") == fills.at("split"));
  CHECK_FALSE(fills.at("load") == fills.at("train"));
}

TEST_CASE("drawn pipeline: what a stage reads of one other is one arrow that names all of it") {
  auto definition = small_pipeline();
  definition["stages"]["balance"] = parse_json(
      R"({"stage": "plot_class_balance",
          "inputs": {"train": "split.train", "validation": "split.validation", "test": "split.test"}})");
  const auto registry = all_stages();
  const auto graph = read_definition(definition, registry);
  const auto drawing = graph_drawing(graph, std::vector<Planned>(graph.nodes().size()));
  const auto arrows = render::read_arrows(drawing);
  CHECK(arrows.contains("split -> balance: train, validation, test"));
  CHECK(std::count_if(arrows.begin(), arrows.end(),
                      [](const std::string& arrow) { return arrow.starts_with("split -> balance"); }) == 1);
}
