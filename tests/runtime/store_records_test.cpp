#include <fcntl.h>
#include <sys/stat.h>

#include <set>

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
          .made = made};
}

TEST_CASE("store: a record is found by stage and key, whole") {
  Place place;
  const auto record = record_of("k1", {place.publish({1}), place.publish({2})});
  place.store.keep(record);
  const auto found = place.store.find("count", "k1");
  REQUIRE(found);
  CHECK(found->key == record.key);
  CHECK(found->parts == record.parts);
  CHECK(found->objects == record.objects);
  CHECK(found->seconds == record.seconds);
  CHECK(found->made == record.made);
  CHECK_FALSE(place.store.find("count", "k2"));
  CHECK_FALSE(place.store.find("other", "k1"));
}

TEST_CASE("store: a record with a missing or cut object is a miss") {
  Place place;
  const auto object = place.publish({1});
  place.store.keep(record_of("k1", {object}));
  put(place.store.object_path(object), "x");
  CHECK_FALSE(place.store.find("count", "k1"));
  fs::remove(place.store.object_path(object));
  CHECK_FALSE(place.store.find("count", "k1"));
  CHECK(place.warnings.empty());
}

TEST_CASE("store: a record that was kept again is the newer one") {
  Place place;
  place.store.keep(record_of("k1", {}, "2026"));
  place.store.keep(record_of("k1", {}, "2027"));
  CHECK(place.store.find("count", "k1")->made == "2027");
  CHECK(place.store.earlier("count").size() == 1);
}

TEST_CASE("store: a damaged record is a miss and set aside with a warning") {
  Place place;
  place.store.keep(record_of("k1", {}));
  const auto path = place.folder / "keys" / "count" / "k1.json";
  auto text = bytes_of(path);
  text.replace(text.find("1.25"), 4, "1.35");
  for (const auto& damaged :
       {text, text.substr(0, 40), std::string(), std::string("[]"), std::string("{}")}) {
    put(path, damaged);
    CHECK_FALSE(place.store.find("count", "k1"));
    CHECK_FALSE(fs::exists(path));
  }
  REQUIRE(place.warnings.size() == 5);
  CHECK(place.warnings[0] == path.string() + ": damaged, its text is not what was written; moved to \"" +
                                 (place.folder / "damaged" / "k1.json").string() +
                                 "\", and made again when it is needed");
}

TEST_CASE("store: a record under the name of another is set aside") {
  Place place;
  place.store.keep(record_of("k1", {}));
  fs::rename(place.folder / "keys" / "count" / "k1.json", place.folder / "keys" / "count" / "k2.json");
  CHECK_FALSE(place.store.find("count", "k2"));
  CHECK(place.warnings.size() == 1);
}

TEST_CASE("store: earlier records are all of a stage that are whole, the newest last") {
  Place place;
  place.store.keep(record_of("k1", {}, "2026-01-03"));
  place.store.keep(record_of("k2", {}, "2026-01-01"));
  place.store.keep(record_of("k3", {}, "2026-01-02"));
  put(place.folder / "keys" / "count" / "k4.json", "{");
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
  const auto found = place.store.record("count", "k1");
  REQUIRE(found);
  CHECK(found->parts == record.parts);
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
