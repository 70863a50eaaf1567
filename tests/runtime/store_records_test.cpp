#include <fcntl.h>
#include <sys/stat.h>

#include <set>

#include "runtime/store/earlier_records.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/source_states.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/runtime/store_place.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

Record record_of(const std::string& key, std::vector<std::string> objects, const std::string& made = "2026") {
  return {.key = key,
          .parts = {{"stage", "count"}, {"params", {{"rate", 0.1}, {"name", "ü"}}}},
          .objects = std::move(objects),
          .seconds = 1.25,
          .made = made,
          .numerics = {{"threads", 2}},
          .lineage = "l1",
          .warnings = {"much is lost"}};
}

/// Where the store keeps the record of a key.
fs::path file_of(const Place& place, const std::string& key) {
  return place.store.record_file(record_of(key, {}));
}

TEST_CASE("store: records of one key that were made with other numerics live side by side") {
  Place place;
  auto other = record_of("k1", {place.publish({1})}, "2027");
  other.numerics = {{"threads", 4}};
  place.store.keep(other);
  place.store.keep(record_of("k1", {place.publish({2})}, "2026"));
  const auto found = place.store.whole_records("count", "k1");
  REQUIRE(found.size() == 2);
  CHECK(found[0].numerics == Json{{"threads", 2}});
  CHECK(found[1].numerics == Json{{"threads", 4}});
  fs::remove(place.store.object_path(found[0].objects[0]));
  CHECK(place.store.records("count", "k1").size() == 2);
  CHECK(place.store.whole_records("count", "k1").size() == 1);
}

TEST_CASE(
    "store: what has not the size of its object is damaged, and set aside when its record is asked for") {
  for (const std::string kind : {"shorter", "empty", "folder", "link"}) {
    INFO(kind);
    Place place;
    const auto object = place.publish({1, 2, 3});
    place.store.keep(record_of("k1", {object}));
    const auto path = place.store.object_path(object);
    CHECK_FALSE(place.store.is_damaged(object));
    if (kind == "shorter") put(path, "short");
    if (kind == "empty") put(path, "");
    if (kind == "folder" || kind == "link") fs::remove(path);
    if (kind == "folder") fs::create_directories(path / "below");
    if (kind == "link") fs::create_symlink("/nowhere/at/all", path);
    CHECK(place.store.is_damaged(object));
    CHECK(place.warnings.empty());
    CHECK(place.store.whole_records("count", "k1").empty());
    REQUIRE(place.warnings.size() == 1);
    CHECK(place.warnings[0].starts_with(path.string() + ": damaged, "));
    CHECK(fs::exists(fs::symlink_status(place.folder / "damaged" / path.filename())));
    CHECK_FALSE(fs::exists(fs::symlink_status(path)));
    CHECK_FALSE(place.store.is_damaged(object));
  }
}

TEST_CASE("store: earlier records are found by their lineage, the one that was used last first") {
  Place place;
  for (const char* key : {"k1", "k2", "k3"}) place.store.keep(record_of(key, {}));
  auto other = record_of("k4", {});
  other.lineage = "l2";
  place.store.keep(other);
  for (const char* key : {"k3", "k1", "k2"}) {
    fs::last_write_time(file_of(place, key), fs::file_time_type::clock::now());
  }
  put(file_of(place, "k1"), "damaged");
  EarlierRecords earlier(place.store);
  REQUIRE(earlier.find("count", "l1", 0) != nullptr);
  CHECK(earlier.find("count", "l1", 0)->key == "k2");
  CHECK(earlier.find("count", "l1", 1)->key == "k3");
  CHECK(earlier.find("count", "l1", 2) == nullptr);
  CHECK(earlier.find("count", "l3", 0) == nullptr);
  CHECK(earlier.find("other", "l1", 0) == nullptr);
}

TEST_CASE("store: a record is found by stage and key, whole") {
  Place place;
  const auto record = record_of("k1", {place.publish({1}), place.publish({2})});
  place.store.keep(record);
  const auto found = place.store.whole_records("count", "k1");
  REQUIRE(found.size() == 1);
  CHECK(found[0].key == record.key);
  CHECK(found[0].parts == record.parts);
  CHECK(found[0].objects == record.objects);
  CHECK(found[0].seconds == record.seconds);
  CHECK(found[0].made == record.made);
  CHECK(found[0].numerics == record.numerics);
  CHECK(found[0].lineage == record.lineage);
  CHECK(found[0].warnings == record.warnings);
  CHECK(place.store.whole_records("count", "k2").empty());
  CHECK(place.store.whole_records("other", "k1").empty());
}

TEST_CASE("store: a record with a missing object is a miss") {
  Place place;
  const auto object = place.publish({1});
  place.store.keep(record_of("k1", {object}));
  fs::remove(place.store.object_path(object));
  CHECK(place.store.whole_records("count", "k1").empty());
  CHECK(place.warnings.empty());
}

TEST_CASE("store: a record that was kept again is the newer one") {
  Place place;
  place.store.keep(record_of("k1", {}, "2026"));
  place.store.keep(record_of("k1", {}, "2027"));
  CHECK(place.store.records("count", "k1")[0].made == "2027");
  CHECK(place.store.earlier("count").size() == 1);
}

