#include "stages/list.hpp"
#include "tests/pipelines/trained.hpp"

namespace {

/// The identities of all stored results by stage and port, without the measured times.
std::map<std::string, std::string> stored(const fs::path& store) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(store / "keys")) {
    if (!entry.is_regular_file()) continue;
    const auto record = fovea::parse_json(bytes_of(entry.path()));
    const auto stage = record["parts"]["stage"].get<std::string>();
    for (std::size_t port = 0; port < record["objects"].size(); ++port) {
      const bool measured = stage == "train" && port == 3;
      if (!measured) all[stage + "/" + std::to_string(port)] = record["objects"][port];
    }
  }
  return all;
}

}  // namespace

TEST_CASE("fovea run: a pipeline gives a run directory with everything in it") {
  const ScratchFolder scratch;
  const auto done = scratch.fovea({"run", "pipeline.json"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  CHECK(done.out.find("epoch 2/2") != std::string::npos);
  CHECK(done.out.find("accuracy") != std::string::npos);
  const auto runs = run_directories(scratch);
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
  CHECK(fovea::parse_json(files.at("metrics.json")).at("accuracy").is_number());
}

TEST_CASE("fovea run: the second time every stage is a hit and the run directory is the same byte for byte") {
  const Trained scratch;
  const auto again = scratch.fovea({"run", "pipeline.json", "--json"});
  REQUIRE(again.code == 0);
  int hits = 0;
  for (const auto& line : lines_of(again.out)) hits += fovea::parse_json(line).value("cached", false) ? 1 : 0;
  CHECK(hits == 10);
  const auto runs = run_directories(scratch);
  REQUIRE(runs.size() == 2);
  auto first = files_in(runs[0]);
  auto second = files_in(runs[1]);
  first.erase("run.log");
  second.erase("run.log");
  CHECK(first == second);
}

TEST_CASE("fovea run: config.json of a run directory runs as it is, all hits") {
  const Trained scratch;
  fs::copy(run_directories(scratch)[0] / "config.json", scratch.folder / "pipeline.json",
           fs::copy_options::overwrite_existing);
  for (const auto& [stage, plan] : planned(scratch)) CHECK(plan["status"] == "hit");
}

TEST_CASE("fovea plan: a changed learning rate is named, and only train and what follows run") {
  const Trained scratch;
  const auto plan = planned(scratch, {"--set", "train.learning_rate=0.002"});
  for (const char* stage : {"load", "split", "augment", "model"}) CHECK(plan.at(stage)["status"] == "hit");
  for (const char* stage : {"train", "evaluate", "curves", "rate", "confusion"})
    CHECK(plan.at(stage)["status"] == "run");
  CHECK(plan.at("train")["why"] == "learning_rate: 0.001 -> 0.002");
  CHECK(plan.at("train")["seconds"].is_number());
  REQUIRE(scratch.fovea({"run", "pipeline.json", "--set", "train.learning_rate=0.002"}).code == 0);
  for (const auto& [stage, after] : planned(scratch, {"--set", "train.learning_rate=0.002"}))
    CHECK(after["status"] == "hit");
}

TEST_CASE("fovea run: the number of threads changes no byte of any artifact") {
  const ScratchFolder scratch;
  const auto one = scratch.fovea({"run", "pipeline.json", "--threads", "1", "--store", "one"});
  const auto two = scratch.fovea({"run", "pipeline.json", "--threads", "2", "--store", "two"});
  REQUIRE(one.code == 0);
  REQUIRE(two.code == 0);
  const auto objects = stored(scratch.folder / "one");
  CHECK(objects.size() == 17);
  CHECK(objects == stored(scratch.folder / "two"));
}

TEST_CASE("fovea run: another seed gives another result") {
  const ScratchFolder scratch;
  REQUIRE(scratch.fovea({"run", "pipeline.json", "--until", "train", "--store", "one"}).code == 0);
  REQUIRE(
      scratch.fovea({"run", "pipeline.json", "--until", "train", "--store", "two", "--set", "seed=2"}).code ==
      0);
  const auto one = stored(scratch.folder / "one");
  const auto two = stored(scratch.folder / "two");
  CHECK(one.at("load/0") == two.at("load/0"));
  CHECK(one.at("train/0") != two.at("train/0"));
}

TEST_CASE("fovea: LibTorch is loaded by a run that trains, and by nothing else") {
  const ScratchFolder scratch;
  const auto loads = [&](const std::vector<std::string>& arguments) {
    const auto done = scratch.fovea(arguments, {"LD_DEBUG=files"});
    REQUIRE(done.code == 0);
    return done.err.find("libtorch") != std::string::npos;
  };
  CHECK_FALSE(loads({"plan", "pipeline.json"}));
  CHECK_FALSE(loads({"plan", "pipeline.json", "--device", "cpu"}));
  CHECK(loads({"run", "pipeline.json"}));
  CHECK_FALSE(loads({"run", "pipeline.json"}));
  CHECK_FALSE(loads({"stages"}));
  CHECK_FALSE(loads({"graph", "pipeline.json", "-o", "drawn.svg"}));
}

TEST_CASE("fovea: a device that is not there is an error before anything is done") {
  const ScratchFolder scratch;
  for (const char* command : {"run", "plan"}) {
    const auto told = scratch.error({command, "pipeline.json", "--device", "cuda:99"});
    CHECK(told.starts_with("--device: \"cuda:99\" is asked for, but th"));
  }
  CHECK(scratch.usage_error({"train", "--dataset", "synthetic", "--device", "gpu"}) ==
        "--device: \"gpu\" is not allowed; it must be \"auto\", \"cpu\", \"cuda\" or \"cuda:N\"");
  CHECK_FALSE(fs::exists(scratch.folder / ".fovea"));
}

TEST_CASE("fovea: what was computed on the CPU is there for a plan on the CPU") {
  const ScratchFolder scratch;
  REQUIRE(scratch.fovea({"run", "pipeline.json", "--device", "cpu"}).code == 0);
  for (const auto& [name, stage] : planned(scratch, {"--device", "cpu"})) CHECK(stage.at("status") == "hit");
}

TEST_CASE(
    "fovea plan: where nothing is known of how long a stage takes, the sum is a least, and says of which") {
  const ScratchFolder scratch;
  REQUIRE(scratch.fovea({"run", "pipeline.json", "--until", "split"}).code == 0);
  const auto told = lines_of(scratch.fovea({"plan", "pipeline.json", "--force", "load"}).out).back();
  CHECK(told.starts_with("10 of 10 stages to run; by earlier runs they take at least "));
  CHECK(told.ends_with(" s, and nothing is known of augment, model, train and 5 more"));
}

TEST_CASE("fovea run: until and force choose what runs") {
  const ScratchFolder scratch;
  REQUIRE(scratch.fovea({"run", "pipeline.json", "--until", "augment"}).code == 0);
  const auto plan = planned(scratch, {"--force", "split"});
  CHECK(plan.at("load")["status"] == "hit");
  CHECK(plan.at("split")["why"] == "forced");
  CHECK(scratch.usage_error({"run", "pipeline.json", "--until", "trian"}) ==
        "--until: unknown stage \"trian\"; did you mean \"train\"?");
}

TEST_CASE("fovea run: --json prints one object a line and nothing else") {
  const ScratchFolder scratch;
  const auto done =
      scratch.fovea({"run", "pipeline.json", "--json", "--name", "mine", "--output-dir", "out"});
  REQUIRE(done.code == 0);
  std::map<std::string, int> events;
  for (const auto& line : lines_of(done.out)) ++events[fovea::parse_json(line).at("event")];
  CHECK(events["stage_started"] == 10);
  CHECK(events["stage_finished"] == 10);
  CHECK(events["epoch"] == 2);
  CHECK(events["run_finished"] == 1);
  CHECK((*fs::directory_iterator(scratch.folder / "out")).path().filename().string().starts_with("mine_"));
}

TEST_CASE("fovea run: an error in a definition is one line, before anything is computed") {
  const ScratchFolder scratch;
  CHECK(scratch.error_with("/stages/split/stage", "splt") ==
        "pipeline.json: stages.split: unknown stage \"splt\"; did you mean \"split\"?");
  CHECK(scratch.error_with("/stages/train/inputs/validaton", "split.validation") ==
        "pipeline.json: stages.train.inputs: unknown input \"validaton\"; did you mean \"validation\"?");
  CHECK(scratch.error_with("/stages/train/params/epoch", 3) ==
        "pipeline.json: stages.train.params: unknown parameter \"epoch\"; did you mean \"epochs\"?");
  CHECK(scratch.error_with("/stages/predict/inputs/model", "load.data") ==
        "pipeline.json: stages.predict.inputs.model: expected Model, but \"load.data\" gives Dataset; Model "
        "here is one of \"model.model\", \"train.best\", \"train.last\"");
  CHECK(scratch.error_with("/stages/predict/inputs/data", "model.model") ==
        "pipeline.json: stages.predict.inputs.data: expected Dataset, but \"model.model\" gives Model; did "
        "you "
        "mean \"split.test\"?");
  CHECK(scratch.error_with("/stages/train/params/epochs", 0) ==
        "pipeline.json: stages.train.params.epochs: 0 is not allowed; it must be from 1 to 1000000");
  CHECK(scratch.error_with("/stages/train/params/epochs", "five") ==
        "pipeline.json: stages.train.params.epochs: expected a whole number, got \"five\"");
  CHECK(scratch.error_with("/stages/split/inputs/data", "split.train") ==
        "pipeline.json: stages: a cycle: \"split\" -> \"split\"; a stage can't need its own result");
  CHECK_FALSE(fs::exists(scratch.folder / ".fovea/objects"));
}

TEST_CASE("fovea run: a file that is missing or not JSON is one line") {
  const ScratchFolder scratch;
  CHECK(scratch.error({"run", "nothing.json"}) ==
        "nothing.json: no such file; give the path of a pipeline such as pipeline.json");
  scratch.write("{ \"fovea\": 1,\n  \"stages\": { \"load\" 3 } }");
  CHECK(
      scratch.error({"run", "pipeline.json"}) ==
      "pipeline.json: line 2, column 22: not JSON here; a comma, bracket or quote may be missing before it");
}

TEST_CASE("fovea run: data that is not there is one line, before anything is computed") {
  const ScratchFolder scratch;
  auto definition = small_pipeline();
  definition["stages"]["load"]["params"] = {{"path", "no-such-data"}};
  scratch.write(definition.dump());
  const auto line = scratch.error({"run", "pipeline.json"});
  INFO(line);
  CHECK(line.starts_with("load: " + (scratch.folder / "no-such-data").string() + ": no such folder"));
  CHECK_FALSE(fs::exists(scratch.folder / "results"));
}

TEST_CASE("fovea: wrong usage is exit code 2") {
  const ScratchFolder scratch;
  CHECK(scratch.fovea({}).code == 2);
  CHECK(scratch.fovea({"rnu"}).code == 2);
  CHECK(scratch.fovea({"run"}).code == 2);
  CHECK(scratch.fovea({"run", "pipeline.json", "--threads", "0"}).code == 2);
  CHECK(scratch.fovea({"--help"}).code == 0);
}

TEST_CASE("fovea stages: a list of alternatives is told with the parameters of each") {
  const auto told = ScratchFolder().fovea({"stages", "augment"}).out;
  CHECK(told.find("\npolicy, any of these with their parameters\n") != std::string::npos);
  CHECK(told.find("  mixup alpha ") != std::string::npos);
  CHECK(told.find("largest angle each way, in degrees; from 0 to 180") != std::string::npos);
}

TEST_CASE("fovea stages: lists every stage, and shows one with ports and parameters") {
  const ScratchFolder scratch;
  const auto all = scratch.fovea({"stages"});
  for (const char* name :
       {"load", "split", "augment", "build_model", "train", "predict", "evaluate", "plot_confusion_matrix"}) {
    CHECK(all.out.find(std::string("  ") + name + " ") != std::string::npos);
  }
  const auto train = fovea::parse_json(scratch.fovea({"stages", "train", "--json"}).out);
  CHECK(train["inputs"][1]["kind"] == "AugmentationRecipe");
  CHECK(train["outputs"][0]["file"] == "best_model.h5");
  CHECK(train["outputs"][3]["tracked"] == true);
  CHECK(scratch.usage_error({"stages", "trian"}) == "unknown stage \"trian\"; did you mean \"train\"?");
}

TEST_CASE("fovea graph: draws text, Graphviz, SVG, PNG and PDF, and refuses other endings") {
  const ScratchFolder scratch;
  CHECK(scratch.fovea({"graph", "pipeline.json"}).out.find("train = train(model: model.model") !=
        std::string::npos);
  const std::map<std::string, std::string> begins{
      {"dot", "digraph"}, {"svg", "<?xml"}, {"png", "\x89PNG"}, {"pdf", "%PDF"}};
  for (const auto& [ending, begin] : begins) {
    REQUIRE(scratch.fovea({"graph", "pipeline.json", "-o", "drawn." + ending}).code == 0);
    CHECK(bytes_of(scratch.folder / ("drawn." + ending)).starts_with(begin));
  }
  CHECK(scratch.usage_error({"graph", "pipeline.json", "-o", "drawn.bmp"}) ==
        "drawn.bmp: \".bmp\" is no ending that is drawn; it is one of .svg, .png, .pdf, .dot, .txt");
}

TEST_CASE("fovea schema: knows every stage and its parameters") {
  const auto schema = fovea::parse_json(ScratchFolder().fovea({"schema"}).out);
  std::map<std::string, Json> stages;
  for (const auto& one : schema["properties"]["stages"]["additionalProperties"]["oneOf"]) {
    stages[one["properties"]["stage"]["const"]] = one;
  }
  CHECK(stages.size() == fovea::all_stages().names().size());
  CHECK(stages.at("train")["properties"]["params"]["properties"]["epochs"]["default"] == 100);
  CHECK(stages.at("train")["properties"].contains("seed"));
  CHECK_FALSE(stages.at("load")["properties"].contains("seed"));
  CHECK(stages.at("summarise")["properties"]["inputs"]["properties"]["metrics"]["anyOf"][1]["type"] ==
        "array");
  CHECK(schema["properties"]["each"]["anyOf"][0]["additionalProperties"]["type"] == "array");
}

TEST_CASE("fovea run: interrupted training saves its progress, says how to go on, and plan knows") {
  auto definition = small_pipeline();
  definition["stages"]["train"]["params"]["epochs"] = 1000;
  definition["stages"]["train"]["params"]["early_stopping"] = {{"patience", nullptr}};
  const ScratchFolder scratch(definition);
  const auto done =
      run_until(".fovea/progress/train/*/*.h5", "fovea", {"run", "pipeline.json"}, scratch.folder.path());
  CHECK(done.code == 130);
  const auto kept = run_directories(scratch).at(0);
  CHECK(kept.extension() == ".failed");
  CHECK(done.err == "interrupted; finished stages and saved progress are in .fovea, the log is in results/" +
                        kept.filename().string() + ", and the same command goes on from there\n");
  CHECK(bytes_of(kept / "run.log").find(" stopped: interrupted; ") != std::string::npos);
  const auto plan = planned(scratch);
  CHECK(plan.at("train")["status"] == "partial");
  CHECK(plan.at("train")["progress"].get<std::string>().starts_with("epoch "));
  CHECK(plan.at("predict")["why"] == "\"train\" runs before it");
}

TEST_CASE("fovea verify-resume: a killed pipeline ends in the bytes of an undisturbed one") {
  const ScratchFolder scratch;
  const auto done = scratch.fovea({"verify-resume", "pipeline.json", "--kills", "2"});
  INFO(done.err);
  CHECK(done.code == 0);
  CHECK(done.out.ends_with("all 17 results are byte for byte those of the undisturbed run\n"));
  CHECK(scratch.error({"verify-resume", "pipeline.json", "--until", "split"}) ==
        "pipeline.json: no stage that keeps progress; give a pipeline with a \"train\" stage");
}
