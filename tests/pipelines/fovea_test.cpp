#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "graph/json.hpp"
#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/pipelines/command.hpp"

using fovea::Json;
namespace fs = std::filesystem;

namespace {

/// A whole pipeline that trains in about a second: 240 synthetic images of 12 x 12.
Json small_pipeline() {
  return Json::parse(R"({ "fovea": 1, "name": "small", "seed": 1, "stages": {
    "load": { "stage": "load", "params": { "format": "synthetic",
              "synthetic": { "samples": 240, "classes": 3, "height": 12, "width": 12 } } },
    "split": { "stage": "split", "inputs": { "data": "load.data" }, "params": { "validation": 0.2 } },
    "augment": { "stage": "augment", "inputs": { "data": "split.train" },
                 "params": { "policy": [ { "op": "flip_horizontal" }, { "op": "translate" }, { "op": "random_erasing" } ] } },
    "model": { "stage": "build_model", "inputs": { "data": "split.train" } },
    "train": { "stage": "train", "inputs": { "model": "model.model", "batches": "augment.batches",
               "validation": "split.validation" }, "params": { "epochs": 2, "batch_size": 32 } },
    "evaluate": { "stage": "evaluate", "inputs": { "model": "train.best", "data": "split.test" } },
    "curves": { "stage": "plot_training_curves", "inputs": { "history": "train.history" } },
    "rate": { "stage": "plot_lr_schedule", "inputs": { "history": "train.history" } },
    "confusion": { "stage": "plot_confusion_matrix", "inputs": { "metrics": "evaluate.metrics" } } } })");
}

/// A folder with a definition in it, and the command that runs there.
struct Desk {
  Folder folder;
  explicit Desk(const Json& definition = small_pipeline()) { write(definition.dump()); }
  void write(const std::string& text) const { std::ofstream(folder / "pipeline.json") << text; }
  Finished fovea(std::vector<std::string> arguments, const std::vector<std::string>& environment = {}) const {
    return run_program("fovea", arguments, folder.path(), environment);
  }
  /// The one line of an error, after checking that it is one line on stderr and exit code 1.
  std::string error(const std::vector<std::string>& arguments) const {
    const auto done = fovea(arguments);
    CHECK(done.code == 1);
    CHECK(done.out.empty());
    CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
    return done.err.substr(0, done.err.find('\n'));
  }
  std::string error_with(const char* pointer, const Json& value) const {
    auto definition = small_pipeline();
    definition[Json::json_pointer(pointer)] = value;
    write(definition.dump());
    return error({"run", "pipeline.json"});
  }
};

std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Every file of a run directory by its name there.
std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).string()] = contents(entry.path());
  }
  return files;
}

std::vector<fs::path> run_directories(const Desk& desk) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(desk.folder / "results")) all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  return all;
}

/// "hit" or "run" of every stage, as `plan --json` tells.
std::map<std::string, Json> planned(const Desk& desk, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"plan", "pipeline.json", "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  std::map<std::string, Json> all;
  for (const auto& line : lines_of(desk.fovea(arguments).out)) {
    const auto one = Json::parse(line);
    all[one.at("stage")] = one;
  }
  return all;
}

/// The identities of all stored results by stage and port, without the measured times.
std::map<std::string, std::string> stored(const fs::path& store) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(store / "keys")) {
    if (!entry.is_regular_file()) continue;
    const auto record = Json::parse(contents(entry.path()));
    const auto stage = entry.path().parent_path().filename().string();
    for (std::size_t port = 0; port < record["objects"].size(); ++port) {
      const bool measured = stage == "train" && port == 3;
      if (!measured) all[stage + "/" + std::to_string(port)] = record["objects"][port];
    }
  }
  return all;
}

}  // namespace

