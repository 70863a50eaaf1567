#include <algorithm>
#include <array>

#include "graph/definition.hpp"
#include "stages/list.hpp"
#include "tests/pipelines/scratch_folder.hpp"

namespace {

/// `fovea train` on little data, for a run of a second or two for each training.
std::vector<std::string> small_training(const std::vector<std::string>& more) {
  std::vector<std::string> arguments{
      "train",    "--dataset", "synthetic",    "--set", "load.synthetic.samples=240", "--image-size", "12",
      "--epochs", "1",         "--batch-size", "32",    "--no-visualization"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// Whether the result of each stage was there, as `--json` tells of a run.
std::map<std::string, bool> cached_stages(const Finished& run) {
  std::map<std::string, bool> cached;
  for (const auto& line : lines_of(run.out)) {
    const auto event = fovea::parse_json(line);
    if (event.at("event") != "stage_finished") continue;
    CHECK(cached.emplace(event.at("node"), event.at("cached")).second);
  }
  return cached;
}

/// The pipeline of a second or two, for each of two seeds and with a summary.
Json small_pipeline_of_two() {
  auto definition = small_pipeline();
  definition["each"]["seed"] = {1, 2};
  auto& stages = definition["stages"];
  for (const auto* figure : {"curves", "rate", "confusion"}) stages.erase(figure);
  stages["train"]["params"]["epochs"] = 1;
  stages["summary"] =
      fovea::parse_json(R"({"stage": "summarise", "inputs": {"metrics": "evaluate.metrics"}})");
  stages["drawn"] =
      fovea::parse_json(R"({"stage": "plot_summary", "inputs": {"summary": "summary.summary"}})");
  return definition;
}

std::size_t records_of(const ScratchFolder& scratch, const char* stage) {
  const fs::recursive_directory_iterator records(scratch.folder / ".fovea/keys" / stage);
  return static_cast<std::size_t>(
      std::count_if(begin(records), end(records), [](const auto& entry) { return entry.is_regular_file(); }));
}

Json json_in(const fs::path& file) {
  return fovea::parse_json(bytes_of(file));
}

}  // namespace

TEST_CASE("fovea train --seeds: what needs no seed runs once, and more seeds find those that ran") {
  const ScratchFolder scratch;
  const auto three = scratch.fovea(small_training({"--seeds", "3", "--json"}));
  INFO(three.err);
  REQUIRE(three.code == 0);
  CHECK(cached_stages(three).size() == 1 + 3 * 6 + 1);
  CHECK(records_of(scratch, "load") == 1);
  CHECK(records_of(scratch, "train") == 3);
  const auto five = cached_stages(scratch.fovea(small_training({"--seeds", "5", "--json"})));
  CHECK(five.at("load"));
  for (const auto* stage : {"split", "augment", "model", "train", "predict", "evaluate"}) {
    INFO(stage);
    for (const auto* copy : {"_1", "_2", "_3"}) CHECK(five.at(std::string(stage) + copy));
  }
  for (const auto* copy : {"train_4", "train_5", "evaluate_4", "evaluate_5", "summary"})
    CHECK_FALSE(five.at(copy));
  CHECK(records_of(scratch, "train") == 5);
}

TEST_CASE("fovea train --seeds: each seed gives what a single run with it gives") {
  const ScratchFolder scratch;
  REQUIRE(scratch.fovea(small_training({"--seed", "3", "--seeds", "2"})).code == 0);
  const auto single = cached_stages(scratch.fovea(small_training({"--seed", "4", "--json"})));
  CHECK(single.size() == 7);
  for (const auto& [stage, cached] : single) {
    INFO(stage);
    CHECK(cached);
  }
}

TEST_CASE("fovea train --seeds: tells and exports mean and interval, and config.json runs again, all hits") {
  const ScratchFolder scratch;
  const auto done = scratch.fovea(small_training({"--seeds", "2", "--save-pipeline", "saved.json"}));
  INFO(done.err << done.out);
  REQUIRE(done.code == 0);
  CHECK(done.out.find("\n  train_1..2") != std::string::npos);
  std::size_t with_accuracy = 0;
  for (const auto& line : lines_of(done.out)) with_accuracy += line.find("macro F1") != std::string::npos;
  CHECK(with_accuracy == 1);
  CHECK(done.out.find(" the 95 % interval of the mean)") != std::string::npos);

  const auto directory = run_directories(scratch).at(0);
  const auto summary = json_in(directory / "summary.json")["settings"][0];
  CHECK(summary["each"].dump() == R"([{"seed":0},{"seed":1}])");
  for (const auto* copy : {"evaluate_1", "evaluate_2"}) {
    const auto accuracy = json_in(directory / copy / "metrics.json")["accuracy"];
    CHECK(summary["accuracy"]["values"][copy[9] - '1'] == accuracy);
  }
  CHECK(json_in(scratch.folder / "saved.json")["each"].dump() == R"({"seed":[0,1]})");
  for (const auto& pipeline : {directory / "config.json", scratch.folder / "saved.json"}) {
    scratch.write(bytes_of(pipeline));
    const auto plan = planned(scratch);
    CHECK(plan.size() == 14);
    for (const auto& [stage, one] : plan) CHECK(one["status"] == "hit");
  }
}

TEST_CASE("fovea train --folds: the data is loaded once, and every image of the folds is validated on once") {
  const ScratchFolder scratch;
  const auto done = scratch.fovea(small_training({"--folds", "3", "--mlflow", "mlruns"}));
  INFO(done.err << done.out);
  REQUIRE(done.code == 0);
  CHECK(records_of(scratch, "load") == 1);
  for (const auto* stage : {"split", "augment", "train"}) CHECK(records_of(scratch, stage) == 3);
  CHECK(records_of(scratch, "evaluate") == 6);
  const auto directory = run_directories(scratch).at(0);
  std::int64_t validated = 0;
  for (const auto* fold : {"evaluate_validation_1", "evaluate_validation_2", "evaluate_validation_3"})
    validated += json_in(directory / fold / "metrics.json")["samples"].get<std::int64_t>();
  CHECK(validated == 240);
  const auto metrics = scratch.folder / "mlruns";
  std::vector<std::string> scores;
  for (const auto& entry : fs::recursive_directory_iterator(metrics)) {
    if (entry.path().filename().string().ends_with("_accuracy") &&
        entry.path().parent_path().filename().string().starts_with("evaluate") &&
        !fs::exists(entry.path().parent_path().parent_path().parent_path() / "tags/mlflow.parentRunId"))
      scores.push_back(entry.path().parent_path().filename().string() + "/" +
                       entry.path().filename().string());
  }
  std::sort(scores.begin(), scores.end());
  CHECK(scores == std::vector<std::string>{"evaluate_1/test_accuracy", "evaluate_2/test_accuracy",
                                           "evaluate_3/test_accuracy", "evaluate_validation_1/val_accuracy",
                                           "evaluate_validation_2/val_accuracy",
                                           "evaluate_validation_3/val_accuracy"});
  for (const auto* summary : {"summary", "summary_validation"})
    CHECK(json_in(directory / summary / "summary.json")["settings"][0]["runs"] == 3);
}

TEST_CASE("fovea train --folds: composes each fold, scored on test and validation, with a figure of both") {
  const ScratchFolder scratch;
  const auto done = scratch.fovea({"train", "--dataset", "synthetic", "--folds", "4", "--dry-run",
                                   "--save-pipeline", "saved.json", "--set", "evaluate.top_k=2"});
  REQUIRE(done.code == 0);
  const auto saved = json_in(scratch.folder / "saved.json");
  CHECK(saved["each"].dump() == R"({"split.fold":[1,2,3,4]})");
  const auto& stages = saved["stages"];
  CHECK(stages["split"]["params"]["folds"] == 4);
  CHECK(stages["predict_validation"].dump() ==
        R"({"stage":"predict","inputs":{"model":"train.last","data":"split.validation"}})");
  CHECK(stages["evaluate_validation"].dump() ==
        R"({"stage":"evaluate","inputs":{"predictions":"predict_validation.predictions"},)"
        R"("params":{"top_k":2}})");
  CHECK(stages["summary_validation"]["inputs"]["metrics"] == "evaluate_validation.metrics");
  CHECK(stages["summary_validation_figure"]["stage"] == "plot_summary");
  CHECK(stages["summary_figure"]["inputs"]["summary"] == "summary.summary");
}

TEST_CASE("fovea train: folds and seeds are combined, and with what a saved pipeline's each gives") {
  const ScratchFolder scratch;
  REQUIRE(scratch
              .fovea({"train", "--dataset", "synthetic", "--folds", "3", "--seeds", "2", "--dry-run",
                      "--save-pipeline", "saved.json"})
              .code == 0);
  auto saved = json_in(scratch.folder / "saved.json");
  CHECK(saved["each"].dump() == R"([{"split.fold":[1,2,3]},{"seed":[0,1]}])");
  const auto registry = fovea::all_stages();
  const auto graph = fovea::read_definition(saved, registry);
  CHECK(graph.find_all("train").size() == 6);
  CHECK(graph.find_all("load").size() == 1);
  CHECK(graph.nodes()[graph.find("train_3_2")].each.dump() == R"({"split.fold":3,"seed":1})");

  saved["each"] = fovea::parse_json(R"({"train.learning_rate": [0.1, 0.2]})");
  scratch.write(saved.dump());
  REQUIRE(scratch
              .fovea({"train", "--config", "pipeline.json", "--seeds", "2", "--dry-run", "--save-pipeline",
                      "both.json"})
              .code == 0);
  const auto both = json_in(scratch.folder / "both.json");
  CHECK(both["each"].dump() == R"([{"train.learning_rate":[0.1,0.2]},{"seed":[0,1]}])");
  CHECK(both["stages"].size() == saved["stages"].size());
}

TEST_CASE("fovea run: settings times seeds are told, summarised and tracked apart by setting") {
  auto definition = small_pipeline_of_two();
  definition["each"] = fovea::parse_json(R"([{"train.learning_rate": [0.001, 0.01]}, {"seed": [1, 2]}])");
  const ScratchFolder scratch(definition);
  const auto plan = scratch.fovea({"plan", "pipeline.json"});
  CHECK(plan.out.find("  [learning_rate 0.01, seed 1]") != std::string::npos);
  const auto done = scratch.fovea({"run", "pipeline.json", "--mlflow", "mlruns"});
  INFO(done.err << done.out);
  REQUIRE(done.code == 0);
  CHECK(records_of(scratch, "split") == 2);
  CHECK(records_of(scratch, "train") == 4);
  CHECK(done.out.find("train_2_1: learning_rate 0.01, seed 1\n") != std::string::npos);
  CHECK(done.out.find("\n  train_1_1..2_2") != std::string::npos);
  CHECK(done.out.find("\n    learning_rate 0.001  accuracy ") != std::string::npos);
  CHECK(done.out.find("\n    learning_rate 0.01  accuracy ") != std::string::npos);

  const auto directory = run_directories(scratch).at(0);
  const auto settings = json_in(directory / "summary.json")["settings"];
  REQUIRE(settings.size() == 2);
  CHECK(settings[1]["setting"].dump() == R"({"train.learning_rate":0.01})");
  CHECK(settings[1]["each"].dump() == R"([{"seed":1},{"seed":2}])");
  CHECK(settings[1]["accuracy"]["values"][0] ==
        json_in(directory / "evaluate_2_1" / "metrics.json")["accuracy"]);

  std::map<std::string, std::string> rates;
  for (const auto& [name, text] : files_in(scratch.folder / "mlruns")) {
    const fs::path path(name);
    if (path.filename() != "train.learning_rate") continue;
    const auto run = scratch.folder / "mlruns" / path.parent_path().parent_path();
    CHECK(fs::exists(run / "metrics/test_accuracy"));
    CHECK(fs::exists(run / "tags/mlflow.parentRunId"));
    rates[bytes_of(run / "tags/mlflow.runName")] = text + " " + bytes_of(run / "params/seed");
  }
  CHECK(rates == std::map<std::string, std::string>{{"train_1_1: learning_rate 0.001, seed 1", "0.001 1"},
                                                    {"train_1_2: learning_rate 0.001, seed 2", "0.001 2"},
                                                    {"train_2_1: learning_rate 0.01, seed 1", "0.01 1"},
                                                    {"train_2_2: learning_rate 0.01, seed 2", "0.01 2"}});
  scratch.write(bytes_of(directory / "config.json"));
  for (const auto& [stage, one] : planned(scratch)) CHECK(one["status"] == "hit");
  CHECK(planned(scratch).at("train_2_1")["each"].dump() == R"({"train.learning_rate":0.01,"seed":1})");
  CHECK(planned(scratch, {"--force", "train"}).at("train_1_2")["why"] == "forced");
}

TEST_CASE("fovea train: what several runs can't be is told of the flag") {
  const ScratchFolder scratch(small_pipeline_of_two());
  const auto wrong = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"train", "--dataset", "synthetic"});
    return scratch.usage_error(more);
  };
  CHECK(wrong({"--folds", "1"}) == "--folds: 1 is not allowed; it must be from 2 to 1000");
  CHECK(wrong({"--seeds", "0"}) == "--seeds: 0 is not allowed; it must be from 1 to 1000");
  CHECK(wrong({"--folds", "3", "--validation-split", "0.2"}) ==
        "--folds: 3 folds decide what is validated on; leave out --validation-split");
  for (const auto* name : {"split.validation", "split.folds"}) {
    CHECK(wrong({"--folds", "3", "--set", std::string(name) + "=2"}) ==
          "--folds: 3 folds decide what is validated on; leave out --set " + std::string(name));
  }
  CHECK(wrong({"--seeds", "2", "--seed", "9223372036854775807"}) ==
        "--seeds: 2 values from 9223372036854775807 on are not allowed; they must stay below "
        "9223372036854775807");
  CHECK(scratch.usage_error({"train", "--config", "pipeline.json", "--seeds", "2"}) ==
        "--seeds: \"each\" gives it [1,2]; change that list, as --set each.seed=[...]");
  CHECK(scratch.usage_error({"train", "--config", "pipeline.json", "--seed", "2"}) ==
        "--seed: \"each\" gives it [1,2]; change that list, as --set each.seed=[...]");
}

