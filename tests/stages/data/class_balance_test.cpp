#include "stages/data/class_balance.hpp"

#include <cmath>

#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/data_fixture.hpp"

namespace fovea {
namespace {

using namespace testing;

ClassBalance two_parts() {
  return {.class_names = {"cat", "dog, small"}, .parts = {{"train", {6, 3}}, {"test", {0, 2}}}};
}

// exp(-(0.5 ln 0.5 + 0.3 ln 0.3 + 0.2 ln 0.2)) and so on, by Python's math.
TEST_CASE("class balance: the effective number of classes is that of equal classes with the same entropy") {
  CHECK(balance_of({50, 30, 20}).effective == Approx(2.8000940728538315).epsilon(1e-12));
  CHECK(balance_of({90, 9, 1}).effective == Approx(1.4298810667821684).epsilon(1e-12));
  CHECK(balance_of({7, 7, 7, 7}).effective == Approx(4).epsilon(1e-12));
  CHECK(balance_of({0, 5}).effective == Approx(1).epsilon(1e-12));
}

TEST_CASE("class balance: the ratio is that of the largest class to the smallest, which are named") {
  const auto balance = balance_of({20, 50, 10, 50, 10});
  CHECK(balance.samples == 140);
  CHECK(balance.ratio == 5);
  CHECK(balance.most == 1);
  CHECK(balance.fewest == 2);
}

TEST_CASE("class balance: bands begin at 1.5, 3 and 10") {
  const std::vector<std::pair<std::int64_t, std::string>> bands{
      {100, "balanced"}, {149, "balanced"}, {150, "slight"}, {299, "slight"},
      {300, "moderate"}, {999, "moderate"}, {1000, "severe"}};
  for (const auto& [most, band] : bands) CHECK(balance_of({most, 100}).band == band);
}

TEST_CASE("class balance: a class without samples makes the ratio infinite, no samples make it unknown") {
  CHECK(std::isinf(balance_of({3, 0}).ratio));
  CHECK(balance_of({3, 0}).band == "severe");
  CHECK(std::isnan(balance_of({0, 0}).ratio));
  CHECK(balance_of({}).band.empty());
}

TEST_CASE("class balance: parts are counted, and an empty one has zeros") {
  const auto all = small_dataset({0, 0, 1, 2, 2, 2});
  const auto balance =
      count_classes(view(all, "id", {0, 2, 3, 4}), view(all, "id", {1, 5}), view(all, "id", {}));
  REQUIRE(balance.parts.size() == 3);
  CHECK(balance.parts[0].counts == std::vector<std::int64_t>{1, 1, 2});
  CHECK(balance.parts[1].counts == std::vector<std::int64_t>{1, 0, 1});
  CHECK(balance.parts[2].name == "test");
  CHECK(balance.parts[2].counts == std::vector<std::int64_t>{0, 0, 0});
}

TEST_CASE("class balance: parts with other classes are refused") {
  CHECK(error_of([] {
          count_classes(small_dataset({0, 1}), small_dataset({0}), small_dataset({0, 1}));
        }) == "\"validation\" has other classes than \"train\"; give parts of one data set");
}

TEST_CASE("class balance: the table has a line for each class, and then what is said of all") {
  CHECK(class_balance_csv(two_parts()) ==
        "class,train,test\n"
        "cat,6,0\n"
        "\"dog, small\",3,2\n"
        "samples,9,2\n"
        "max / min,2,\n"
        "balance,slight,severe\n"
        "effective classes,1.8898815748423097,1\n");
}

TEST_CASE("class balance: what is stored is what is read") {
  const auto back = stored(two_parts());
  CHECK(back.class_names == two_parts().class_names);
  CHECK(class_balance_csv(back) == class_balance_csv(two_parts()));
}

}  // namespace
}  // namespace fovea
