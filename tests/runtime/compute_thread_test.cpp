#include "runtime/compute_thread.hpp"

#include <atomic>
#include <vector>

#include "tests/catch.hpp"

using fovea::ComputeThread;

TEST_CASE("compute thread: jobs run in the order they came, all on one other thread") {
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  {
    ComputeThread compute;
    for (int i = 0; i < 100; ++i) {
      compute.submit([&, i] {
        order.push_back(i);
        threads.push_back(std::this_thread::get_id());
      });
    }
  }
  REQUIRE(order.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
  for (const auto id : threads) CHECK(id == threads.front());
  CHECK(threads.front() != std::this_thread::get_id());
}
