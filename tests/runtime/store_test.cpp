#include "runtime/store/store.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "runtime/store/files.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/runtime/dead_process.hpp"
#include "tests/runtime/store_place.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

TEST_CASE("store: what is published is loaded again") {
  Place place;
  const auto object = place.publish({1, 2, 3});
  const auto numbers = place.load(object);
  REQUIRE(numbers);
  CHECK(numbers->object() == object);
  CHECK(std::vector<float>((*numbers)->values.begin(), (*numbers)->values.end()) ==
        std::vector<float>{1, 2, 3});
  CHECK(place.warnings.empty());
}

TEST_CASE("store: an identity is made of the file's SHA-256, XXH3-128 and size") {
  Place place;
  const auto object = place.publish({1, 2, 3});
  const auto path = place.store.object_path(object);
  const auto bytes = bytes_of(path);
  CHECK(object == sha256(bytes) + ":" + xxh3(bytes) + ":" + std::to_string(bytes.size()));
  CHECK(path == place.folder / "objects" / object.substr(0, 2) / (object.substr(0, 64) + ".h5"));
  CHECK((fs::status(path).permissions() & fs::perms::all) == fs::perms{0444});
}

TEST_CASE("store: a file says its format and version") {
  Place place;
  const H5Reader file(place.store.object_path(place.publish({1})));
  CHECK(file.text_attribute("/", "format") == "fovea.Numbers");
  CHECK(file.whole_attribute("/", "version") == 2);
}

TEST_CASE("store: equal values get one identity and one file") {
  Place place;
  const auto first = place.publish({1, 2, 3});
  const auto before = fs::last_write_time(place.store.object_path(first));
  CHECK(place.publish({1, 2, 3}) == first);
  CHECK(place.publish({1, 2, 4}) != first);
  CHECK(fs::last_write_time(place.store.object_path(first)) == before);
  CHECK(place.count("objects") == 2);
  CHECK(place.count("tmp") == 0);
}

TEST_CASE("store: publishing mends a damaged object") {
  Place place;
  const auto object = place.publish({1, 2, 3});
  put(place.store.object_path(object), "x");
  CHECK(place.publish({1, 2, 3}) == object);
  CHECK(place.load(object));
  CHECK(place.warnings.size() == 1);
}

TEST_CASE("store: a value that somebody still holds is not read again") {
  Place place;
  const auto object = place.publish({1, 2, 3});
  auto first = place.load(object);
  CHECK(place.load(object)->share() == first->share());
  const std::weak_ptr<const Numbers> gone = first->share();
  first.reset();
  CHECK(gone.expired());
}

