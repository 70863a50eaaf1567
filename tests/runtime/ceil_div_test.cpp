#include "runtime/ceil_div.hpp"

#include <cstdint>

#include "tests/catch.hpp"

using namespace fovea;

TEST_CASE("ceil_div: a part that is begun counts as one, and nothing has no part") {
  CHECK(ceil_div(9, 3) == 3);
  CHECK(ceil_div(10, 3) == 4);
  CHECK(ceil_div(0, 3) == 0);
}

TEST_CASE("ceil_div: a number is rounded up to a multiple") {
  CHECK(rounded_up<std::int64_t>(256, 256) == 256);
  CHECK(rounded_up<std::int64_t>(257, 256) == 512);
}
