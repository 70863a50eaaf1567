#include "runtime/store/difference.hpp"

#include <cmath>

#include "tests/catch.hpp"
#include "tests/folder.hpp"

using namespace fovea;

namespace {

struct Pair {
  Folder folder;
  std::optional<Difference> compare(const std::function<void(H5Writer&)>& before,
                                    const std::function<void(H5Writer&)>& now) const {
    const auto write = [&](const char* name, const auto& fill) {
      H5Writer file(folder / name);
      fill(file);
      file.close();
    };
    write("before", before);
    write("now", now);
    return first_difference(H5Reader(folder / "before"), H5Reader(folder / "now"));
  }
};

auto floats(std::vector<float> values) {
  return [values](H5Writer& file) {
    file.write("a", std::vector<std::int64_t>{7});
    file.write("b", values);
    file.write("c", std::vector<std::string>{"text"});
  };
}

}  // namespace

TEST_CASE("difference: equal files have none, NaN included") {
  CHECK_FALSE(Pair().compare(floats({1, std::nanf("")}), floats({1, std::nanf("")})));
}

TEST_CASE("difference: the first dataset and the largest gap in it are told") {
  const auto found = Pair().compare(floats({1, 2, 3}), floats({1, 2.5, 2}));
  REQUIRE(found);
  CHECK(found->dataset == "b");
  CHECK(found->largest == 1.0);
}

TEST_CASE("difference: another shape, type or set of datasets has no gap in numbers") {
  const auto shape = Pair().compare(floats({1}), floats({1, 2}));
  CHECK((shape && shape->dataset == "b" && !shape->largest));
  const auto more = [](H5Writer& file) { file.write("a", std::vector<double>{7}); };
  const auto type = Pair().compare(floats({1}), more);
  CHECK((type && type->dataset == "a" && !type->largest));
}
