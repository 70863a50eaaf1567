#include "runtime/store/housekeeping.hpp"

#include "runtime/store/checkpoints.hpp"
#include "runtime/store/lease.hpp"
#include "tests/catch.hpp"
#include "tests/runtime/store_place.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;

/// A stage with one object, which took so many seconds.
struct Kept {
  Record record;
  fs::path file;
};

Kept keep(Place& place, const std::string& key, float value, double seconds,
          const Json& numerics = Json::object()) {
  Record record{.key = key, .parts = {{"stage", "count"}}, .objects = {place.publish({value})}};
  record.seconds = seconds;
  record.made = "2026";
  record.references = {{}};
  record.numerics = numerics;
  place.store.keep(record);
  return {record, place.store.object_path(record.objects[0])};
}

std::vector<fs::path> chosen(const Place& place, const Limits& limits) {
  std::vector<fs::path> files;
  for (const auto& one : choose_garbage(place.store, limits)) files.push_back(one.file);
  return files;
}

void save_progress(Place& place, float value, Position position) {
  const Numbers state{std::vector<float>{value}};
  Checkpoints(place.store, "count", "key", 10, Json::object()).save(Numbers::codec(), &state, position, 3);
}

}  // namespace

TEST_CASE("gc: what is cheapest to compute again goes first") {
  Place place;
  const auto dear = keep(place, "dear", 1, 1000);
  const auto cheap = keep(place, "cheap", 2, 0.001);
  CHECK(chosen(place, {.bytes = fs::file_size(dear.file), .age = {}, .keep_runs = {}}) ==
        std::vector{cheap.file});
}

TEST_CASE("gc: of what several numerics made, all but the one used last goes first") {
  Place place;
  const auto mine = keep(place, "dear", 1, 1000, {{"threads", 1}});
  const auto other = keep(place, "dear", 2, 1000, {{"threads", 2}});
  const auto cheap = keep(place, "cheap", 3, 0.001);
  backdate(place.store.record_file(other.record), hours(1));
  const auto room = fs::file_size(mine.file);
  CHECK(chosen(place, {.bytes = 2 * room, .age = {}, .keep_runs = {}}) == std::vector{other.file});
  CHECK(chosen(place, {.bytes = room, .age = {}, .keep_runs = {}}) == std::vector{other.file, cheap.file});
}

TEST_CASE("gc: age is since the last use of a result, not since it was made") {
  Place place;
  const auto used = keep(place, "used", 1, 1);
  const auto idle = keep(place, "idle", 2, 1);
  for (const auto& one : {used, idle}) {
    backdate(one.file, hours(48));
    backdate(place.store.record_file(one.record), hours(48));
  }
  place.store.mark_used(used.record);
  CHECK(chosen(place, {.bytes = {}, .age = hours(24), .keep_runs = {}}) == std::vector{idle.file});
}

TEST_CASE("gc: progress that newer progress has overtaken goes first, and the newest by age only") {
  Place place;
  keep(place, "dear", 1, 1000);
  save_progress(place, 1, {1, 0});
  save_progress(place, 2, {2, 0});
  const auto all = take_inventory(place.store).progress;
  REQUIRE(all.size() == 2);
  const auto by_size = chosen(place, {.bytes = 0, .age = {}, .keep_runs = {}});
  REQUIRE(by_size.size() == 2);
  CHECK(by_size[0] == all[0].file);
  CHECK(by_size[1].extension() == ".h5");
  CHECK(by_size[1] != all[1].file);
  for (const auto& one : all) backdate(one.file, hours(48));
  const auto by_age = chosen(place, {.bytes = {}, .age = hours(24), .keep_runs = {}});
  CHECK(by_age == std::vector{all[0].file, all[1].file});
}

TEST_CASE("gc: what was made or used since a run began that is not over stays") {
  Place place;
  const auto idle = keep(place, "idle", 1, 1), used = keep(place, "used", 2, 1);
  for (const auto& one : {idle, used}) {
    backdate(one.file, hours(1));
    backdate(place.store.record_file(one.record), hours(1));
  }
  const Limits everything{.bytes = 0, .age = {}, .keep_runs = {}};
  {
    const auto run = Lease::of_run(place.store.root() / "leases");
    place.store.mark_used(used.record);
    keep(place, "made", 3, 1);
    CHECK(chosen(place, everything) == std::vector{idle.file});
  }
  CHECK(chosen(place, everything).size() == 3);
}

TEST_CASE("gc: an object without a record stays for ten minutes, for it may just be on its way") {
  Place place;
  const auto file = place.store.object_path(place.publish({1}));
  fs::last_write_time(file, fs::last_write_time(file) - std::chrono::minutes(9));
  CHECK(chosen(place, {.bytes = 0, .age = {}, .keep_runs = {}}).empty());
  backdate(file, hours(1));
  CHECK(chosen(place, {.bytes = 0, .age = {}, .keep_runs = {}}) == std::vector{file});
}

}  // namespace fovea
