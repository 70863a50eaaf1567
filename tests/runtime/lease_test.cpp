#include "runtime/store/lease.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/file_bytes.hpp"
#include "tests/wait.hpp"

using namespace fovea;
namespace fs = std::filesystem;

namespace {

Lease taken(const fs::path& file) {
  std::string holder;
  auto lease = Lease::take(file, holder);
  REQUIRE(lease);
  return std::move(*lease);
}

/// Who holds a lease that can't be had.
std::string holder_of(const fs::path& file) {
  std::string holder;
  REQUIRE_FALSE(Lease::take(file, holder));
  return holder;
}

/// A process that holds a lease until it is killed.
pid_t holder(const fs::path& file) {
  const auto process = ::fork();
  if (process == 0) {
    std::string nobody;
    const auto lease = Lease::take(file, nobody);
    ::pause();
    ::_exit(0);
  }
  wait_until("the other process holds " + file.string(),
             [&] { return fs::exists(file) && fs::file_size(file) > 0; });
  return process;
}

void kill_and_bury(pid_t process) {
  ::kill(process, SIGKILL);
  ::waitpid(process, nullptr, 0);
}

}  // namespace

TEST_CASE("lease: it leaves no file behind and can be had again") {
  const Folder folder;
  for (int i = 0; i < 2; ++i) {
    const auto lease = taken(folder / "leases/a");
    CHECK(fs::exists(folder / "leases/a"));
  }
  CHECK_FALSE(fs::exists(folder / "leases/a"));
}

TEST_CASE("lease: two keys do not hinder each other") {
  const Folder folder;
  const auto one = taken(folder / "a");
  const auto other = taken(folder / "b");
  CHECK(fs::exists(folder / "a"));
  CHECK(fs::exists(folder / "b"));
}

TEST_CASE("lease: whoever comes second is told who holds it, and gets it when that process is killed") {
  const Folder folder;
  const auto process = holder(folder / "a");
  CHECK(holder_of(folder / "a").starts_with("process " + std::to_string(process) + " on "));
  kill_and_bury(process);
  const auto lease = taken(folder / "a");
}

TEST_CASE("lease: a holder in the same process is called a stage, not a process") {
  const Folder folder;
  const auto lease = taken(folder / "a");
  CHECK(holder_of(folder / "a") == "another stage of this run");
}

TEST_CASE("lease: only one of many threads has it at a time") {
  const Folder folder;
  std::atomic<int> inside = 0, most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      std::string holder;
      for (bool had = false; !had;) {
        const auto lease = Lease::take(folder / "a", holder);
        if (!lease) continue;
        had = true;
        const int now = ++inside;
        if (now > most) most = now;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        --inside;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(most == 1);
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("lease: files of dead holders are removed, those of living ones stay") {
  const Folder folder;
  kill_and_bury(holder(folder / "dead"));
  const auto lease = taken(folder / "alive");
  Lease::remove_abandoned(folder.path());
  CHECK_FALSE(fs::exists(folder / "dead"));
  CHECK(fs::exists(folder / "alive"));
}

TEST_CASE("lease: where no lock reaches, that of a stranger is abandoned once it is silent for a day") {
  const Folder folder;
  const std::string elsewhere = "0123456789abcdef-1-1";
  for (const auto* const name : {"run.a", "run.b", "c"})
    put(folder / name, "process 1 on other\n" + elsewhere + "\n1700000000000000000\n");
  backdate(folder / "run.b", std::chrono::hours(25));
  const auto since = Lease::runs_since(folder.path());
  CHECK(fs::exists(folder / "run.a"));
  CHECK_FALSE(fs::exists(folder / "run.b"));
  CHECK(fs::exists(folder / "c"));
  REQUIRE(since);
  CHECK(std::chrono::file_clock::to_sys(*since).time_since_epoch() == std::chrono::seconds(1'700'000'000));
}

TEST_CASE("lease: a name with a dot in front is the file system's own and stays") {
  const Folder folder;
  put(folder / ".nfs0000a1", "");
  backdate(folder / ".nfs0000a1", std::chrono::hours(48));
  Lease::remove_abandoned(folder.path());
  CHECK(fs::exists(folder / ".nfs0000a1"));
}