TEST_CASE("store: a damaged record is a miss and set aside with a warning") {
  Place place;
  place.store.keep(record_of("k1", {}));
  const auto path = file_of(place, "k1");
  auto text = bytes_of(path);
  text.replace(text.find("1.25"), 4, "1.35");
  for (const auto& damaged :
       {text, text.substr(0, 40), std::string(), std::string("[]"), std::string("{}")}) {
    put(path, damaged);
    CHECK(place.store.whole_records("count", "k1").empty());
    CHECK_FALSE(fs::exists(path));
  }
  REQUIRE(place.warnings.size() == 5);
  CHECK(place.warnings[0] == path.string() + ": damaged, its text is not what was written; moved to \"" +
                                 (place.folder / "damaged" / path.filename()).string() +
                                 "\", and made again when it is needed");
}

TEST_CASE("store: a record under the name of another is set aside") {
  Place place;
  place.store.keep(record_of("k1", {}));
  auto name = file_of(place, "k1").filename().string();
  name[1] = '2';
  fs::create_directories(place.folder / "keys/count/k2");
  fs::rename(file_of(place, "k1"), place.folder / "keys/count/k2" / name);
  CHECK(place.store.whole_records("count", "k2").empty());
  CHECK(place.warnings.size() == 1);
}

TEST_CASE("store: earlier records are all of a stage that are whole, the newest last") {
  Place place;
  place.store.keep(record_of("k1", {}, "2026-01-03"));
  place.store.keep(record_of("k2", {}, "2026-01-01"));
  place.store.keep(record_of("k3", {}, "2026-01-02"));
  put(file_of(place, "k1").parent_path() / "k14-x-l1.json", "{");
  put(place.folder / "keys" / "count" / "notes.txt", "not ours");
  std::vector<std::string> keys;
  for (const auto& record : place.store.earlier("count")) keys.push_back(record.key);
  CHECK(keys == std::vector<std::string>{"k2", "k3", "k1"});
  CHECK(place.warnings.size() == 1);
  CHECK(place.store.earlier("other").empty());
}

TEST_CASE("store: what it wrote itself it reads, however large and deep that is") {
  Place place;
  auto record = record_of("k1", {});
  Json deep = 1;
  for (int level = 0; level < 100; ++level) deep = {{"inner", std::move(deep)}};
  record.parts["deep"] = std::move(deep);
  record.parts["large"] = std::string(max_json_bytes + 1, 'a');
  place.store.keep(record);
  const auto found = place.store.records("count", "k1");
  REQUIRE(found.size() == 1);
  CHECK(found[0].parts == record.parts);
  place.store.keep_run("run", record.parts);
  place.store.note_nondeterministic("count", "k1", record.parts);
  REQUIRE(place.store.runs().size() == 1);
  CHECK(place.store.runs()[0] == record.parts);
  CHECK(place.store.nondeterministic() == place.store.runs());
  CHECK(place.warnings.empty());
}

TEST_CASE("store: the state of a source tells nothing that differs from host to host, as its device does") {
  Place place;
  put(place.folder / "a", "four");
  const auto state = file_state(place.folder / "a");
  std::set<std::string> told;
  for (const auto& [name, value] : state.items()) told.insert(name);
  CHECK(told == std::set<std::string>{"bytes", "changed", "inode", "modified"});
}

/// Gives a file the time of long ago, as files have that nobody works on.
void age(const fs::path& path) {
  const timespec times[2] = {{1'000'000'000, 7}, {1'000'000'000, 7}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

TEST_CASE("store: the digest of a source is that of its bytes, remembered or not") {
  Place place;
  const auto path = place.folder / "data.bin";
  const std::string bytes(200'000, 'a');
  put(path, bytes);
  CHECK(place.store.source_digest(path) == sha256(bytes));
  CHECK(place.count("files") == 0);
  age(path);
  CHECK(place.store.source_digest(path) == sha256(bytes));
  CHECK(place.count("files") == 1);
  CHECK(place.store.source_digest(path) == sha256(bytes));
}

TEST_CASE("store: an unchanged source is not read again") {
  Place place;
  const auto path = place.folder / "data.bin";
  put(path, std::string(200'000, 'a'));
  age(path);
  place.store.source_digest(path);
  const auto memo = fs::directory_iterator(place.folder / "files")->path();
  auto known = parse_json(bytes_of(memo));
  known["sha256"] = "remembered";
  known.erase("check");
  known["check"] = xxh3(canonical(known));
  put(memo, known.dump());
  CHECK(place.store.source_digest(path) == "remembered");
}

TEST_CASE("store: a changed source is noticed, even with the size and time of before") {
  Place place;
  const auto path = place.folder / "data.bin";
  for (const char letter : {'a', 'b', 'c'}) {
    const std::string bytes(200'000, letter);
    std::ofstream(path, std::ios::binary) << bytes;
    age(path);
    CHECK(place.store.source_digest(path) == sha256(bytes));
  }
}

TEST_CASE("store: a damaged memory of a source is forgotten") {
  Place place;
  const auto path = place.folder / "data.bin";
  const std::string bytes(200'000, 'a');
  put(path, bytes);
  age(path);
  place.store.source_digest(path);
  put(fs::directory_iterator(place.folder / "files")->path(), "{}");
  CHECK(place.store.source_digest(path) == sha256(bytes));
  CHECK(place.warnings.size() == 1);
}

TEST_CASE("store: a source that is missing is an error") {
  Place place;
  const auto path = place.folder / "data.bin";
  CHECK(error_of([&] { place.store.source_digest(path); }) ==
        path.string() + ": no such file; check the path");
}

}  // namespace
}  // namespace fovea
