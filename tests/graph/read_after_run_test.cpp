#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/graph/example.hpp"
#include "tests/graph/memory.hpp"

namespace {

/// Its flour is told to trackers, its bran lies in the run directory, and its dust is nobody's.
struct TrackedMill : example::Mill {
  static constexpr std::string_view name = "tracked_mill";
  template <template <class> class As> struct Out {
    As<example::Flour> flour;
    As<example::Grain> bran;
    As<example::Grain> dust;
    static constexpr auto ports() {
      return std::tuple{tracked("flour", &Out::flour, "fine"),
                        exported("bran", &Out::bran, "coarse", "bran.txt"),
                        field("dust", &Out::dust, "swept up")};
    }
  };
  static Out<Value> run(const In<Value>&, const Params&, Context&) {
    return {.flour = example::Flour{}, .bran = example::Grain{}, .dust = example::Grain{}};
  }
};

/// Tells of its flours together.
struct Sheaf : example::Blend {
  static constexpr std::string_view name = "sheaf";
  template <template <class> class As> struct In {
    As<Many<example::Flour>> flours;
    As<example::Grain> topping;
    static constexpr auto ports() {
      return std::tuple{told_together("flours", &In::flours, "of all fields"),
                        field("topping", &In::topping, "on the crust")};
    }
  };
  static Out<Value> run(const In<Value>& in, const Params&, Context&) { return {.flour = in.flours.front()}; }
};

Graph tracked_bakery() {
  Graph g("bakery");
  const auto mill = g.add<TrackedMill>({.grain = g.add<example::Harvest>({}).grain});
  g.add<example::Bake>({.flour = mill.flour, .grain = mill.dust});
  return g;
}

/// The plan of what ran once, after an output of the mill was lost.
std::vector<Planned> planned_without(std::size_t port, bool damaged = false) {
  Memory memory;
  memory.run(tracked_bakery());
  memory.lost = {plan(tracked_bakery(), memory.world())[1].record->objects[port]};
  if (damaged) memory.damaged = memory.lost;
  return plan(tracked_bakery(), memory.world());
}

}  // namespace

TEST_CASE("plan: what is read after a run follows from the ports that declare it") {
  CHECK(read_after_run(tracked_bakery()) == std::vector<Output>{{1, 0}, {1, 1}});
  CHECK(read_after_run(example::bakery()).empty());
}

TEST_CASE("plan: what is lost and read after a run is made again, and what nobody reads is not") {
  CHECK(statuses(planned_without(0)) == "hit run(its result is no longer in the store) hit ");
  CHECK(statuses(planned_without(1)) == "hit run(its result is no longer in the store) hit ");
  CHECK(statuses(planned_without(2)) == "hit hit hit ");
}

TEST_CASE("plan: that a result is damaged is told apart from that it is gone") {
  CHECK(statuses(planned_without(0, true)) == "hit run(its result in the store is damaged) hit ");
}

TEST_CASE("plan: that an input is told of together with others is known of the port") {
  CHECK(stage_info<Sheaf>().inputs[0].told_together);
  CHECK_FALSE(stage_info<Sheaf>().inputs[1].told_together);
}

TEST_CASE("plan: of one with nothing to run, all records are there") {
  Memory memory;
  memory.run(tracked_bakery());
  const auto records = records_of(tracked_bakery(), plan(tracked_bakery(), memory.world()));
  REQUIRE(records.size() == 3);
  for (std::size_t i = 0; i < records.size(); ++i) CHECK(records[i].key == memory.records[i].key);
}

TEST_CASE("plan: where one has to run, its records are an error that names it") {
  CHECK(error_of([] { records_of(tracked_bakery(), planned_without(1)); }) ==
        "tracked_mill: its result is not in the store; run the pipeline first");
}
