#include "tests/stages/own_stage.hpp"

#include "pipelines/run/run_export.hpp"
#include "pipelines/run/run_pipeline.hpp"
#include "runtime/run.hpp"
#include "tests/pipelines/scratch_folder.hpp"
#include "tests/pipelines/tracking/event_reader.hpp"

using namespace fovea;

namespace {

constexpr const char* definition = R"({ "fovea": 1, "name": "archery", "stages": {
  "shoot": { "stage": "shoot", "params": { "rounds": 3 } } } })";

/// The only event file of a folder of a run directory, by its name there.
std::string events_in(const std::map<std::string, std::string>& files, const std::string& folder) {
  std::vector<std::string> found;
  for (const auto& [name, bytes] : files) {
    const auto path = fs::path(name);
    if (path.parent_path() == folder && path.filename().string().starts_with("events.out."))
      found.push_back(bytes);
  }
  REQUIRE(found.size() == 1);
  return found[0];
}

/// The pipeline of the one stage, its store, and what a run of it left there.
struct Shot {
  Folder folder;
  Graph graph{"archery"};
  PipelineResult result;

  Shot() {
    graph.add<own::Shoot>({});
    result = run();
    REQUIRE(result.run.done());
  }
  PipelineResult run() {
    struct Silent : Report {
      void event(const Event&) override {}
      void progress(const std::string&, std::size_t, std::size_t, const std::string&) override {}
    } silent;
    return run_pipeline(graph,
                        {.store = folder / "store", .output_dir = folder / "results", .report = &silent});
  }
  /// What a store that was opened just now knows of the pipeline.
  std::vector<Planned> planned(Store& store) const {
    return plan(graph, world_of(store, [](const Node&) { return Json::object(); }));
  }
  Store opened() const {
    return Store(folder / "store", [](const std::string&) {});
  }
};

}  // namespace

TEST_CASE(
    "tracking: a plugin's stage with an artifact of its own is told to TensorBoard, MLflow and people") {
  const ScratchFolder scratch;
  scratch.write(definition);
  const auto done = scratch.fovea({"run", "pipeline.json", "--plugin", FOVEA_BINARY_DIR "/libplugged.so",
                                   "--mlflow", "mlruns", "--tensorboard", "live"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  CHECK_THAT(done.out,
             Catch::Contains("shoot  run") && Catch::Contains("   last_hits 2.5000  rounds 3.0000\n"));
  const auto files = files_in(run_directories(scratch)[0]);
  const auto validation = event_reader::scalars(events_in(files, "tensorboard_logs/shoot/validation"));
  REQUIRE(validation.at("epoch_hits").size() == 3);
  CHECK(validation.at("epoch_hits")[2].value == 2.5F);
  CHECK(validation.at("epoch_loss")[1].value == 0.5F);
  CHECK(event_reader::scalars(events_in(files, "tensorboard_logs/shoot/train")).at("epoch_loss").size() == 3);
  CHECK(event_reader::scalars(events_in(files, "tensorboard_logs/shoot/windy")).at("epoch_hits").size() == 3);
  const auto measured = event_reader::scalars(events_in(files, "tensorboard_logs/shoot/measured"));
  CHECK(measured.at("test_last_hits")[0].value == 2.5F);
  const auto mlflow = files_in(scratch.folder / "mlruns");
  const auto metric = [&](const std::string& name) {
    for (const auto& [file, bytes] : mlflow) {
      if (file.ends_with("/metrics/" + name)) return lines_of(bytes).size();
    }
    return std::size_t{0};
  };
  CHECK(metric("val_hits") == 3);
  CHECK(metric("windy_hits") == 3);
  CHECK(metric("loss") == 3);
  CHECK(metric("test_rounds") == 1);
  CHECK(fs::is_directory(scratch.folder / "live/archery"));
}

TEST_CASE("tracking: a tracked output that is lost or damaged is planned and made again") {
  Shot shot;
  const auto right = files_in(shot.result.directory);
  const auto objects = shot.result.run.records()[0].objects;
  for (const bool damage : {false, true}) {
    for (std::size_t port = 0; port < 2; ++port) {
      INFO("port " << port << (damage ? " damaged" : " removed"));
      auto store = shot.opened();
      fs::remove(store.object_path(objects[port]));
      if (damage) std::ofstream(store.object_path(objects[port])) << "no HDF5";
      CHECK(shot.planned(store)[0].status == Status::run);
      const auto again = shot.run();
      REQUIRE(again.run.done());
      CHECK(again.run.nodes[0].end == End::ran);
      CHECK(files_in(again.directory).at("learnt.csv") == right.at("learnt.csv"));
    }
  }
}

TEST_CASE("tracking: a run directory is made a second time from the store alone, byte for byte the same") {
  Shot shot;
  auto right = files_in(shot.result.directory);
  auto store = shot.opened();
  const auto records = records_of(shot.graph, shot.planned(store));
  const auto directory =
      export_run(shot.graph, records, store, shot.folder / "again", {"archery", "from the store\n"});
  REQUIRE(directory);
  auto again = files_in(*directory);
  CHECK(again.at("run.log") == "from the store\n");
  right.erase("run.log");
  again.erase("run.log");
  CHECK(again == right);
}

TEST_CASE("tracking: with a tracked object lost no run directory is made, and nothing is left behind") {
  Shot shot;
  auto store = shot.opened();
  const auto records = records_of(shot.graph, shot.planned(store));
  fs::remove(store.object_path(records[0].objects[0]));
  CHECK_FALSE(export_run(shot.graph, records, store, shot.folder / "again", {"archery", ""}));
  CHECK_FALSE(fs::exists(shot.folder / "again"));
}
