#include "tests/stages/data/formats/bombs.hpp"

#include <chrono>
#include <iostream>

#include "stages/data/load.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/process_memory.hpp"

// What is made to do harm is refused by name, with little memory. FOVEA_TELL=1 prints the time that each
// takes.

namespace fovea {
namespace {

using namespace testing;

constexpr std::size_t most_bytes = 64 << 20;

/// By how many bytes the memory of this process grows at most while `body` runs.
template <class Body> std::size_t growth_of(Body&& body) {
  const auto before = process_memory("VmRSS");
  std::ofstream("/proc/self/clear_refs") << 5;  // the peak begins anew
  body();
  return process_memory("VmHWM") - std::min(before, process_memory("VmHWM"));
}

void check_bomb(const Bomb& bomb) {
  INFO(bomb.what);
  const Folder folder;
  bomb.write(folder);
  std::string error;
  const auto start = std::chrono::steady_clock::now();
  const auto growth = growth_of([&] {
    Alone alone("load");
    error = error_of([&] { Load::run({}, {.path = folder / bomb.loaded}, alone.context); });
  });
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  if (std::getenv("FOVEA_TELL") != nullptr)
    std::cout << took.count() << " ms, " << growth / 1024 << " KiB: " << bomb.what << ": " << error << '\n';
  CHECK(error.find(bomb.named) != std::string::npos);
  if (memory_is_its_own) CHECK(growth < most_bytes);
}

}  // namespace

TEST_CASE(
    "bombs: PNG, JPEG, IDX, NumPy and CSV that are made to do harm are refused by name, with little memory") {
  std::size_t count = 0;
  for (const auto& bombs : {png_bombs(), jpeg_bombs(), table_bombs()}) {
    for (const auto& bomb : bombs) check_bomb(bomb);
    count += bombs.size();
  }
  CHECK(count >= 60);
}

}  // namespace fovea
