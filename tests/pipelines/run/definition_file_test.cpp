#include "pipelines/run/definition_file.hpp"

#include "graph/definition.hpp"
#include "runtime/text_file.hpp"
#include "stages/list.hpp"
#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/pipelines/small_pipeline.hpp"

using namespace fovea;

TEST_CASE("definition file: what a run writes of thousands of trainings is read again") {
  auto definition = small_pipeline();
  for (const auto* name : {"predict", "evaluate", "curves", "rate", "confusion"})
    definition["stages"].erase(name);
  for (int i = 1; i <= 5000; ++i) definition["each"]["train.learning_rate"].push_back(i * 1e-6);
  const auto registry = all_stages();
  const auto graph = read_definition(definition, registry);
  const auto text = write_definition(graph, "/").dump(2);
  CHECK(text.size() > (std::size_t{8} << 20));
  const Folder folder;
  write_whole_file(folder / "config.json", text);
  const auto again = read_definition_file(folder / "config.json", {}, registry);
  CHECK(again.nodes().size() == graph.nodes().size());
  CHECK(again.nodes().back().params == graph.nodes().back().params);
}