TEST_CASE("store: several threads get one and the same value") {
  Place place;
  const auto object = place.publish(std::vector<float>(100'000, 1));
  std::vector<std::shared_ptr<const Numbers>> values(8);
  std::vector<std::thread> threads;
  for (auto& value : values) threads.emplace_back([&] { value = place.load(object)->share(); });
  for (auto& thread : threads) thread.join();
  for (const auto& value : values) CHECK(value == values[0]);
}

TEST_CASE("store: a missing object is nothing") {
  Place place;
  const auto object = place.publish({1});
  CHECK(place.store.has(object));
  fs::remove(place.store.object_path(object));
  CHECK_FALSE(place.store.has(object));
  CHECK_FALSE(place.load(object));
  CHECK(place.warnings.empty());
}

TEST_CASE("store: a flipped bit is found wherever it is") {
  Place place;
  const auto object = place.publish({1, 2, 3});
  const auto path = place.store.object_path(object);
  const auto whole = bytes_of(path);
  std::size_t found = 0;
  std::size_t tries = 0;
  for (std::size_t bit = 0; bit < whole.size() * 8; bit += 101, ++tries) {
    auto bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    put(path, bytes);
    found += !place.load(object) && !fs::exists(path);
  }
  CHECK(found == tries);
  CHECK(place.warnings.size() == tries);
}

TEST_CASE("store: a damaged object is set aside with a warning that names it") {
  Place place;
  const auto object = place.publish({1, 2, 3});
  const auto path = place.store.object_path(object);
  auto bytes = bytes_of(path);
  bytes.back() ^= 1;
  put(path, bytes);
  CHECK_FALSE(place.load(object));
  const auto aside = place.folder / "damaged" / path.filename();
  CHECK(bytes_of(aside) == bytes);
  REQUIRE(place.warnings.size() == 1);
  CHECK(place.warnings[0] == path.string() +
                                 ": damaged, its bytes are not those that were written; moved to \"" +
                                 aside.string() + "\", and made again when it is needed");
}

TEST_CASE("store: what is damaged again and again is set aside each time, whatever lies there already") {
  Place place;
  const auto object = place.publish({1});
  const auto path = place.store.object_path(object);
  fs::remove(path);
  fs::create_symlink("/nowhere", path);
  CHECK_FALSE(place.load(object));
  fs::create_directories(path / "in the way");
  CHECK_FALSE(place.load(object));
  CHECK(place.publish({1}) == object);
  CHECK(place.load(object));
  CHECK(place.warnings.size() == 2);
}

TEST_CASE("store: a truncated, longer or swapped object is set aside") {
  Place place;
  const auto object = place.publish({1, 2, 3});
  const auto other = bytes_of(place.store.object_path(place.publish({1, 2, 4})));
  const auto path = place.store.object_path(object);
  const auto whole = bytes_of(path);
  for (const auto& bytes : {whole.substr(0, whole.size() - 1), std::string(), whole + "x", other}) {
    put(path, bytes);
    CHECK_FALSE(place.load(object));
    CHECK_FALSE(place.store.has(object));
  }
  CHECK(place.warnings.size() == 4);
}

TEST_CASE("store: an object that may not be read is set aside, and can be made again") {
  if (::geteuid() != 0) {
    skipped("needs root, who can give up the right to read for a while");
    return;
  }
  Place place;
  for (const auto& entry : fs::recursive_directory_iterator(place.folder.path()))
    fs::permissions(entry.path(), fs::perms::all);
  fs::permissions(place.folder.path(), fs::perms::all);
  REQUIRE(::seteuid(65534) == 0);
  const auto object = place.publish({1});
  fs::permissions(place.store.object_path(object), fs::perms::none);
  const auto refused = place.load(object);
  const auto again = place.publish({1});
  const auto loaded = place.load(again);
  REQUIRE(::seteuid(0) == 0);
  CHECK_FALSE(refused);
  CHECK(again == object);
  CHECK(loaded);
  REQUIRE(place.warnings.size() == 1);
  CHECK(place.warnings[0].find(": damaged, it can't be read as a file; moved to ") != std::string::npos);
}

TEST_CASE("store: a newer version is a miss with a warning and stays, an older one is read") {
  Place place;
  const Numbers numbers{std::vector<float>{1}};
  const auto newer = place.store.publish(Numbers::of_version(3), &numbers);
  CHECK_FALSE(place.load(newer));
  CHECK(place.warnings.at(0) ==
        place.store.object_path(newer).string() +
            ": version 3 of \"fovea.Numbers\", but this program reads up to 2; left there, "
            "and its stage runs again");
  CHECK_FALSE(place.store.has(newer));
  CHECK(std::filesystem::exists(place.store.object_path(newer)));
  CHECK(place.load(place.store.publish(Numbers::of_version(1), &numbers)));
}

TEST_CASE("store: an object of another kind is a miss with a warning") {
  Place place;
  const auto object = place.publish({1});
  CHECK_FALSE(place.store.load(Half::codec(), object));
  CHECK(place.warnings.at(0) ==
        place.store.object_path(object).string() +
            ": format \"fovea.Numbers\" instead of \"fovea.Half\"; left there, and its stage runs again");
}

TEST_CASE("store: text that is no identity is refused") {
  Place place;
  const auto object = place.publish({1});
  const std::string fact = ": not the identity of an object; it must be <sha256>:<xxh3-128>:<bytes>";
  for (const auto& text : {std::string(), std::string("../../etc"), object + "x", object.substr(1),
                           object.substr(0, 97), "../" + object.substr(3)}) {
    CHECK(error_of([&] { place.store.has(text); }) == quote(text) + fact);
  }
}

TEST_CASE("store: an object brings the one that it refers to, and shares it") {
  Place place;
  const auto whole = place.load(place.publish({1, 2, 3}));
  const Half half{*whole};
  const auto object = place.store.publish(Half::codec(), &half);
  const Value<Half> loaded(*place.store.load(Half::codec(), object));
  CHECK(loaded->whole.share() == whole->share());
  CHECK(loaded->whole.object() == whole->object());
}

TEST_CASE("store: an object whose parent is missing or damaged is nothing") {
  Place place;
  const auto parent = place.publish({1, 2, 3});
  const Half half{*place.load(parent)};
  const auto object = place.store.publish(Half::codec(), &half);
  Place other;
  const Half elsewhere{half};
  CHECK(other.store.publish(Half::codec(), &elsewhere) == object);
  CHECK_FALSE(other.store.load(Half::codec(), object));
  CHECK(other.warnings.empty());
  put(other.store.object_path(parent).parent_path().parent_path() / "x", "");
  make_folder(other.store.object_path(parent).parent_path());
  put(other.store.object_path(parent), "x");
  CHECK_FALSE(other.store.load(Half::codec(), object));
  CHECK(other.warnings.size() == 1);
}

TEST_CASE("store: a codec that throws leaves nothing behind") {
  Place place;
  const auto codec = make_codec<Numbers>(
      1,
      [](const Numbers& numbers, H5Writer& file) {
        file.write("values", numbers.values, {numbers.values.size()});
        throw Error("half way");
      },
      [](const H5Reader&, const Resolve&) { return Numbers{}; });
  const Numbers numbers{std::vector<float>(1000, 1)};
  CHECK(error_of([&] { place.store.publish(codec, &numbers); }) == "half way");
  CHECK(place.count("tmp") + place.count("objects") == 0);
}

TEST_CASE("store: nothing is visible before it is complete") {
  Place place;
  const auto codec = make_codec<Numbers>(
      1,
      [&place](const Numbers& numbers, H5Writer& file) {
        file.write("values", numbers.values, {numbers.values.size()});
        CHECK(place.count("objects") == 0);
        CHECK(place.count("tmp") == 1);
      },
      [](const H5Reader&, const Resolve&) { return Numbers{}; });
  const Numbers numbers{std::vector<float>(1000, 1)};
  place.store.publish(codec, &numbers);
  CHECK(place.count("objects") == 1);
  CHECK(place.count("tmp") == 0);
}

TEST_CASE("store: a process that is killed while it writes leaves nothing that counts") {
  Place place;
  const auto child = ::fork();
  if (child == 0) {
    const auto codec = make_codec<Numbers>(
        1, [](const Numbers&, H5Writer&) { ::raise(SIGKILL); },
        [](const H5Reader&, const Resolve&) { return Numbers{}; });
    const Numbers numbers;
    place.store.publish(codec, &numbers);
  }
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(place.count("tmp") == 1);
  const Store again(place.folder.path(), [](const std::string&) {});
  CHECK(place.count("tmp") + place.count("objects") == 0);
}

TEST_CASE("store: a store that cannot be made is an error") {
  const Folder folder;
  put(folder / "a", "");
  CHECK(error_of([&] { Store store(folder / "a", [](const std::string&) {}); }) ==
        (folder / "a").string() +
            ": something that is no folder is in the way; move it or choose another place");
  CHECK(error_of([&] { Store store("/proc/store", [](const std::string&) {}); }) ==
        "/proc/store: no such file; check the path");
}

TEST_CASE("store: a store that may not be made is an error") {
  if (::geteuid() == 0) {
    skipped("run by root, who may write anywhere");
    return;
  }
  const Folder folder;
  fs::permissions(folder.path(), fs::perms{0555});
  CHECK(error_of([&] { Store store(folder / "a", [](const std::string&) {}); }) ==
        (folder / "a").string() + ": permission denied; allow it or choose another place");
}

/// A folder for temporary files in place of the usual one.
struct TemporaryFolder {
  Folder folder;
  std::string before = fs::temp_directory_path();
  TemporaryFolder() {
    fs::permissions(folder.path(), fs::perms::all);
    ::setenv("TMPDIR", folder.path().c_str(), 1);
  }
  ~TemporaryFolder() { ::setenv("TMPDIR", before.c_str(), 1); }
};

TEST_CASE("store: where it can't be written it has an overlay of its own, and leaves those of others alone") {
  if (::geteuid() != 0) {
    WARN("needs root, who can become another user for a while; nothing was tested");
    return;
  }
  Place place;
  fs::permissions(place.folder.path(), fs::perms{0755});
  const TemporaryFolder temporary;
  const auto dead = name_of_dead();
  const auto overlay = [&](const std::string& owner) {
    const auto path = temporary.folder / ("fovea-overlay-" + owner);
    fs::create_directories(path / "objects");
    return path;
  };
  fs::create_directories(temporary.folder / "fovea-overlays");
  fs::permissions(temporary.folder / "fovea-overlays", fs::perms{0700});
  const auto of_root = overlay(dead + "-root");
  fs::create_directory_symlink(place.folder.path(), temporary.folder / ("fovea-overlay-" + dead + "-link"));
  REQUIRE(::seteuid(65534) == 0);
  const auto of_dead = overlay(dead + "-a"), of_live = overlay(own_name() + "-b"),
             of_stranger = overlay("0123456789abcdef" + dead.substr(16) + "-c");
  fs::path made;
  {
    const Store store(place.folder.path(), [](const std::string&) {});
    made = store.writes();
    CHECK(made.parent_path() == temporary.folder.path());
    CHECK((fs::status(made).permissions() & fs::perms::all) == fs::perms{0700});
  }
  REQUIRE(::seteuid(0) == 0);
  CHECK_FALSE(fs::exists(made));
  CHECK_FALSE(fs::exists(of_dead));
  for (const auto& path : {of_root, of_live, of_stranger}) CHECK(fs::exists(path / "objects"));
  CHECK(fs::exists(place.folder / "objects"));
}

TEST_CASE("store: processes that publish the same at once leave one whole object") {
  Place place;
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    for (int round = 0; round < 5; ++round) place.publish({1, 2, float(round)});
    ::_exit(0);
  }
  for (const auto child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  CHECK(place.count("objects") == 5);
  CHECK(place.count("tmp") == 0);
  CHECK(place.load(place.publish({1, 2, 3})));
  CHECK(place.warnings.empty());
}

}  // namespace
}  // namespace fovea
