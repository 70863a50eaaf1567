#include "pipelines/run/definition_file.hpp"

#include <fstream>
#include "graph/definition.hpp"

#include "runtime/store/owner.hpp"
#include "stages/list.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"
#include "tests/pipelines/small_pipeline.hpp"
#include "tests/runtime/dead_process.hpp"

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

TEST_CASE("definition file: what dead processes left of a file goes when it is written, and nothing else") {
  const Folder folder;
  const auto left = [&](const std::string& file, const std::string& owner) {
    const auto path = folder / (file + "." + owner + "-0-0123.partial");
    std::ofstream(path) << "half";
    return path;
  };
  const auto dead = left("a.svg", name_of_dead()), alive = left("a.svg", own_name()),
             other = left("b.svg", name_of_dead()), own = folder / "a.svg.own.partial";
  std::ofstream(own) << "somebody's";
  write_whole_file(folder / "a.svg", "text");
  CHECK_FALSE(std::filesystem::exists(dead));
  for (const auto& path : {alive, other, own, folder / "a.svg"}) CHECK(std::filesystem::exists(path));
}

TEST_CASE("definition file: where there is no folder, that is what is told") {
  const Folder folder;
  const auto file = (folder / "none/a.svg").string();
  CHECK(error_of([&] { write_whole_file(file, "text"); }) == file + ": there is no folder \"" +
                                                                 (folder / "none").string() +
                                                                 "\"; make it or choose another place");
}