TEST_CASE("fovea train: no flag is lost to what each gives") {
  auto definition = small_pipeline();
  definition["each"] = fovea::parse_json(
      R"({"model.architecture": ["simple_cnn", "resnet8"], "augment.policy": [[], [{"op": "flip_horizontal"}]],
          "load.synthetic.height": [12, 14]})");
  const ScratchFolder scratch(definition);
  const auto wrong = [&](const char* flag, const char* value) {
    return scratch.usage_error({"train", "--config", "pipeline.json", flag, value});
  };
  for (const auto& [flag, value, place] : {std::array{"--model", "resnet20", "model.architecture"},
                                           std::array{"--augment", "none", "augment.policy"},
                                           std::array{"--image-size", "16", "load.synthetic.height"},
                                           std::array{"--dataset", "synthetic", "load.synthetic.height"}}) {
    INFO(flag);
    const auto error = wrong(flag, value);
    CHECK(error.starts_with(std::string(flag) + ": \"each\" gives "));
    CHECK(error.ends_with("; change that list, as --set each." + std::string(place) + "=[...]"));
  }
}

TEST_CASE("fovea train --seeds: a saved pipeline may be begun with") {
  const ScratchFolder scratch;
  const auto done = scratch.fovea({"train", "--config", "pipeline.json", "--seeds", "2", "--seed", "5",
                                   "--dry-run", "--save-pipeline", "saved.json"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  const auto saved = json_in(scratch.folder / "saved.json");
  CHECK(saved["each"].dump() == R"({"seed":[5,6]})");
  CHECK(saved["stages"]["summary"]["inputs"]["metrics"] == "evaluate.metrics");
}

TEST_CASE("fovea run: --set, --until and --force mean every copy, by the name that was written") {
  const ScratchFolder scratch(small_pipeline_of_two());
  const auto until = planned(scratch, {"--until", "train"});
  CHECK(until.size() == 1 + 2 * 4);
  CHECK(planned(scratch, {"--until", "train_2"}).size() == 5);
  REQUIRE(scratch.fovea({"run", "pipeline.json", "--until", "augment"}).code == 0);
  const auto forced = planned(scratch, {"--force", "split"});
  for (const auto* copy : {"split_1", "split_2"}) CHECK(forced.at(copy)["why"] == "forced");
  CHECK(forced.at("load")["status"] == "hit");
  const auto set = planned(scratch, {"--set", "split.validation=0.4", "--set", "each.seed=[1,2,3]"});
  for (const auto* copy : {"split_1", "split_2"}) CHECK(set.at(copy)["why"] == "validation: 0.2 -> 0.4");
  CHECK(set.contains("split_3"));
  CHECK(scratch.usage_error({"plan", "pipeline.json", "--set", "seed=3"}) ==
        "--set seed=3: \"each\" gives it [1,2]; change that list, as --set each.seed=[...]");
  CHECK(scratch.usage_error({"plan", "pipeline.json", "--set", "each.split.validation=[0.1,2e9]", "--set",
                             "each.split.valdation=[1,2]"}) ==
        "--set each.split.valdation: unknown parameter \"valdation\"; did you mean "
        "\"validation\"?");
}

TEST_CASE("fovea explain: a summary's figure names the runs that it is of") {
  const ScratchFolder scratch(small_pipeline_of_two());
  REQUIRE(scratch.fovea({"run", "pipeline.json"}).code == 0);
  const auto directory = run_directories(scratch).at(0);
  fs::copy(directory / "visualizations/summary.png", scratch.folder / "found.png");
  const auto by_bytes = fovea::parse_json(scratch.fovea({"explain", "found.png", "--json"}).out);
  CHECK(by_bytes["node"] == "drawn");
  CHECK(by_bytes["pipeline"]["stages"]["summary"]["inputs"]["metrics"] ==
        Json({"evaluate_1.metrics", "evaluate_2.metrics"}));
  // One byte more, and only the key inside tells where it came from.
  std::ofstream(scratch.folder / "found.png", std::ios::app) << '\n';
  const auto by_key = fovea::parse_json(scratch.fovea({"explain", "found.png", "--json"}).out);
  CHECK(by_key["run"] == "");
  CHECK(by_key["pipeline"]["stages"]["summarise"]["inputs"]["metrics"].size() == 2);
  auto pipeline = by_key["pipeline"];
  pipeline["name"] = "again";
  scratch.write(pipeline.dump());
  const auto plan = planned(scratch);
  CHECK(plan.size() == 1 + 2 * 6 + 2);
  for (const auto& [stage, one] : plan) {
    INFO(stage);
    CHECK(one["status"] == "hit");
  }
  // A list with a gap would be a summary of fewer runs.
  fs::remove_all(*fs::directory_iterator(scratch.folder / ".fovea/keys/evaluate"));
  const auto gap = fovea::parse_json(scratch.fovea({"explain", "found.png", "--json"}).out);
  CHECK_FALSE(gap["pipeline"]["stages"]["summarise"].contains("inputs"));
}

TEST_CASE("fovea verify-resume: every copy of a training is proved") {
  const ScratchFolder scratch(small_pipeline_of_two());
  const auto done = scratch.fovea({"verify-resume", "pipeline.json", "--kills", "1"});
  INFO(done.err << done.out);
  CHECK(done.code == 0);
  const auto registry = fovea::all_stages();
  int results = 0;
  const auto two = fovea::read_definition(small_pipeline_of_two(), registry);
  for (const auto& node : two.nodes()) {
    for (const auto& output : node.stage->outputs) results += !output.measured;
  }
  CHECK(done.out.find("all " + std::to_string(results) + " results") != std::string::npos);
}

TEST_CASE("fashion_mnist_seeds.json: five seeds of fashion_mnist_accurate.json, summarised") {
  const fs::path folder(FOVEA_SOURCE_DIR "/pipelines");
  auto seeds = json_in(folder / "fashion_mnist_seeds.json");
  const auto registry = fovea::all_stages();
  const auto graph = fovea::read_definition(seeds, registry);
  CHECK(graph.nodes().size() == 1 + 5 * 8 + 2);
  CHECK(graph.nodes()[graph.find("summary")].inputs.size() == 5);
  for (const auto* own : {"summary", "summary_figure"}) seeds["stages"].erase(own);
  CHECK(seeds["stages"] == json_in(folder / "fashion_mnist_accurate.json")["stages"]);
}