TEST_CASE("fovea run: a pipeline gives a run directory with everything in it") {
  const Desk desk;
  const auto done = desk.fovea({"run", "pipeline.json"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  CHECK(done.out.find("epoch 2/2") != std::string::npos);
  CHECK(done.out.find("accuracy") != std::string::npos);
  const auto runs = run_directories(desk);
  REQUIRE(runs.size() == 1);
  CHECK(done.out.find("results in results/" + runs[0].filename().string()) != std::string::npos);
  const auto files = files_in(runs[0]);
  for (const char* name :
       {"config.json", "best_model.h5", "final_model.h5", "training_log.csv", "metrics.json",
        "visualizations/training_curves.png", "visualizations/lr_schedule.png",
        "visualizations/confusion_matrix.png", "run.log"}) {
    INFO(name);
    CHECK(files.contains(name));
  }
  CHECK(lines_of(files.at("training_log.csv")).size() == 3);
  CHECK(Json::parse(files.at("metrics.json")).at("accuracy").is_number());
}

TEST_CASE("fovea run: the second time every stage is a hit and the run directory is the same byte for byte") {
  const Desk desk;
  REQUIRE(desk.fovea({"run", "pipeline.json"}).code == 0);
  const auto again = desk.fovea({"run", "pipeline.json", "--json"});
  REQUIRE(again.code == 0);
  int hits = 0;
  for (const auto& line : lines_of(again.out)) hits += Json::parse(line).value("cached", false) ? 1 : 0;
  CHECK(hits == 9);
  const auto runs = run_directories(desk);
  REQUIRE(runs.size() == 2);
  auto first = files_in(runs[0]);
  auto second = files_in(runs[1]);
  first.erase("run.log");
  second.erase("run.log");
  CHECK(first == second);
}

TEST_CASE("fovea run: config.json of a run directory runs as it is, all hits") {
  const Desk desk;
  REQUIRE(desk.fovea({"run", "pipeline.json"}).code == 0);
  fs::copy(run_directories(desk)[0] / "config.json", desk.folder / "pipeline.json",
           fs::copy_options::overwrite_existing);
  for (const auto& [stage, plan] : planned(desk)) CHECK(plan["status"] == "hit");
}

TEST_CASE("fovea plan: a changed learning rate is named, and only train and what follows run") {
  const Desk desk;
  REQUIRE(desk.fovea({"run", "pipeline.json"}).code == 0);
  const auto plan = planned(desk, {"--set", "train.learning_rate=0.002"});
  for (const char* stage : {"load", "split", "augment", "model"}) CHECK(plan.at(stage)["status"] == "hit");
  for (const char* stage : {"train", "evaluate", "curves", "rate", "confusion"})
    CHECK(plan.at(stage)["status"] == "run");
  CHECK(plan.at("train")["why"] == "learning_rate: 0.001 -> 0.002");
  CHECK(plan.at("train")["seconds"].is_number());
  REQUIRE(desk.fovea({"run", "pipeline.json", "--set", "train.learning_rate=0.002"}).code == 0);
  for (const auto& [stage, after] : planned(desk, {"--set", "train.learning_rate=0.002"}))
    CHECK(after["status"] == "hit");
}

TEST_CASE("fovea run: the number of threads changes no byte of any artifact") {
  const Desk desk;
  const auto one = desk.fovea({"run", "pipeline.json", "--threads", "1", "--store", "one"});
  const auto two = desk.fovea({"run", "pipeline.json", "--threads", "2", "--store", "two"});
  REQUIRE(one.code == 0);
  REQUIRE(two.code == 0);
  const auto objects = stored(desk.folder / "one");
  CHECK(objects.size() == 14);
  CHECK(objects == stored(desk.folder / "two"));
}

TEST_CASE("fovea run: another seed gives another result") {
  const Desk desk;
  REQUIRE(desk.fovea({"run", "pipeline.json", "--until", "train", "--store", "one"}).code == 0);
  REQUIRE(
      desk.fovea({"run", "pipeline.json", "--until", "train", "--store", "two", "--set", "seed=2"}).code ==
      0);
  const auto one = stored(desk.folder / "one");
  const auto two = stored(desk.folder / "two");
  CHECK(one.at("load/0") == two.at("load/0"));
  CHECK(one.at("train/0") != two.at("train/0"));
}

TEST_CASE("fovea: LibTorch is loaded by a run that trains, and by nothing else") {
  const Desk desk;
  const auto loads = [&](const std::vector<std::string>& arguments) {
    const auto done = desk.fovea(arguments, {"LD_DEBUG=files"});
    REQUIRE(done.code == 0);
    return done.err.find("libtorch") != std::string::npos;
  };
  CHECK_FALSE(loads({"plan", "pipeline.json"}));
  CHECK(loads({"run", "pipeline.json"}));
  CHECK_FALSE(loads({"run", "pipeline.json"}));
  CHECK_FALSE(loads({"stages"}));
  CHECK_FALSE(loads({"graph", "pipeline.json", "-o", "drawn.svg"}));
}

TEST_CASE("fovea run: until and force choose what runs") {
  const Desk desk;
  REQUIRE(desk.fovea({"run", "pipeline.json", "--until", "augment"}).code == 0);
  const auto plan = planned(desk, {"--force", "split"});
  CHECK(plan.at("load")["status"] == "hit");
  CHECK(plan.at("split")["why"] == "forced");
  CHECK(desk.error({"run", "pipeline.json", "--until", "trian"}) ==
        "--until: unknown stage \"trian\"; did you mean \"train\"?");
}

TEST_CASE("fovea run: --json prints one object a line and nothing else") {
  const Desk desk;
  const auto done = desk.fovea({"run", "pipeline.json", "--json", "--name", "mine", "--output-dir", "out"});
  REQUIRE(done.code == 0);
  std::map<std::string, int> events;
  for (const auto& line : lines_of(done.out)) ++events[Json::parse(line).at("event")];
  CHECK(events["stage_started"] == 9);
  CHECK(events["stage_finished"] == 9);
  CHECK(events["epoch"] == 2);
  CHECK(events["run_finished"] == 1);
  CHECK((*fs::directory_iterator(desk.folder / "out")).path().filename().string().starts_with("mine_"));
}

TEST_CASE("fovea run: an error in a definition is one line, before anything is computed") {
  const Desk desk;
  CHECK(desk.error_with("/stages/split/stage", "splt") ==
        "pipeline.json: stages.split: unknown stage \"splt\"; did you mean \"split\"?");
  CHECK(desk.error_with("/stages/train/inputs/validaton", "split.validation") ==
        "pipeline.json: stages.train.inputs: unknown input \"validaton\"; did you mean \"validation\"?");
  CHECK(desk.error_with("/stages/train/params/epoch", 3) ==
        "pipeline.json: stages.train.params: unknown parameter \"epoch\"; did you mean \"epochs\"?");
  CHECK(desk.error_with("/stages/evaluate/inputs/model", "load.data") ==
        "pipeline.json: stages.evaluate.inputs.model: expected Model, but \"load.data\" gives Dataset; did "
        "you mean "
        "\"model.model\"?");
  CHECK(desk.error_with("/stages/train/params/epochs", 0) ==
        "pipeline.json: stages.train.params.epochs: 0 is not allowed; it must be from 1 to 1000000");
  CHECK(desk.error_with("/stages/train/params/epochs", "five") ==
        "pipeline.json: stages.train.params.epochs: expected a whole number, got \"five\"");
  CHECK(desk.error_with("/stages/split/inputs/data", "split.train") ==
        "pipeline.json: stages: a cycle: \"split\" -> \"split\"; a stage can't need its own result");
  CHECK_FALSE(fs::exists(desk.folder / ".fovea/objects"));
}

TEST_CASE("fovea run: a file that is missing or not JSON is one line") {
  const Desk desk;
  CHECK(desk.error({"run", "nothing.json"}) ==
        "nothing.json: no such file; give the path of a pipeline such as pipeline.json");
  desk.write("{ \"fovea\": 1,\n  \"stages\": { \"load\" 3 } }");
  CHECK(
      desk.error({"run", "pipeline.json"}) ==
      "pipeline.json: line 2, column 22: not JSON here; a comma, bracket or quote may be missing before it");
}

TEST_CASE("fovea run: data that is not there is one line, before anything is computed") {
  const Desk desk;
  auto definition = small_pipeline();
  definition["stages"]["load"]["params"] = {{"path", "no-such-data"}};
  desk.write(definition.dump());
  const auto line = desk.error({"run", "pipeline.json"});
  INFO(line);
  CHECK(line.starts_with("load: " + (desk.folder / "no-such-data").string() + ": no such folder"));
  CHECK_FALSE(fs::exists(desk.folder / "results"));
}

TEST_CASE("fovea: wrong usage is exit code 2") {
  const Desk desk;
  CHECK(desk.fovea({}).code == 2);
  CHECK(desk.fovea({"rnu"}).code == 2);
  CHECK(desk.fovea({"run"}).code == 2);
  CHECK(desk.fovea({"run", "pipeline.json", "--threads", "0"}).code == 2);
  CHECK(desk.fovea({"--help"}).code == 0);
}

TEST_CASE("fovea stages: lists every stage, and shows one with ports and parameters") {
  const Desk desk;
  const auto all = desk.fovea({"stages"});
  for (const char* name :
       {"load", "split", "augment", "build_model", "train", "evaluate", "plot_confusion_matrix"}) {
    CHECK(all.out.find(std::string("  ") + name + " ") != std::string::npos);
  }
  const auto train = Json::parse(desk.fovea({"stages", "train", "--json"}).out);
  CHECK(train["inputs"][1]["kind"] == "Batches");
  CHECK(desk.error({"stages", "trian"}) == "unknown stage \"trian\"; did you mean \"train\"?");
}

TEST_CASE("fovea graph: draws text, Graphviz, SVG, PNG and PDF, and refuses other endings") {
  const Desk desk;
  CHECK(desk.fovea({"graph", "pipeline.json"}).out.find("train = train(model: model.model") !=
        std::string::npos);
  const std::map<std::string, std::string> begins{
      {"dot", "digraph"}, {"svg", "<?xml"}, {"png", "\x89PNG"}, {"pdf", "%PDF"}};
  for (const auto& [ending, begin] : begins) {
    REQUIRE(desk.fovea({"graph", "pipeline.json", "-o", "drawn." + ending}).code == 0);
    CHECK(contents(desk.folder / ("drawn." + ending)).starts_with(begin));
  }
  CHECK(desk.error({"graph", "pipeline.json", "-o", "drawn.bmp"}) ==
        "drawn.bmp: \".bmp\" is no ending that is drawn; it is one of .svg, .png, .pdf, .dot, .txt");
}

TEST_CASE("fovea schema: knows every stage and its parameters") {
  const auto schema = Json::parse(Desk().fovea({"schema"}).out);
  std::map<std::string, Json> stages;
  for (const auto& one : schema["properties"]["stages"]["additionalProperties"]["oneOf"]) {
    stages[one["properties"]["stage"]["const"]] = one;
  }
  CHECK(stages.size() == 9);
  CHECK(stages.at("train")["properties"]["params"]["properties"]["epochs"]["default"] == 100);
}
