#include "runtime/threads.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "tests/catch.hpp"
#include "tests/errors.hpp"

using namespace fovea;

namespace {

/// What `body` says in a process with room for few threads more.
template <class Body> std::string told_with_little_room(Body body) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const auto process = ::fork();
  REQUIRE(process >= 0);
  if (process == 0) {
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlim_t room = pages * static_cast<rlim_t>(::getpagesize()) + (rlim_t{50} << 20);
    const rlimit limit{room, room};
    ::setrlimit(RLIMIT_AS, &limit);
    const auto text = error_of(body);
    const auto written = ::write(ends[1], text.data(), text.size());
    ::_exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string text(1000, '\0');
  const auto size = ::read(ends[0], text.data(), text.size());
  ::close(ends[0]);
  ::waitpid(process, nullptr, 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, size)));
  return text;
}

}  // namespace

TEST_CASE("threads: where too few can be started, that and what to allow is told") {
  CHECK_NOTHROW(expect_threads(20));
  const auto told = told_with_little_room([] { expect_threads(200); });
  CHECK_THAT(told, Catch::StartsWith("only "));
  CHECK_THAT(told, Catch::Contains(" of 200 threads can be started: "));
  CHECK_THAT(told,
             Catch::EndsWith("; allow more processes (ulimit -u, or pids.max of a container) or memory, or "
                             "lower --threads and FOVEA_COMPUTE_THREADS"));
}

TEST_CASE("threads: one that is started does its work") {
  std::atomic<bool> done = false;
  start_thread([&] { done = true; }).join();
  CHECK(done);
}
