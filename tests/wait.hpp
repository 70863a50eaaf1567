#pragma once

#include <chrono>
#include <string>
#include <thread>

#include "tests/catch.hpp"

/// Waits until something is so, and fails the test with what it waited for when it is not after five minutes.
template <class Condition> void wait_until(const std::string& what, Condition&& is_so) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(5);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) FAIL("after five minutes, still no sign that " << what);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}
