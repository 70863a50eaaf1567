#include "graph/hex.hpp"

#include <array>

#include "tests/catch.hpp"

using namespace fovea;

TEST_CASE("hex: each byte is two digits, in order") {
  CHECK(hex(std::array<std::uint8_t, 3>{0x00, 0x1f, 0xa0}) == "001fa0");
  CHECK(hex(std::span<const std::uint8_t>{}).empty());
}

TEST_CASE("hex: a number is sixteen digits, the highest first") {
  CHECK(hex(std::uint64_t{0x0123456789abcdef}) == "0123456789abcdef");
  CHECK(hex(std::uint64_t{1}) == "0000000000000001");
}
