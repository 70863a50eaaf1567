#include "stages/model/weights/adapted_weights.hpp"

#include <cmath>

#include "stages/model/architectures/architectures.hpp"
#include "stages/model/weights/weight_match.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/runtime/file_bytes.hpp"
#include "tests/stages/model/weights/small_model.hpp"

namespace fovea {
namespace {

/// What oracle/adapted.py says that timm makes of such weights.
Json oracle() {
  return parse_json(bytes_of(FOVEA_SOURCE_DIR "/tests/stages/oracle/adapted.json"));
}

/// The numbers of oracle/adapted.py, in a shape.
NamedArray numbers(Shape shape) {
  std::size_t count = 1;
  for (const auto length : shape) count *= length;
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double value = 0.6180339887 * static_cast<double>(i) * static_cast<double>(i);
    values[i] = static_cast<float>(2 * (value - std::floor(value)) - 1);
  }
  return {"numbers", std::move(shape), std::move(values)};
}

TokenGrid grid_of(const Json& one, const std::string& which) {
  return {one.at("front"), one.at(which)[0], one.at(which)[1]};
}

void check_values(const Array<float>& given, const Json& wanted) {
  REQUIRE(given.size() == wanted.size());
  for (std::size_t i = 0; i < given.size(); ++i)
    CHECK(given.data()[i] == Approx(wanted[i].get<double>()).margin(2e-6));
}

/// A transformer for images of a size, its weights being numbers.
Model vit(std::int64_t height, std::int64_t width) {
  Model model;
  model.specification = build_specification("vit_tiny", height, width, 3, 2);
  for (const auto& weight : infer(model.specification).weights()) {
    model.weights.push_back(numbers({weight.shape.begin(), weight.shape.end()}));
    model.weights.back().name = weight.name;
  }
  return model;
}

const NamedArray& positions_of(const std::vector<NamedArray>& weights) {
  return *std::ranges::find(weights, "pos_embed", &NamedArray::name);
}

WeightMatch matched(const Model& model, const Model& file, bool tells = false) {
  WeightFile weights{"w", file.weights, {}, {}, {}};
  if (tells) weights.specification = file.specification;
  return match_weights(model.specification, model.weights, weights);
}

}  // namespace

TEST_CASE("adapted weights: position embeddings of other image sizes are timm's") {
  const auto all = oracle();
  const auto channels = all.at("channels").get<std::size_t>();
  for (const auto& one : all.at("positions")) {
    const auto from = grid_of(one, "from"), to = grid_of(one, "to");
    INFO(one.at("from") << " to " << one.at("to"));
    const auto positions = numbers({1, static_cast<std::size_t>(from.tokens()), channels});
    check_values(interpolated(positions, from, to), one.at("values"));
  }
}

TEST_CASE("adapted weights: filters for gray images are timm's, and those for colours give them back") {
  const auto filters = numbers({4, 3, 5, 5});
  const auto gray = summed_over_colours(filters);
  check_values(gray, oracle().at("summed"));
  const auto colours = spread_over_colours({"gray", {4, 1, 5, 5}, gray});
  REQUIRE(colours.size() == filters.values.size());
  for (const std::size_t colour : {0, 1, 2})
    CHECK(colours.data()[75 + 25 * colour + 7] == gray.data()[25 + 7] / 3);
}

TEST_CASE("weight match: a position embedding of another image size is interpolated, and told") {
  const auto wanted = vit(96, 64), given = vit(224, 224);
  const auto match = matched(wanted, given);
  const auto& positions = positions_of(match.weights);
  CHECK(positions.shape == Shape{1, 25, 192});
  const auto right = interpolated(positions_of(given.weights), {1, 14, 14}, {1, 6, 4});
  CHECK(std::ranges::equal(positions.values.span(), right.span()));
  CHECK(match.taken.size() == wanted.weights.size());
  CHECK_THAT(in_words(match, {"w", {}, {}, {}, {}}),
             Catch::EndsWith("are from w; pos_embed is interpolated from 14 x 14 to 6 x 4 patches"));
}

TEST_CASE("weight match: a file that tells of its images tells which patches its positions are of") {
  const auto wanted = vit(64, 96), given = vit(96, 64);
  CHECK(matched(wanted, given).interpolated.empty());
  CHECK(matched(wanted, given, true).interpolated == "pos_embed is interpolated from 6 x 4 to 4 x 6 patches");
  CHECK(
      error_of([&] { matched(vit(32, 32), given); }) ==
      "w: \"pos_embed\" is 1 x 25 x 192, but in vit_tiny_patch16 it is 1 x 5 x 192; give weights of the same "
      "architecture");
  CHECK(matched(vit(32, 32), given, true).interpolated ==
        "pos_embed is interpolated from 6 x 4 to 2 x 2 patches");
}

TEST_CASE("weight match: filters of gray images are divided among colours, and told") {
  const auto gray = testing::small_model(1), colour = testing::small_model(3);
  const WeightFile file{"w", gray.weights, {}, {}, {}};
  const auto match = match_weights(colour.specification, colour.weights, file);
  CHECK(match.spread == "conv1.weight");
  CHECK(match.weights[0].values.span()[0] == gray.weights[0].values.span()[0] / 3);
  CHECK(in_words(match, file) ==
        "8 of 8 weights are from w; each colour has a third of conv1.weight, as images there are gray");
}

}  // namespace fovea
