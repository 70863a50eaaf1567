#include "tests/stages/data/bombs.hpp"

#include <malloc.h>

#include <chrono>
#include <iostream>

#include "stages/data/load.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"

// What is made to do harm is refused by name, with little memory. FOVEA_TELL=1 prints the time that each
// takes.

namespace fovea {
namespace {

using namespace testing;

constexpr long most_kibibytes = 64 * 1024;

/// A number of /proc/self/status, in KiB.
long status_number(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":")) return std::stol(line.substr(name.size() + 1));
  }
  return 0;
}

/// By how many KiB the memory of this process grows at most while `body` runs.
template <class Body>
long growth_of(Body&& body) {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5;  // the peak begins anew
  const auto before = status_number("VmRSS");
  body();
  return status_number("VmHWM") - before;
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
    std::cout << took.count() << " ms, " << growth << " KiB: " << bomb.what << ": " << error << '\n';
  CHECK(error.find(bomb.named) != std::string::npos);
  CHECK(growth < most_kibibytes);
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
