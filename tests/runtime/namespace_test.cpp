#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/store/draft.hpp"
#include "runtime/store/lease.hpp"
#include "runtime/store/owner.hpp"
#include "runtime/store/store.hpp"
#include "tests/catch.hpp"
#include "tests/runtime/file_bytes.hpp"

using namespace fovea;
namespace fs = std::filesystem;

namespace {

/// What a process writes aside, as long as it lives.
struct Open {
  TempFile temporary;
  std::string name = unique_name();  ///< of a file that no lock protects
  std::string nobody;
  std::optional<Lease> lease;
  Lease of_run;
  Draft draft;

  explicit Open(const Folder& folder)
      : temporary(folder / "store/tmp", ".h5"),
        lease(Lease::take(folder / "store/leases/key", nobody)),
        of_run(Lease::of_run(folder / "store/leases")),
        draft(folder / "results") {
    put(folder / "store/tmp" / name, "");
  }
};

/// The names of all that is open below a folder.
std::set<std::string> names(const Folder& folder) {
  std::set<std::string> all;
  for (const auto* const below : {"store/tmp", "store/leases", "results"}) {
    for (const auto& entry : fs::directory_iterator(folder / below)) all.insert(entry.path().filename());
  }
  return all;
}

/// Opens everything as a run does, which removes what was abandoned.
void open_all(const Folder& folder) {
  const Store store(folder / "store", [](const std::string&) {});
  Lease::remove_abandoned(folder / "store/leases");
  const Draft draft(folder / "results");
}

/// Runs a body as the first process of a process namespace of its own; gives its exit code, or -1 where no
/// such namespace can be made. `meanwhile` runs here once the body has written a byte; then it may read one.
template <class Body, class Meanwhile> int elsewhere(Body&& body, Meanwhile&& meanwhile) {
  int up[2], down[2];
  REQUIRE(::pipe(up) == 0);
  REQUIRE(::pipe(down) == 0);
  const auto outer = ::fork();
  if (outer == 0) {
    ::close(up[0]);
    ::close(down[1]);
    const int user = ::geteuid() == 0 ? 0 : CLONE_NEWUSER;
    if (::unshare(CLONE_NEWPID | user) != 0) ::_exit(99);
    const auto inner = ::fork();
    if (inner == 0) {
      int code = 98;
      try {
        code = body(up[1], down[0]);
      } catch (const std::exception&) {
      }
      ::_exit(code);
    }
    int status = 0;
    ::waitpid(inner, &status, 0);
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 97);
  }
  ::close(up[1]);
  ::close(down[0]);
  char byte = 0;
  if (::read(up[0], &byte, 1) == 1) meanwhile();
  ::close(down[1]);
  int status = 0;
  ::waitpid(outer, &status, 0);
  ::close(up[0]);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 96;
  if (code == 99) WARN("process namespaces can't be made here; nothing was tested");
  return code == 99 ? -1 : code;
}

struct SharedFolder {
  Folder folder;
  SharedFolder() {
    for (const auto* const name : {"store/tmp", "store/leases", "results"})
      fs::create_directories(folder / name);
  }
};

}  // namespace

TEST_CASE("namespaces: what a process elsewhere has open is left alone by whoever opens the store here") {
  const SharedFolder shared;
  const int code = elsewhere(
      [&](int tell, int wait) {
        Open open(shared.folder);
        const auto before = names(shared.folder);
        if (::write(tell, "x", 1) != 1) return 1;
        char byte = 0;
        if (::read(wait, &byte, 1) != 0) return 2;
        open.temporary.move_to(shared.folder / "store/object");
        return names(shared.folder).size() + 1 == before.size() &&
                       open.draft.move_to(shared.folder / "results/run")
                   ? 0
                   : 3;
      },
      [&] {
        const auto before = names(shared.folder);
        CHECK(before.size() == 5);
        open_all(shared.folder);
        CHECK(names(shared.folder) == before);
        CHECK(Lease::runs_since(shared.folder / "store/leases"));
        std::string holder;
        CHECK_FALSE(Lease::take(shared.folder / "store/leases/key", holder));
        CHECK(holder.starts_with("process 1 on "));
      });
  if (code < 0) return;
  CHECK(code == 0);
  CHECK(fs::exists(shared.folder / "store/object"));
  CHECK(fs::is_directory(shared.folder / "results/run"));
}

TEST_CASE("namespaces: what a process here has open is left alone by whoever opens the store elsewhere") {
  const SharedFolder shared;
  Open open(shared.folder);
  const auto before = names(shared.folder);
  const int code = elsewhere(
      [&](int, int) {
        open_all(shared.folder);
        std::string holder;
        return Lease::take(shared.folder / "store/leases/key", holder) ? 1 : 0;
      },
      [] {});
  if (code < 0) return;
  CHECK(code == 0);
  CHECK(names(shared.folder) == before);
}

TEST_CASE("namespaces: a lease whose holder died elsewhere can be had at once") {
  const SharedFolder shared;
  const auto key = shared.folder / "store/leases/key";
  const int code = elsewhere(
      [&](int, int) {
        std::string nobody;
        const auto lease = Lease::take(key, nobody);
        ::_exit(lease ? 0 : 1);
        return 0;
      },
      [] {});
  if (code < 0) return;
  CHECK(code == 0);
  CHECK(fs::exists(key));
  std::string holder;
  CHECK(Lease::take(key, holder));
}
