#include "runtime/compute_thread.hpp"

#include <future>
#include <vector>

#include "tests/catch.hpp"

using fovea::ComputeThread;

TEST_CASE("compute thread: jobs run in the order they came, all on one other thread") {
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  {
    ComputeThread compute;
    for (int i = 0; i < 100; ++i) {
      compute.submit(1, [&, i] {
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

TEST_CASE("compute thread: of the jobs that wait, those of a higher rank go first") {
  std::vector<int> order;
  std::promise<void> all_wait;
  {
    ComputeThread compute;
    compute.submit(0, [&] { all_wait.get_future().wait(); });
    for (const int rank : {1, 3, 2, 3, 1})
      compute.submit(static_cast<std::size_t>(rank), [&order, rank] { order.push_back(rank); });
    all_wait.set_value();
  }
  CHECK(order == std::vector<int>{3, 3, 2, 1, 1});
}
