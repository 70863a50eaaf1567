#include <algorithm>

#include "tests/pipelines/scratch_folder.hpp"

namespace {

/// Two trainings of which one can't end well, with an evaluation behind each.
Json one_of_two_fails() {
  auto definition = small_pipeline();
  auto& stages = definition["stages"];
  for (const auto* figure : {"curves", "rate", "confusion"}) stages.erase(figure);
  auto& good = stages["train"];
  auto bad = good;
  bad["params"]["learning_rate"] = 1e30;
  bad["params"]["clip"] = {{"global_norm", nullptr}};
  stages["bad"] = bad;
  stages["predict_bad"] = stages["predict"];
  stages["predict_bad"]["inputs"]["model"] = "bad.best";
  return definition;
}

/// By stage: "ran", "failed", or nothing where it never ended.
std::map<std::string, std::string> ends_of(const std::string& out) {
  std::map<std::string, std::string> ends;
  for (const auto& line : lines_of(out)) {
    const auto event = fovea::parse_json(line);
    if (event.at("event") == "stage_finished") ends[event.at("node")] = "ran";
    if (event.at("event") == "stage_failed") ends[event.at("node")] = "failed";
  }
  return ends;
}

}  // namespace

TEST_CASE(
    "fovea run --keep-going: what does not depend on a failed stage runs, and the run fails all the same") {
  const ScratchFolder scratch(one_of_two_fails());
  const auto done = scratch.fovea({"run", "pipeline.json", "--keep-going", "--json"});
  CHECK(done.code == 1);
  CHECK(done.err.starts_with("bad: loss is "));
  CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
  const std::map<std::string, std::string> expected{
      {"load", "ran"},  {"split", "ran"},  {"augment", "ran"}, {"model", "ran"},
      {"train", "ran"}, {"bad", "failed"}, {"predict", "ran"}, {"evaluate", "ran"}};
  CHECK(ends_of(done.out) == expected);
  const auto directories = run_directories(scratch);
  REQUIRE(directories.size() == 1);
  CHECK(directories[0].extension() == ".failed");
  const auto log = bytes_of(directories[0] / "run.log");
  CHECK(log.find(" run_failed: bad: loss is ") != std::string::npos);
  CHECK(planned(scratch).at("evaluate")["status"] == "hit");
  CHECK(planned(scratch).at("predict_bad")["status"] == "run");
}

TEST_CASE(
    "fovea run --keep-going: what became of every stage is told, with the metrics of those that are whole") {
  const ScratchFolder scratch(one_of_two_fails());
  const auto json = scratch.fovea({"run", "pipeline.json", "--keep-going", "--json"});
  std::vector<Json> left;
  Json metrics;
  for (const auto& line : lines_of(json.out)) {
    const auto event = fovea::parse_json(line);
    if (event.at("event") == "stage_left_out") left.push_back(event);
    if (event.at("event") == "run_failed") metrics = event.at("metrics");
  }
  REQUIRE(left.size() == 1);
  CHECK(left[0].at("node") == "predict_bad");
  CHECK(left[0].at("because") == Json{"bad"});
  REQUIRE(metrics.size() == 1);
  CHECK(metrics.at("evaluate").contains("accuracy"));
  const auto done = scratch.fovea({"run", "pipeline.json", "--keep-going"});
  CHECK(done.code == 1);
  CHECK(done.out.find("\n  train        hit\n") != std::string::npos);
  CHECK(done.out.find("\n  bad          failed\n") != std::string::npos);
  CHECK(done.out.find("\n  evaluate     hit   accuracy ") != std::string::npos);
  CHECK(done.out.find("\n  predict_bad  not run, because of bad\n") != std::string::npos);
}

TEST_CASE("fovea run --keep-going: every error is told on a line of its own") {
  auto definition = one_of_two_fails();
  definition["stages"]["evaluate"]["params"]["top_k"] = 7;
  const ScratchFolder scratch(definition);
  const auto done = scratch.fovea({"run", "pipeline.json", "--keep-going"});
  CHECK(done.code == 1);
  auto told = lines_of(done.err);
  REQUIRE(told.size() == 2);
  std::sort(told.begin(), told.end());
  CHECK(told[0].starts_with("bad: loss is "));
  CHECK(told[1] == "evaluate: top_k: 7 is more than the 3 classes; give at most 3, or \"auto\"");
  CHECK(planned(scratch).at("train")["status"] == "hit");
}

TEST_CASE(
    "fovea run: a precision that the machine lacks is told before training, top_k once classes are known") {
  auto definition = small_pipeline();
  definition["stages"]["predict"]["params"] = {{"precision", "fp16"}};
  ScratchFolder scratch(definition);
  const auto run = [&] { return scratch.fovea({"run", "pipeline.json", "--json", "--device", "cpu"}); };
  const auto precision = run();
  CHECK(precision.code == 1);
  CHECK(precision.err ==
        "predict: precision: \"fp16\" needs a GPU, and this runs on the CPU; set \"bf16\" or \"fp32\"\n");
  CHECK_FALSE(ends_of(precision.out).contains("train"));
  definition["stages"]["predict"]["params"] = Json::object();
  definition["stages"]["evaluate"]["params"]["top_k"] = 7;
  scratch.write(definition.dump());
  const auto top_k = run();
  CHECK(top_k.code == 1);
  CHECK(top_k.err == "evaluate: top_k: 7 is more than the 3 classes; give at most 3, or \"auto\"\n");
  CHECK(planned(scratch).at("predict")["status"] == "hit");
}
