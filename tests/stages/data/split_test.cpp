#include "stages/all.hpp"

#include <algorithm>
#include <set>

#include "runtime/random.hpp"
#include "tests/catch.hpp"
#include "tests/stages/data/data_fixture.hpp"

namespace fovea {
namespace {

using namespace testing;

/// 100 samples of class 0, 60 of 1, 33 of 2, 7 of 3, mixed.
Dataset uneven() {
  std::vector<std::int32_t> labels(200, 0);
  std::fill(labels.begin() + 100, labels.begin() + 160, 1);
  std::fill(labels.begin() + 160, labels.begin() + 193, 2);
  std::fill(labels.begin() + 193, labels.end(), 3);
  const auto order = permutation(200, Random(9, Purpose::shuffle));
  std::vector<std::int32_t> mixed;
  for (const auto at : order) mixed.push_back(labels[at]);
  return small_dataset(mixed, 2, 2);
}

/// The same, of which the first samples are a part by their source.
Dataset uneven_with(Part part, std::ptrdiff_t count) {
  auto data = uneven();
  Bytes parts(200, static_cast<std::uint8_t>(Part::train));
  std::fill(parts.begin(), parts.begin() + count, static_cast<std::uint8_t>(part));
  data.parts = parts;
  return data;
}

struct Result {
  Split::Out<Value> parts;
  std::vector<std::string> warnings;
};

Result split(const Dataset& data, const Split::Params& params, std::uint64_t seed = 1) {
  Alone alone("split", seed);
  const auto item = std::make_shared<const Dataset>(data);
  auto parts = Split::run({.data = Value<Dataset>(Item{item, "source-id"})}, params, alone.context);
  return {std::move(parts), alone.listener.warnings};
}

const std::string no_test =
    "split: the test part is empty: the data has none of its own; set \"test\" to take one";

TEST_CASE("split: the parts share no sample, lose none, and keep the order of the source") {
  const auto [parts, warnings] = split(uneven(), {.validation = 0.2, .test = 0.1});
  std::vector<std::uint32_t> all;
  for (const auto* part : {&parts.train, &parts.validation, &parts.test}) {
    const auto index = to_vector((*part)->index);
    CHECK(std::is_sorted(index.begin(), index.end()));
    all.insert(all.end(), index.begin(), index.end());
  }
  CHECK(all.size() == 200);
  CHECK(std::set<std::uint32_t>(all.begin(), all.end()).size() == 200);
}

TEST_CASE("split: shares are exact in total, and each class has its own within one sample") {
  const auto [parts, warnings] = split(uneven(), {.validation = 0.15, .test = 0});
  CHECK(parts.validation->size() == 30);
  CHECK(class_counts(*parts.validation) == std::vector<std::size_t>{15, 9, 5, 1});
  CHECK(warnings == std::vector<std::string>{no_test});
}

TEST_CASE("split: from 1 on, a number is a count") {
  const auto [parts, warnings] = split(uneven(), {.validation = 21, .test = 40});
  CHECK(parts.validation->size() == 21);
  CHECK(parts.test->size() == 40);
  CHECK(parts.train->size() == 139);
  CHECK(class_counts(*parts.test) == std::vector<std::size_t>{20, 12, 7, 1});
}

TEST_CASE("split: the parts are views of the source, with statistics of their own") {
  const auto data = uneven();
  const auto [parts, warnings] = split(data, {});
  CHECK(parts.train->source == "source-id");
  CHECK(parts.train->pixels.data() == data.pixels.data());
  CHECK(parts.train->mean != parts.validation->mean);
}

TEST_CASE("split: the same seed gives the same parts, another seed others") {
  const auto index = [](const Result& result) { return to_vector(result.parts.validation->index); };
  CHECK(index(split(uneven(), {}, 5)) == index(split(uneven(), {}, 5)));
  CHECK(index(split(uneven(), {}, 5)) != index(split(uneven(), {}, 6)));
}

TEST_CASE("split: the source's own test part is kept and nothing else goes there") {
  const auto data = uneven_with(Part::test, 50);
  const auto [parts, warnings] = split(data, {.validation = 0.1});
  CHECK(parts.test->size() == 50);
  CHECK(parts.test->index[49] == 49);
  CHECK(parts.validation->size() == 15);
  CHECK(split(data, {.test = 0.5}).parts.test->size() == 50);
}

TEST_CASE("split: the source's own validation part is kept") {
  const auto [parts, warnings] = split(uneven_with(Part::validation, 30), {.validation = 0.1});
  CHECK(parts.validation->size() == 30);
  CHECK(parts.test->size() == 17);
  CHECK(parts.train->size() == 153);
}

TEST_CASE("split: a part without some class is warned of by its name") {
  const auto [parts, warnings] = split(uneven(), {.validation = 4, .test = 8});
  CHECK(warnings == std::vector<std::string>{
                        "split: the validation part has no sample of \"d\", the test part has no sample "
                        "of \"d\"; give it more samples"});
  CHECK_THROWS_WITH(split(uneven(), {.validation = 4, .test = 8, .on_problem = "error"}),
                    "the validation part has no sample of \"d\", the test part has no sample of \"d\"; give "
                    "it more samples, "
                    "or set \"on_problem\" to \"warn\"");
}

TEST_CASE("split: parts that do not look alike are warned of") {
  const auto warned = [](std::size_t others) {
    const std::size_t count = others + 100;
    auto data = small_dataset(std::vector<std::int32_t>(count, 0), 1, 2, 3);
    Bytes pixels(count * 6), parts_of(count, 1);
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(40 + i % 3 * 20);
    std::fill(pixels.begin(), pixels.begin() + static_cast<std::ptrdiff_t>(6 * others), 90);
    std::fill(parts_of.begin(), parts_of.begin() + static_cast<std::ptrdiff_t>(others), 2);
    data.pixels = pixels;
    data.parts = parts_of;
    const auto warnings = split(data, {.test = 40}).warnings;
    return std::count(
        warnings.begin(), warnings.end(),
        "split: the means of the channels are 0.157, 0.235, 0.314 in training and 0.353, 0.353, 0.353 "
        "in validation; the parts do not look like the same data, see where each comes from");
  };
  CHECK(warned(30) == 1);
  CHECK(warned(29) == 0);
}

TEST_CASE("split: a share that rounds to no sample is told as that, before another stage needs the part") {
  Alone alone("split");
  const auto run = [&](double test) {
    const auto item = std::make_shared<const Dataset>(small_dataset({0, 1, 2}));
    Split::run({.data = Value<Dataset>(Item{item, "id"})}, {.validation = 0, .test = test}, alone.context);
  };
  alone.context.needed = {"test"};
  CHECK_THROWS_WITH(run(0.1),
                    "test: the test part is empty: 0.1 of the 3 samples that it may take is none, but a "
                    "stage needs it; give more data, or a count as \"test\", such as 1");
  CHECK_THROWS_WITH(run(0),
                    "test: the test part is empty: the data has none of its own, but a stage needs it; set "
                    "\"test\" above 0");
  CHECK_NOTHROW(run(1));
  alone.context.needed = {"validation"};
  CHECK_THROWS_WITH(run(1),
                    "validation: the validation part is empty: the data has none of its own, but a stage "
                    "needs it; set \"validation\" above 0");
}

TEST_CASE("split: images of which another part has a copy are told with their number") {
  auto data = uneven();
  Bytes pixels = to_vector(data.pixels), parts_of(200, 1);
  std::copy_n(pixels.begin() + 4 * 100, 4, pixels.begin() + 4 * 3);
  std::fill(parts_of.begin(), parts_of.begin() + 50, 3);
  data.pixels = pixels;
  data.parts = parts_of;
  const auto warnings = split(data, {.validation = 0}).warnings;
  REQUIRE_FALSE(warnings.empty());
  CHECK(warnings[0] ==
        "split: 1 of the 50 images of the test part is in the training part as well (\"3\" = \"100\"); take "
        "them "
        "out of one");
}

TEST_CASE("split: folds share out all samples, each class evenly, and each is a validation part once") {
  std::set<std::uint32_t> seen;
  for (std::int64_t fold = 1; fold <= 4; ++fold) {
    const auto [parts, warnings] = split(uneven(), {.test = 0, .folds = 4, .fold = fold});
    CHECK(parts.validation->size() == 50);
    CHECK(parts.train->size() == 150);
    CHECK(class_counts(*parts.validation)[0] == 25);
    for (const auto at : parts.validation->index) CHECK(seen.insert(at).second);
  }
  CHECK(seen.size() == 200);
  const auto [beside_test, none] = split(uneven(), {.folds = 4});
  CHECK(beside_test.test->size() == 20);
  CHECK(beside_test.validation->size() == 45);
  CHECK_THROWS_WITH(stage_info<Split>().complete({{"folds", 3}, {"fold", 4}}, "params"),
                    "params.fold: 4 of 3 folds; it must be at most that");
  CHECK_THROWS_WITH(stage_info<Split>().complete({{"fold", 2}}, "params"),
                    "params.fold: 2 needs \"folds\", which is 0; set that too");
  CHECK_THROWS_WITH(stage_info<Split>().complete({{"folds", 1}}, "params"),
                    "params.folds: 1 is no division; it must be 0, or at least 2");
}

TEST_CASE("split: parts that leave nothing to train on are an error") {
  CHECK_THROWS_WITH(split(uneven(), {.validation = 150, .test = 50}),
                    "validation takes 150 and test 50 of 200 samples; at least one must be left to train on");
  CHECK_THROWS_WITH(
      split(uneven(), {.validation = 1e9}),
      "validation takes 1000000000 and test 20 of 200 samples; at least one must be left to train on");
  CHECK_THROWS_WITH(
      split(uneven(), {.validation = 1e300}),
      "validation takes 9007199254740992 and test 20 of 200 samples; at least one must be left to train on");
}

TEST_CASE("split: a number that is neither a share nor a count is refused") {
  CHECK_THROWS_WITH(stage_info<Split>().complete({{"validation", 1.5}}, "params"),
                    "params.validation: 1.5 is neither a share nor a count; it must be below 1, or whole");
  CHECK_THROWS_WITH(stage_info<Split>().complete({{"test", -0.1}}, "params"),
                    "params.test: -0.1 is not allowed; it must be at least 0");
}

}  // namespace
}  // namespace fovea
