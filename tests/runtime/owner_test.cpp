#include "runtime/store/owner.hpp"

#include <fcntl.h>
#include <set>

#include "runtime/store/draft.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/runtime/dead_process.hpp"
#include "tests/runtime/file_bytes.hpp"

using namespace fovea;
namespace fs = std::filesystem;

namespace {

/// The own name with another start, as that of an earlier process with the same number.
std::string name_of_predecessor() {
  const auto mine = own_name();
  return mine.substr(0, mine.rfind('-')) + "-1";
}

constexpr std::chrono::hours day{25};

std::size_t entries_of(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("owner: only who was of this place and is no more is surely dead") {
  const auto dead = name_of_dead();
  CHECK(is_surely_dead(dead));
  CHECK(is_surely_dead(dead + "-0-0123456789abcdef.h5"));
  CHECK(is_surely_dead(name_of_predecessor()));
  CHECK_FALSE(is_surely_dead(own_name()));
  CHECK_FALSE(is_surely_dead("0123456789abcdef" + dead.substr(16)));
  for (const auto* const nobody : {"", "-", "12-0-0123.h5", "notes.txt", "0123456789abcdef-0-1",
                                   "0123456789abcdef-x-1", "0123456789abcdef-99999999999999-1"})
    CHECK_FALSE(is_surely_dead(nobody));
}

TEST_CASE("owner: no two names are equal, in one process or in two") {
  std::set<std::string> names;
  for (int i = 0; i < 100; ++i) names.insert(unique_name());
  CHECK(names.size() == 100);
  CHECK(name_of_dead() != name_of_dead());
}

TEST_CASE("owner: a file or folder that is locked is not abandoned, whatever its name says") {
  const Folder folder;
  put(folder / "file", "");
  fs::create_directory(folder / "folder");
  for (const auto* const name : {"file", "folder"}) {
    const auto path = folder / name;
    CHECK(is_abandoned(path, name_of_dead()));
    CHECK_FALSE(is_abandoned(path, own_name()));
    const int flags = fs::is_directory(path) ? O_RDONLY : O_RDWR;
    const Descriptor held(path, flags);
    REQUIRE(try_lock(held.number()) == Locked::yes);
    CHECK_FALSE(is_abandoned(path, name_of_dead()));
    backdate(path, day);
    CHECK_FALSE(is_abandoned(path, "a stranger"));
  }
}

TEST_CASE("owner: what strangers have not touched for a day is abandoned") {
  const Folder folder;
  put(folder / "file", "");
  CHECK_FALSE(is_abandoned(folder / "file", "0123456789abcdef-1-1"));
  backdate(folder / "file", day);
  CHECK(is_abandoned(folder / "file", "0123456789abcdef-1-1"));
  CHECK(is_abandoned(folder / "file", ""));
}

TEST_CASE("draft: it is gone unless it is moved into place, and takes no name that is taken") {
  const Folder folder;
  fs::create_directory(folder / "taken");
  fs::create_symlink("/nowhere", folder / "link");
  {
    Draft draft(folder.path());
    put(draft.path() / "a", "x");
    CHECK_FALSE(draft.move_to(folder / "taken"));
    CHECK_FALSE(draft.move_to(folder / "link"));
    CHECK(draft.move_to(folder / "free"));
    const Draft lost(folder.path());
    CHECK(entries_of(folder.path()) == 4);
  }
  CHECK(bytes_of(folder / "free/a") == "x");
  CHECK(entries_of(folder.path()) == 3);
}

TEST_CASE("draft: those of dead processes are removed, those of other hosts and containers stay") {
  const Folder folder;
  const auto dead = name_of_dead();
  const auto named = [&](const std::string& owner) { return folder / ("." + owner + "-0-0123.partial"); };
  const auto stranger = "0123456789abcdef" + dead.substr(16);
  for (const auto& owner : {dead, name_of_predecessor(), own_name(), stranger, stranger + "0"})
    fs::create_directories(named(owner) / "figures");
  backdate(named(stranger + "0"), day);
  fs::create_directories(folder / "not.a.partial");
  const Draft draft(folder.path());
  CHECK_FALSE(fs::exists(named(dead)));
  CHECK_FALSE(fs::exists(named(name_of_predecessor())));
  CHECK_FALSE(fs::exists(named(stranger + "0")));
  CHECK(fs::exists(named(own_name())));
  CHECK(fs::exists(named(stranger)));
  CHECK(fs::exists(folder / "not.a.partial"));
}

TEST_CASE("draft: a place where none can be made is an error that names it") {
  const Folder folder;
  put(folder / "a", "");
  CHECK(error_of([&] { Draft draft(folder / "a"); }) ==
        (folder / "a").string() +
            ": something that is no folder is in the way; move it or choose another place");
}
