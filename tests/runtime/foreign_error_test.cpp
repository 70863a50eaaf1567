#include "runtime/foreign_error.hpp"

#include <filesystem>
#include <system_error>

#include "graph/json.hpp"
#include "runtime/store/files.hpp"
#include "tests/catch.hpp"

using namespace fovea;

TEST_CASE("foreign error: what libraries throw becomes a sentence with what to do") {
  const auto told = [](const std::exception& thrown) { return std::string(as_error(thrown).what()); };
  const auto code = [](int number) { return std::error_code(number, std::generic_category()); };
  CHECK(told(std::bad_alloc()) ==
        "not enough memory; end other programs, or give it less to hold, such as smaller batches");
  CHECK(told(std::system_error(code(EAGAIN))) ==
        "no more threads may be made; raise the limit of processes (ulimit -u), or give --threads 1");
  CHECK(told(std::filesystem::filesystem_error("x", "one", code(ENOSPC))) ==
        "one: no space left on the disk; free some or choose another place");
  CHECK(told(std::filesystem::filesystem_error("x", "one", "two", code(EACCES))) ==
        "two: permission denied; allow it or choose another place");
  CHECK(told(Error("place: fact; advice")) == "place: fact; advice");
  CHECK(told(std::runtime_error("its own words")) == "its own words");
  try {
    Json("caf\xe9").dump();
    FAIL("nothing was thrown");
  } catch (const std::exception& thrown) {
    CHECK(told(thrown).starts_with("a file or a message is not made as it should be ("));
  }
}

TEST_CASE("foreign error: what was short may not be so later, and what is wrong stays so") {
  CHECK(may_pass(as_error(std::bad_alloc())));
  CHECK(may_pass(file_error("a", ENOSPC)));
  CHECK(may_pass(file_error("a", EIO)));
  CHECK_FALSE(may_pass(Error("train: warmup_steps: 9999 is more than all 10 steps; give less")));
  CHECK_FALSE(may_pass(file_error("a", ENOENT)));
}
