#include "runtime/store/lease.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "runtime/context.hpp"
#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/wait.hpp"

using namespace fovea;
namespace fs = std::filesystem;

namespace {

const auto nobody = [](const std::string& holder) { FAIL("waits for " + holder); };

/// A process that holds a lease until it is killed.
pid_t holder(const fs::path& file) {
  const auto process = ::fork();
  if (process == 0) {
    const Lease lease(file, {}, [](const std::string&) {});
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
    const Lease lease(folder / "leases/a", {}, nobody);
    CHECK(fs::exists(folder / "leases/a"));
  }
  CHECK_FALSE(fs::exists(folder / "leases/a"));
}

TEST_CASE("lease: two keys do not wait for each other") {
  const Folder folder;
  const Lease one(folder / "a", {}, nobody);
  const Lease other(folder / "b", {}, nobody);
  CHECK(fs::exists(folder / "a"));
  CHECK(fs::exists(folder / "b"));
}

TEST_CASE("lease: whoever comes second is told who holds it, and gets it when that process is killed") {
  const Folder folder;
  const auto process = holder(folder / "a");
  std::string told;
  const Lease lease(folder / "a", {}, [&](const std::string& who) {
    told = who;
    kill_and_bury(process);
  });
  CHECK(told.starts_with("process " + std::to_string(process) + " on "));
}

TEST_CASE("lease: only one of many threads has it at a time") {
  const Folder folder;
  std::atomic<int> inside = 0, most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const Lease lease(folder / "a", {}, [](const std::string&) {});
      const int now = ++inside;
      if (now > most) most = now;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      --inside;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(most == 1);
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("lease: who is asked to leave stops waiting") {
  const Folder folder;
  const Lease lease(folder / "a", {}, nobody);
  std::stop_source stop;
  CHECK_THROWS_AS(Lease(folder / "a", stop.get_token(), [&](const std::string&) { stop.request_stop(); }),
                  Stopped);
}

TEST_CASE("lease: files of dead holders are removed, those of living ones stay") {
  const Folder folder;
  kill_and_bury(holder(folder / "dead"));
  const Lease lease(folder / "alive", {}, nobody);
  Lease::remove_abandoned(folder.path());
  CHECK_FALSE(fs::exists(folder / "dead"));
  CHECK(fs::exists(folder / "alive"));
}
