#include "pipelines/draw_graph.hpp"

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
