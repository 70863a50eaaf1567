#include "runtime/store/checkpoints.hpp"

#include <fstream>
#include <thread>

#include "runtime/store/files.hpp"
#include "tests/catch.hpp"
#include "tests/runtime/store_place.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Progress of a stage called "count", whose states are lists of numbers.
struct Counting {
  Place place;
  Checkpoints checkpoints{place.store, "count", "key", 10, {{"threads", 2}}};

  void save(float value, Position position, std::size_t keep = 3) {
    const Numbers state{std::vector<float>{value}};
    checkpoints.save(Numbers::codec(), &state, position, keep);
  }
  float newest() {
    const auto found = checkpoints.newest(Numbers::codec());
    return found ? static_cast<const Numbers*>(found->first.data.get())->values[0] : -1;
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(place.folder / "progress/count/key"))
      all.push_back(entry.path());
    std::sort(all.begin(), all.end());
    return all;
  }
};

}  // namespace

TEST_CASE("checkpoints: the newest by position comes back, and only so many are kept") {
  Counting counting;
  CHECK(counting.newest() == -1);
  counting.save(3, {0, 900});
  counting.save(2, {1, 0});
  counting.save(4, {1, 5});
  counting.save(5, {2, 0});
  CHECK(counting.newest() == 5);
  CHECK(counting.checkpoints.progress()->position == Position{2, 0});
  CHECK(counting.files().size() == 3);
  CHECK(counting.place.count("tmp") == 0);
}

TEST_CASE("checkpoints: states of other numerics are gone on from, unless only equal ones are looked at") {
  Counting counting;
  counting.save(3, {3, 0});
  const Json here = {{"threads", 1}};
  Checkpoints any(counting.place.store, "count", "key", 10, here);
  CHECK(any.progress()->numerics == Json{{"threads", 2}});
  CHECK(any.numerics() == here);
  CHECK(any.newest(Numbers::codec()));
  CHECK(any.numerics() == Json::array({{{"threads", 2}}, here}));
  Checkpoints equal(counting.place.store, "count", "key", 10, here, true);
  CHECK_FALSE(equal.progress());
  const Numbers state{std::vector<float>{1}};
  equal.save(Numbers::codec(), &state, {1, 0}, 1);
  CHECK(equal.progress()->position == Position{1, 0});
  CHECK(counting.newest() == 3);
}

TEST_CASE("checkpoints: what is past the end of a shorter run is not looked at, and stays") {
  Counting counting;
  counting.save(1, {4, 0});
  counting.save(2, {6, 0});
  Checkpoints shorter(counting.place.store, "count", "key", 5, Json::object());
  CHECK(shorter.progress()->position == Position{4, 0});
  shorter.remove_all();
  CHECK(counting.newest() == 2);
}

TEST_CASE("checkpoints: a damaged one is set aside with a warning, and the one before it is taken") {
  Counting counting;
  counting.save(1, {1, 0});
  counting.save(2, {2, 0});
  const auto newest = counting.files().back();
  fs::permissions(newest, fs::perms::owner_write, fs::perm_options::add);
  std::fstream(newest, std::ios::in | std::ios::out | std::ios::binary).seekp(700).put('x');
  CHECK(counting.checkpoints.progress()->position == Position{1, 0});
  CHECK(counting.newest() == 1);
  REQUIRE(counting.place.warnings.size() == 1);
  CHECK(counting.place.warnings[0].starts_with(newest.string() + ": damaged, its bytes are not those"));
  CHECK_FALSE(fs::exists(newest));
}

TEST_CASE(
    "checkpoints: one whose content is refused is set aside with a warning, and the one before is taken") {
  Counting counting;
  counting.save(1, {1, 0});
  const Numbers state{std::vector<float>{2}};
  const auto other_layout = make_codec<Numbers>(
      2, [](const Numbers& numbers, H5Writer& file) { file.write("numbers", numbers.values, {1}); },
      [](const H5Reader&, const Resolve&) { return Numbers{}; });
  counting.checkpoints.save(other_layout, &state, {2, 0}, 3);
  const auto refused = counting.files().back();
  CHECK(counting.newest() == 1);
  CHECK(counting.checkpoints.went_on_from() == Position{1, 0});
  REQUIRE(counting.place.warnings.size() == 1);
  CHECK(counting.place.warnings[0].starts_with(refused.string() + ": damaged, its content is refused (" +
                                               refused.string() + ": unknown dataset \"values\""));
  CHECK_FALSE(fs::exists(refused));
  CHECK(fs::exists(counting.place.folder / "damaged" / refused.filename()));
}

