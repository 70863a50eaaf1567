#include "graph/definition.hpp"
#include "graph/plan.hpp"
#include "runtime/store/artifact.hpp"
#include "runtime/store/store.hpp"
#include "stages/list.hpp"
#include "tests/pipelines/trained.hpp"

namespace {

/// A tracked output of the last run: its stage, its port, and the file that it is kept in.
struct Tracked {
  std::string node, port;
  fs::path file;
};

std::vector<Tracked> tracked_outputs(const ScratchFolder& scratch) {
  const auto registry = fovea::all_stages();
  const auto graph = fovea::read_definition(small_pipeline(), registry);
  const fovea::Store store(scratch.folder / ".fovea", [](const std::string&) {});
  const auto stages = store.runs().back().at("stages");
  std::vector<Tracked> all;
  for (const auto& [node, port] : fovea::read_after_run(graph)) {
    const auto& [name, stage] = std::pair(graph.nodes()[node].name, graph.nodes()[node].stage);
    const auto object = stages.at(name).at("objects").at(port).get<std::string>();
    if (stage->outputs[port].tracked)
      all.push_back({name, stage->outputs[port].name, store.object_path(object)});
  }
  return all;
}

/// What people see of the newest run, but for its log and for event files, which have times in them.
std::map<std::string, std::string> seen_in(const fs::path& run) {
  auto files = files_in(run);
  std::erase_if(files, [](const auto& file) {
    return file.first == "run.log" || file.first.starts_with("tensorboard_logs/");
  });
  return files;
}

}  // namespace

TEST_CASE("tracking: each tracked output of a training pipeline that is lost is planned and made again") {
  const Trained scratch;
  const auto right = seen_in(run_directories(scratch).back());
  const auto outputs = tracked_outputs(scratch);
  std::map<std::string, int> ports;
  for (const auto& one : outputs) ++ports[one.node];
  CHECK(ports ==
        std::map<std::string, int>{
            {"augment", 1}, {"train", 4}, {"evaluate", 1}, {"curves", 1}, {"rate", 1}, {"confusion", 1}});
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    // Times are others whenever training is repeated, so that its newest result counts.
    const auto [node, port, file] = tracked_outputs(scratch)[i];
    INFO(node << "." << port);
    fs::remove(file);
    const auto plan = planned(scratch);
    CHECK(plan.at(node).at("why") == "its result is no longer in the store");
    const auto done = scratch.fovea({"run", "pipeline.json", "--output-dir", "again"});
    INFO(done.err);
    REQUIRE(done.code == 0);
    const auto run = fs::directory_iterator(scratch.folder / "again")->path();
    CHECK(seen_in(run) == right);
    CHECK(fs::is_directory(run / "tensorboard_logs/train/validation"));
    CHECK(fs::is_directory(run / "tensorboard_logs/train/evaluate"));
    CHECK(fs::is_directory(run / "tensorboard_logs/figures"));
    fs::remove_all(scratch.folder / "again");
  }
}

TEST_CASE("tracking: every tracked port of every stage is of a kind that tells something") {
  const auto registry = fovea::all_stages();
  int tracked = 0;
  for (const auto& name : registry.names()) {
    for (const auto& output : registry.find(name)->outputs) {
      if (!output.tracked) continue;
      ++tracked;
      INFO(name << "." << output.name);
      CHECK(output.codec->tells.anything());
    }
  }
  CHECK(tracked > 10);
}
