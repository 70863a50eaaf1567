#include "graph/plan.hpp"

#include <set>

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/graph/example.hpp"

using namespace fovea;

namespace {

/// A store in memory, in which every stage's outputs are named after its key.
struct Memory {
  std::vector<Record> records;
  std::string contents = "barley";
  std::set<std::string> lost;
  std::optional<Position> position;

  World world() {
    return {.find = [this](const std::string&, const std::string& key) -> std::optional<Record> {
              for (const auto& record : records) {
                if (record.key == key) return record;
              }
              return {};
            },
            .has = [this](const std::string& object) { return !lost.contains(object); },
            .earlier =
                [this](const std::string& stage) {
                  std::vector<Record> all;
                  for (const auto& record : records) {
                    if (record.parts.at("stage") == stage) all.push_back(record);
                  }
                  return all;
                },
            .digest = [this](const std::filesystem::path&) { return contents; },
            .numerics = [](const std::string&) { return "hot"; },
            .progress = [this](const std::string&, const std::string&, std::int64_t) { return position; }};
  }

  /// Does what a runner would: goes through the nodes in order and keeps a record of each.
  void run(const Graph& graph) {
    const auto here = world();
    std::vector<Record> done;
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
      std::vector<std::string> inputs;
      for (const auto& wire : graph.nodes()[i].inputs) inputs.push_back(done[wire.node].objects[wire.port]);
      Record record{.parts = key_parts(graph, i, inputs, here), .seconds = 2};
      record.key = sha256(canonical(record.parts));
      for (const auto& port : graph.nodes()[i].stage->outputs)
        record.objects.push_back(port.name + "@" + record.key);
      done.push_back(record);
      records.push_back(record);
    }
  }
};

std::string statuses(const std::vector<Planned>& all) {
  std::string text;
  for (const auto& one : all) text += one.status == Status::hit ? "hit " : "run(" + one.why + ") ";
  return text;
}

Graph bakery_graph(double gap, std::int64_t threads = 1, std::uint64_t seed = 0) {
  Graph g("bakery", seed);
  const auto harvest = g.add<example::Harvest>({});
  const auto mill =
      g.add<example::Mill>({.grain = harvest.grain}, {.stones = {.gap = gap}, .threads = threads});
  g.add<example::Bake>({.flour = mill.flour, .grain = mill.bran});
  return g;
}

}  // namespace

