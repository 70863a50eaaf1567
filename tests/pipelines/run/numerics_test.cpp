#include "tests/pipelines/scratch_folder.hpp"

namespace {

const std::vector<std::string> one_thread{"FOVEA_COMPUTE_THREADS=1"}, two_threads{"FOVEA_COMPUTE_THREADS=2"};

/// How many records of `train` a store holds.
std::size_t trained(const ScratchFolder& scratch) {
  std::size_t records = 0;
  for (const auto& entry : fs::recursive_directory_iterator(scratch.folder / ".fovea/keys/train"))
    records += entry.is_regular_file();
  return records;
}

/// What a plan says of `train`.
Json plan_of_train(const ScratchFolder& scratch, const std::vector<std::string>& environment,
                   std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"plan", "pipeline.json", "--json"});
  for (const auto& line : lines_of(scratch.fovea(more, environment).out)) {
    auto json = fovea::parse_json(line);
    if (json.at("stage") == "train") return json;
  }
  return {};
}

}  // namespace

TEST_CASE(
    "numerics: what was trained with other threads is a hit that says so, or runs again where asked to") {
  const ScratchFolder scratch;
  REQUIRE(scratch.fovea({"run", "pipeline.json"}, one_thread).code == 0);
  const auto planned = plan_of_train(scratch, two_threads);
  CHECK(planned["status"] == "hit");
  CHECK(planned["made_with"] == "threads 1");
  const auto found = scratch.fovea({"run", "pipeline.json"}, two_threads);
  CHECK(found.out.find("hit, made with threads 1\n") != std::string::npos);
  CHECK(trained(scratch) == 1);
  const auto wanted = plan_of_train(scratch, two_threads, {"--same-numerics"});
  CHECK(wanted["status"] == "run");
  CHECK(wanted["why"] == "was made with threads 1");
  REQUIRE(scratch.fovea({"run", "pipeline.json", "--same-numerics"}, two_threads).code == 0);
  CHECK(trained(scratch) == 2);
  for (const auto& environment : {one_thread, two_threads}) {
    const auto again = plan_of_train(scratch, environment, {"--same-numerics"});
    CHECK(again["status"] == "hit");
    CHECK(again["made_with"].is_null());
  }
}

TEST_CASE("numerics: they are told by explain and by store ls") {
  const ScratchFolder scratch;
  REQUIRE(scratch.fovea({"run", "pipeline.json"}, one_thread).code == 0);
  const auto model = (run_directories(scratch)[0] / "best_model.h5").string();
  const auto told = fovea::parse_json(scratch.fovea({"explain", model, "--json"}).out);
  CHECK(told["numerics"]["threads"] == 1);
  CHECK(told["numerics"]["precision"].is_string());
  CHECK(scratch.fovea({"explain", model}).out.find("\nwith   ") != std::string::npos);
  for (const auto& line : lines_of(scratch.fovea({"store", "ls", "--json"}).out)) {
    const auto record = fovea::parse_json(line);
    if (record["stage"] == "train") CHECK(record["numerics"] == told["numerics"]);
  }
}

TEST_CASE("plugins: one that was built anew runs its stages again, and is the reason") {
  auto definition = small_pipeline();
  definition["stages"]["load"]["stage"] = "plugged";
  const ScratchFolder scratch(definition);
  const auto plugin = scratch.folder / "plugged.so";
  fs::copy(FOVEA_BINARY_DIR "/libplugged.so", plugin);
  const auto planned_with = [&] {
    const auto done = scratch.fovea({"plan", "pipeline.json", "--json", "--plugin", "plugged.so"});
    INFO(done.err);
    REQUIRE(done.code == 0);
    return fovea::parse_json(lines_of(done.out)[0]);
  };
  REQUIRE(scratch.fovea({"run", "pipeline.json", "--plugin", "plugged.so", "--until", "load"}).code == 0);
  CHECK(planned_with()["status"] == "hit");
  std::ofstream(plugin, std::ios::app | std::ios::binary) << "built anew";
  CHECK(planned_with()["why"] == "plugin \"plugged.so\" has other content");
}