TEST_CASE("checkpoints: one that does not fit the stage is set aside, and the one before it is taken") {
  Counting counting;
  counting.save(1, {1, 0});
  counting.save(2, {2, 0});
  const auto newest = counting.checkpoints.newest(Numbers::codec(), [](const void* state) {
    if (static_cast<const Numbers*>(state)->values[0] > 1) throw Error("more than 1");
  });
  REQUIRE(newest);
  CHECK(newest->second == Position{1, 0});
  CHECK(counting.place.warnings.at(0).find(": damaged, its content is refused (more than 1); moved to ") !=
        std::string::npos);
}

TEST_CASE("checkpoints: those that tell no time or numerics, or are no artifacts at all, are set aside") {
  Counting counting;
  counting.save(1, {1, 0});
  const auto put_under_its_name = [&](int round, const std::function<void(const fs::path&)>& write) {
    const auto draft = counting.place.folder / "draft.h5";
    write(draft);
    const auto bytes = bytes_of(draft);
    fs::rename(draft,
               counting.files()[0].parent_path() /
                   ("00000000" + std::to_string(round) + "-000000000-" + numerics_digest({{"threads", 2}}) +
                    "-" + xxh3(bytes) + "-" + std::to_string(bytes.size()) + ".h5"));
  };
  put_under_its_name(2, [](const fs::path& file) { put(file, "no HDF5"); });
  int round = 3;
  for (const char* numerics : {"2", "[2]", "{"}) {
    put_under_its_name(round++, [&](const fs::path& path) {
      const Numbers state{std::vector<float>{2}};
      write_artifact(Numbers::codec(), &state, path, [&](H5Writer& file) {
        file.attribute("/", "seconds", 1.0);
        file.attribute("/", "numerics", std::string(numerics));
      });
    });
  }
  put_under_its_name(round, [](const fs::path& path) {
    const Numbers state{std::vector<float>{2}};
    write_artifact(Numbers::codec(), &state, path);
  });
  SECTION("by who plans") {
    CHECK(counting.checkpoints.progress()->position == Position{1, 0});
  }
  SECTION("by who goes on") {
    CHECK(counting.newest() == 1);
  }
  CHECK(counting.files().size() == 1);
  CHECK(counting.place.warnings.size() == 5);
}

TEST_CASE("checkpoints: numerics of any depth are read, for Fovea wrote them itself") {
  Counting counting;
  Json deep = Json::array();
  for (int i = 0; i < 100; ++i) deep = Json::array({deep});
  Checkpoints far(counting.place.store, "count", "key", 10, {{"machine", deep}});
  const Numbers state{std::vector<float>{1}};
  far.save(Numbers::codec(), &state, {1, 0}, 1);
  CHECK(far.progress()->numerics.at("machine") == deep);
  CHECK(counting.newest() == 1);
}

TEST_CASE(
    "checkpoints: one of a newer program is left there with a warning, and the one before it is taken") {
  Counting counting;
  counting.save(1, {1, 0});
  const Numbers state{std::vector<float>{2}};
  counting.checkpoints.save(Numbers::of_version(3), &state, {2, 0}, 3);
  CHECK(counting.newest() == 1);
  CHECK(counting.checkpoints.went_on_from() == Position{1, 0});
  REQUIRE(counting.place.warnings.size() == 1);
  CHECK(counting.place.warnings[0] == counting.files().back().string() +
                                          ": version 3 of \"fovea.Numbers\", but this program reads up to 2; "
                                          "left there, and what it saved is "
                                          "computed again");
}

TEST_CASE("checkpoints: the seconds before an interruption count with those after it") {
  Counting counting;
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  counting.save(1, {1, 0});
  CHECK(counting.checkpoints.seconds() >= 0.02);
  Checkpoints later(counting.place.store, "count", "key", 10, Json::object());
  REQUIRE(later.newest(Numbers::codec()));
  CHECK(later.seconds() >= 0.02);
}

TEST_CASE("checkpoints: files that are none are left alone") {
  Counting counting;
  counting.save(1, {1, 0});
  std::ofstream(counting.place.folder / "progress/count/key/notes.txt") << "mine";
  CHECK(counting.newest() == 1);
  counting.checkpoints.remove_all();
  CHECK(counting.files().size() == 1);
}

}  // namespace fovea