TEST_CASE("plan: SHA-256 of \"abc\" is that of FIPS 180-2") {
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("plan: what never ran has to run, and what waits for it too") {
  Memory memory;
  CHECK(statuses(plan(bakery_graph(0.5), memory.world())) ==
        "run(never run before) run(\"harvest\" runs before it) run(\"mill\" runs before it) ");
}

TEST_CASE("plan: what ran is a hit") {
  Memory memory;
  memory.run(bakery_graph(0.5));
  CHECK(statuses(plan(bakery_graph(0.5), memory.world())) == "hit hit hit ");
}

TEST_CASE("plan: a changed parameter runs its stage and what follows, and is named") {
  Memory memory;
  memory.run(bakery_graph(0.5));
  CHECK(statuses(plan(bakery_graph(0.25), memory.world())) ==
        "hit run(stones.gap: 0.5 -> 0.25) run(\"mill\" runs before it) ");
}

TEST_CASE("plan: a tuning parameter changes nothing") {
  Memory memory;
  memory.run(bakery_graph(0.5, 1));
  CHECK(statuses(plan(bakery_graph(0.5, 8), memory.world())) == "hit hit hit ");
}

TEST_CASE("plan: the seed counts only for stages that say so") {
  Memory memory;
  memory.run(bakery_graph(0.5, 1, 0));
  CHECK(statuses(plan(bakery_graph(0.5, 1, 3), memory.world())) ==
        "hit run(seed: 0 -> 3) run(\"mill\" runs before it) ");
}

TEST_CASE("plan: a stage with seed 3 has the key that it has in a pipeline with seed 3") {
  Memory memory;
  memory.run(bakery_graph(0.5, 1, 3));
  Graph g("bakery", 0);
  const auto harvest = g.add<example::Harvest>({});
  const auto mill = g.add<example::Mill>({.grain = harvest.grain}, {}, Seed{3});
  g.add<example::Bake>({.flour = mill.flour, .grain = mill.bran});
  CHECK(statuses(plan(g, memory.world())) == "hit hit hit ");
}

TEST_CASE("plan: a list enters the key with all its wires, and in their order") {
  Memory memory;
  const auto blended = [](std::uint64_t first, std::uint64_t second) {
    Graph g;
    const auto harvest = g.add<example::Harvest>({});
    const auto one = g.add<example::Mill>({.grain = harvest.grain}, {}, Seed{first});
    const auto other = g.add<example::Mill>({.grain = harvest.grain}, {}, Seed{second});
    g.add<example::Blend>({.flours = {one.flour, other.flour}, .topping = harvest.grain});
    return g;
  };
  memory.run(blended(1, 2));
  CHECK(statuses(plan(blended(1, 2), memory.world())) == "hit hit hit hit ");
  CHECK(statuses(plan(blended(2, 1), memory.world())) ==
        "hit hit hit run(input \"flours\" has other content) ");
  const auto parts = memory.records.back().parts;
  CHECK(parts["inputs"]["flours"].size() == 2);
  CHECK(parts["inputs"]["topping"].is_string());
}

TEST_CASE("plan: how a library computes counts for its stages") {
  Memory memory;
  memory.run(bakery_graph(0.5));
  auto world = memory.world();
  world.numerics = [](const std::string&) { return "cold"; };
  CHECK(statuses(plan(bakery_graph(0.5), world)) == "hit hit run(numerics: \"hot\" -> \"cold\") ");
}

TEST_CASE("plan: the bytes of a source file count, its path does not") {
  Memory memory;
  Graph g;
  g.add<example::Harvest>({}, {.field_path = "/east/field"});
  memory.run(g);
  Graph moved;
  moved.add<example::Harvest>({}, {.field_path = "/west/field"});
  CHECK(statuses(plan(moved, memory.world())) == "hit ");
  memory.contents = "rye";
  CHECK(statuses(plan(moved, memory.world())) == "run(file \"field\" has other content) ");
}

TEST_CASE("plan: the nearest earlier run is the one compared with") {
  Memory memory;
  memory.run(bakery_graph(0.5, 1, 0));
  memory.run(bakery_graph(0.75, 1, 9));
  CHECK(plan(bakery_graph(0.75, 1, 0), memory.world())[1].why == "seed: 9 -> 0");
}

TEST_CASE("plan: a forced stage runs though its result is there") {
  Memory memory;
  memory.run(bakery_graph(0.5));
  const auto planned = plan(bakery_graph(0.5), memory.world(), {"mill"});
  CHECK(statuses(planned) == "hit run(forced) run(\"mill\" runs before it) ");
  CHECK(planned[1].seconds == 2);
  CHECK(error_of([&] { plan(bakery_graph(0.5), memory.world(), {"mil"}); }) ==
        "unknown stage \"mil\"; did you mean \"mill\"?");
}

TEST_CASE("plan: what is lost runs again where it is wanted, and what follows it stays a hit") {
  Memory memory;
  memory.run(bakery_graph(0.5));
  const auto planned = plan(bakery_graph(0.5), memory.world());
  memory.lost = {planned[0].record->objects[0], planned[1].record->objects[1]};
  CHECK(statuses(plan(bakery_graph(0.5), memory.world())) == "hit hit hit ");
  CHECK(statuses(plan(bakery_graph(0.5), memory.world(), {"bake"})) ==
        "run(its result is no longer in the store) run(its result is no longer in the store) run(forced) ");
  CHECK(statuses(plan(bakery_graph(0.5).only({0, 1}), memory.world())) ==
        "run(its result is no longer in the store) run(its result is no longer in the store) ");
}

TEST_CASE("plan: what a stage reads brings back what that refers to") {
  Memory memory;
  memory.run(bakery_graph(0.5));
  auto& mill = memory.records.at(1);
  const auto harvest = memory.records.at(0).objects[0];
  mill.references = {{harvest}, {}};
  memory.lost = {harvest};
  CHECK(statuses(plan(bakery_graph(0.5), memory.world())) == "hit hit hit ");
  CHECK(statuses(plan(bakery_graph(0.5), memory.world(), {"bake"})) ==
        "run(its result is no longer in the store) hit run(forced) ");
}

namespace {

Graph dairy(std::int64_t days, bool even) {
  Graph g;
  g.add<example::Age>({.grain = g.add<example::Harvest>({}).grain}, {.days = days, .even = even});
  return g;
}

std::string age_key(const Graph& g, Memory& memory) {
  const std::vector<std::string> inputs{"grain"};
  return progress_key(g.nodes()[1], key_parts(g, 1, inputs, memory.world()));
}

}  // namespace

TEST_CASE("plan: saved progress makes a stage partial") {
  Memory memory;
  memory.run(dairy(10, true).only({0}));
  memory.position = Position{2, 812};
  const auto planned = plan(dairy(10, true), memory.world());
  CHECK(planned[1].status == Status::partial);
  CHECK(planned[1].progress == "day 3 of 10, step 812");
  memory.position = Position{3, 0};
  CHECK(plan(dairy(10, true), memory.world())[1].progress == "day 4 of 10");
  memory.position = Position{10, 0};
  CHECK(plan(dairy(10, true), memory.world())[1].progress == "the end of day 10 of 10");
}

TEST_CASE("plan: lengths share their progress unless they decide the first step, and then the plan says so") {
  Memory memory;
  CHECK(age_key(dairy(10, false), memory) == age_key(dairy(20, false), memory));
  CHECK(age_key(dairy(10, true), memory) != age_key(dairy(20, true), memory));
  memory.run(dairy(10, true));
  CHECK(plan(dairy(20, true), memory.world())[1].why ==
        "days: 10 -> 20; starts again, because salt is spread over all days");
  memory.run(dairy(10, false));
  CHECK(plan(dairy(20, false), memory.world())[1].why == "days: 10 -> 20");
}

TEST_CASE("plan: of many files, those of a folder are one entry, which any of them changes") {
  const auto digests = [](std::size_t count, const std::string& last) {
    std::vector<std::filesystem::path> files{"/data/", "/data/a/", "/data/b/"};
    for (std::size_t i = 0; i < count; ++i) files.emplace_back("/data/a/" + std::to_string(i) + ".png");
    files.emplace_back("/data/b/" + last);
    files.emplace_back("/other/b.png");
    return file_digests(files, [](const std::filesystem::path& file) { return file.string(); });
  };
  const auto few = digests(2, "x.png"), many = digests(200, "x.png");
  CHECK(few.dump() ==
        R"({"./":"folder","a/":"folder","b/":"folder","a/0.png":"/data/a/0.png","a/1.png":"/data/a/1.png",)"
        R"("b/x.png":"/data/b/x.png","../other/b.png":"/other/b.png"})");
  CHECK(many.size() == 4);
  CHECK(many["a/"] != digests(201, "x.png")["a/"]);
  CHECK(many["a/"] == digests(200, "y.png")["a/"]);
  CHECK(many["b/"] != digests(200, "y.png")["b/"]);
}

TEST_CASE("plan: a file that is new and one that is gone are told as such") {
  Memory memory;
  Graph g("bakery");
  g.add<example::Harvest>({}, {.field_path = "/a/field"});
  memory.run(g);
  Graph other("bakery");
  other.add<example::Harvest>({}, {.field_path = "/a/meadow"});
  CHECK(statuses(plan(other, memory.world())) == "run(file \"meadow\" is new; file \"field\" is gone) ");
}
