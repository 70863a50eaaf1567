#include "tests/catch.hpp"
#include "tests/fault/scratch_folder.hpp"

using fovea::Json;

namespace {

/// Changes one parameter at random; some values change a result, and some do not.
void edit(Json& definition, Draws& draws) {
  const std::vector<std::pair<std::string, std::vector<Json>>> choices{
      {"/seed", {1, 2}},
      {"/stages/load/params/synthetic/samples", {240, 200}},
      {"/stages/load/params/synthetic/classes", {3, 4}},
      {"/stages/split/params/validation", {0.2, 0.25}},
      {"/stages/augment/params/policy", {Json::array(), fovea::parse_json(R"([{"op": "flip_horizontal"}])")}},
      {"/stages/train/params/epochs", {1, 2, 3}},
      {"/stages/train/params/batch_size", {32, 48}},
      {"/stages/train/params/learning_rate", {0.001, 0.002, 0.003}}};
  const auto& [place, values] = choices[draws.below(choices.size())];
  definition[Json::json_pointer(place)] = values[draws.below(values.size())];
}

/// By stage: whether a run found it in the store.
std::map<std::string, bool> hits_of(const std::string& out) {
  std::map<std::string, bool> hits;
  for (const auto& event : events_of(out)) {
    if (event.at("event") == "stage_finished") hits[event.at("node")] = event.at("cached");
  }
  return hits;
}

}  // namespace

TEST_CASE("what a plan says is what the run then does, after any edit of a definition") {
  auto definition = tiny_pipeline(1);
  const ScratchFolder scratch(definition);
  Draws draws(5);
  for (int round = 0; round < rounds(20, 100); ++round) {
    edit(definition, draws);
    scratch.write(definition);
    const auto planned = scratch.fovea({"plan", "pipeline.json", "--json", "--store", "store"});
    const auto done = scratch.fovea(ScratchFolder::run_in("store"));
    INFO("round " << round << "\n" << definition.dump() << "\n" << done.err);
    REQUIRE(planned.code == 0);
    REQUIRE(done.code == 0);
    const auto hits = hits_of(done.out);
    REQUIRE(events_of(planned.out).size() == definition["stages"].size());
    for (const auto& line : events_of(planned.out)) {
      INFO(line.dump());
      const bool hit = hits.at(line.at("node"));
      if (line.at("status") == "hit") {
        CHECK(hit);
      } else if (line.value("why", "").find("runs before it") == std::string::npos) {
        CHECK_FALSE(hit);
      }
    }
  }
}
