#include "runtime/retries.hpp"

#include <future>
#include <set>

#include "tests/catch.hpp"

using namespace fovea;
using std::chrono::milliseconds;

TEST_CASE("retries: pauses double from 20 ms up to 1 s") {
  CHECK(Retries::pause(1) == milliseconds(20));
  CHECK(Retries::pause(2) == milliseconds(40));
  CHECK(Retries::pause(6) == milliseconds(640));
  CHECK(Retries::pause(7) == milliseconds(1000));
  CHECK(Retries::pause(1'000'000) == milliseconds(1000));
}

TEST_CASE("retries: what is put off is taken up again, once for each time") {
  std::multiset<std::size_t> seen;
  std::promise<void> all;
  Retries* again = nullptr;
  Retries retries({}, [&](std::size_t what) {
    seen.insert(what);
    if (seen.count(3) < 2) again->put_off(3);
    if (seen.size() == 3) all.set_value();
  });
  again = &retries;
  retries.put_off(5);
  retries.put_off(3);
  REQUIRE(all.get_future().wait_for(std::chrono::seconds(60)) == std::future_status::ready);
  CHECK(seen == std::multiset<std::size_t>{3, 3, 5});
}

TEST_CASE("retries: who is asked to leave waits for no pause") {
  std::stop_source stop;
  std::promise<void> taken_up;
  std::size_t times = 0;
  Retries* again = nullptr;
  Retries retries(stop.get_token(), [&](std::size_t what) {
    if (++times == 20) return taken_up.set_value();
    again->put_off(what);
  });
  again = &retries;
  stop.request_stop();
  retries.put_off(1);
  // Twenty pauses would take more than seven seconds.
  CHECK(taken_up.get_future().wait_for(std::chrono::seconds(3)) == std::future_status::ready);
}
