#include "stages/all.hpp"

#include "tests/catch.hpp"
#include "tests/stages/data/data_fixture.hpp"

namespace fovea {
namespace {

using namespace testing;

Json complete(const char* params) {
  return stage_info<Augment>().complete(parse_json(params), "params");
}

TEST_CASE("augment writes down the recipe: data, policy, seed and the data's own statistics") {
  Alone alone("augment", 77);
  const Value<Dataset> data = small_dataset({0, 1, 0});
  const auto batches = *Augment::run({.data = data}, {.policy = {Translate{}}}, alone.context).batches;
  CHECK(batches.data.share() == data.share());
  CHECK(batches.policy.size() == 1);
  CHECK(batches.seed == 77);
  CHECK(batches.preprocessing.mean == data->mean);
  CHECK(batches.preprocessing.std == data->std);
  CHECK(alone.listener.warnings.empty());
}

TEST_CASE("augment writes down in which size images are seen, no square either, and how they come to it") {
  Alone alone("augment");
  const auto data = small_dataset({0, 1}, 8, 8, 3);
  const auto batches = *Augment::run({.data = data},
                                     {.policy = {},
                                      .image_size = std::vector<std::int64_t>{12, 20},
                                      .fit = "letterbox",
                                      .interpolation = "bicubic"},
                                     alone.context)
                            .batches;
  const auto& how = batches.preprocessing;
  CHECK(how.size == ImageSize{12, 20, 3});
  CHECK(how.fit == Fit::letterbox);
  CHECK(how.filter == Filter{Interpolation::bicubic, true});
  std::vector<std::uint8_t> sample(how.size.values());
  augment_sample(batches, 0, 1, sample.data());
  CHECK(std::equal(how.fill.begin(), how.fill.end(), sample.begin()));
}

TEST_CASE("augment: a size that is no height and width, and settings that are not used, are refused") {
  CHECK_THROWS_WITH(complete(R"({"image_size": [64]})"),
                    "params.image_size: [64]; it must be [height, width]");
  CHECK_THROWS_WITH(complete(R"({"crop_pct": 0.9})"),
                    "params.crop_pct: not used by \"fit\": \"crop\"; leave it out, or set \"fit\" to "
                    "\"short_side\"");
  CHECK_THROWS_WITH(complete(R"({"fit": "letter_box"})"),
                    "params.fit: \"letter_box\" is not allowed; it must be one of \"crop\", "
                    "\"short_side\", \"letterbox\", \"stretch\"; did you mean \"letterbox\"?");
}

TEST_CASE("augment: a policy is a list of ops by name, and defaults are filled in") {
  CHECK(complete(R"({"policy": [{"op": "translate", "max": 0.2}, {"op": "flip_horizontal"}]})")["policy"]
            .dump() ==
        R"([{"op":"translate","max":0.2,"p":1.0,"fill":"mean"},{"op":"flip_horizontal","p":0.5}])");
  CHECK(complete("{}")["policy"].empty());
}

TEST_CASE("augment: mistakes in a policy are named by their place") {
  CHECK_THROWS_WITH(complete(R"({"policy": [{"op": "flip_horizontall"}]})"),
                    "params.policy[0]: unknown op \"flip_horizontall\"; did you mean \"flip_horizontal\"?");
  CHECK_THROWS_WITH(complete(R"({"policy": [{"op": "translate", "p": 2}]})"),
                    "params.policy[0].p: 2 is not allowed; it must be from 0 to 1");
  CHECK_THROWS_WITH(
      complete(R"({"policy": [{"op": "random_erasing", "aspect_max": 0.1}]})"),
      "params.policy[0].aspect_min: 0.3 is above \"aspect_max\", which is 0.1; it must be at most that");
}

TEST_CASE("augment warns where test samples would be trained on, and refuses to train on nothing") {
  Alone alone("augment");
  auto data = small_dataset({0, 1, 0});
  data.parts = Bytes{1, 3, 3};
  Augment::run({.data = data}, {}, alone.context);
  CHECK(alone.listener.warnings ==
        std::vector<std::string>{
            "augment: 2 of the 3 samples are of the source's test part; put a \"split\" before, "
            "and use its \"train\""});
  CHECK_THROWS_WITH(Augment::run({.data = view(data, "id", {})}, {}, alone.context),
                    "data: no samples; at least one is needed to train on");
}

}  // namespace
}  // namespace fovea
