#include "runtime/stream.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/catch.hpp"
#include "tests/wait.hpp"

namespace fovea {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a stream gives every item once and in order, with any number of threads") {
  for (const std::size_t threads : {1, 2, 4}) {
    for (const std::size_t ahead : {0, 1, 7}) {
      Stream<std::size_t> stream(500, ahead, threads, [](std::size_t index, std::size_t& item) {
        if (index % 7 == 0) std::this_thread::sleep_for(50us);
        item = index * index;
      });
      for (std::size_t i = 0; i < 500; ++i) {
        const auto* item = stream.next();
        REQUIRE(item != nullptr);
        REQUIRE(*item == i * i);
      }
      CHECK(stream.next() == nullptr);
      CHECK(stream.next() == nullptr);
    }
  }
}

TEST_CASE("a stream of no items ends at once") {
  Stream<int> stream(0, 3, 2, [](std::size_t, int&) { throw std::logic_error("never called"); });
  CHECK(stream.next() == nullptr);
}

TEST_CASE("a stream never makes more items in advance than it was told") {
  constexpr std::size_t ahead = 3;
  std::atomic<std::size_t> made{0};
  Stream<int> stream(40, ahead, 2, [&](std::size_t, int&) { ++made; });
  wait_until("the first items are made", [&] { return made >= ahead; });
  std::this_thread::sleep_for(5ms);
  CHECK(made == ahead);
  for (std::size_t given = 1; given <= 20; ++given) {
    stream.next();
    std::this_thread::sleep_for(2ms);
    CHECK(made <= given + ahead);
  }
}

TEST_CASE("an item stays as it is until the next call") {
  Stream<std::string> stream(
      50, 4, 4, [](std::size_t index, std::string& item) { item.assign(1000, "ab"[index % 2]); });
  for (std::size_t i = 0; i < 50; ++i) {
    const auto* item = stream.next();
    const std::string before = *item;
    std::this_thread::sleep_for(200us);
    REQUIRE(*item == before);
    REQUIRE(before[0] == "ab"[i % 2]);
  }
}

TEST_CASE("items are used again, so that their memory is") {
  std::atomic<int> fresh{0};
  Stream<std::vector<int>> stream(100, 4, 2, [&](std::size_t, std::vector<int>& item) {
    if (item.capacity() == 0) ++fresh;
    item.assign(100, 1);
  });
  while (stream.next() != nullptr) {
  }
  CHECK(fresh <= 5);
}

TEST_CASE("what making an item throws comes at its place in the order") {
  Stream<std::size_t> stream(20, 8, 4, [](std::size_t index, std::size_t& item) {
    if (index == 5) throw std::runtime_error("item 5 is broken");
    std::this_thread::sleep_for(500us);
    item = index;
  });
  for (std::size_t i = 0; i < 5; ++i) REQUIRE(*stream.next() == i);
  CHECK_THROWS_WITH(stream.next(), "item 5 is broken");
  CHECK(*stream.next() == 6);
}

TEST_CASE("leaving a stream in the middle waits only for the items that are being made") {
  std::atomic<int> made{0};
  const auto start = std::chrono::steady_clock::now();
  {
    Stream<int> stream(1000000, 1000, 2, [&](std::size_t, int&) {
      ++made;
      std::this_thread::sleep_for(5ms);
    });
    stream.next();
  }
  CHECK(std::chrono::steady_clock::now() - start < 1s);
  CHECK(made < 20);
}

TEST_CASE("a stream may be left before its first item, again and again") {
  for (int i = 0; i < 200; ++i) {
    Stream<std::vector<int>> stream(100, 8, 2, [](std::size_t, std::vector<int>& item) { item.resize(64); });
    if (i % 2 == 1) REQUIRE(stream.next()->size() == 64);
  }
}

TEST_CASE("a stream tells how long its reader waited") {
  Stream<int> stream(3, 1, 1, [](std::size_t, int&) { std::this_thread::sleep_for(10ms); });
  CHECK(stream.waited() == 0);
  while (stream.next() != nullptr) {
  }
  CHECK(stream.waited() > 0.02);
  CHECK(stream.waited() < 1);
}

TEST_CASE("two streams run at once, each with its own reader") {
  const auto read_all = [](std::size_t& sum) {
    Stream<std::size_t> stream(300, 4, 2, [](std::size_t index, std::size_t& item) { item = index; });
    while (const auto* item = stream.next()) sum += *item;
  };
  std::size_t one = 0, other = 0;
  std::thread thread([&] { read_all(other); });
  read_all(one);
  thread.join();
  CHECK(one == 300 * 299 / 2);
  CHECK(other == one);
}

}  // namespace
}  // namespace fovea
