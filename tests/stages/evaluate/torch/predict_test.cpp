#include "stages/evaluate/predict.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stages/data/builder.hpp"
#include "stages/data/resize.hpp"
#include "stages/data/viewer.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/images/image_bytes.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

/// A network whose score for class k is the mean of the image times k.
Model by_brightness() {
  const Specification specification{
      "bright", 8, 8,
      1,        3, {{"mean", GlobalAveragePool{}, {}}, {"flat", Flatten{}, {}}, {"fc", Linear{3}, {}}}};
  auto model = toy::model(specification, toy::images(3));
  model.weights[0].values = std::vector<float>{0, 1, 2};
  model.weights[1].values = std::vector<float>{0, 0, 0};
  model.preprocessing.mean = {0};
  model.preprocessing.std = {1};
  return model;
}

Value<Predictions> predict(const Model& model, const Dataset& data, const Predict::Params& params = {}) {
  toy::Heard heard;
  auto context = toy::context(heard);
  return Predict::run({.model = model, .data = data}, params, context).predictions;
}

}  // namespace

TEST_CASE("predict: logits are the network's scores, and probabilities their softmax") {
  const auto data = toy::images(7);
  const auto predictions = predict(by_brightness(), data);
  REQUIRE(predictions->size() == 7);
  double mean = 0;
  for (const auto value : data.image(4)) mean += value / 255.0 / 64;
  const double sum = 1 + std::exp(mean) + std::exp(2 * mean);
  CHECK(predictions->row(4)[2] == Approx(2 * mean));
  const auto probabilities = softmax(predictions->row(4));
  CHECK(probabilities[0] == Approx(1 / sum));
  CHECK(probabilities[2] == Approx(std::exp(2 * mean) / sum));
  CHECK(predictions->labels[4] == 1);
}

TEST_CASE("predict: computes in fp32, and in bf16 where that is asked for") {
  const auto data = toy::images(20);
  const auto model = toy::model(toy::specification(), data);
  const auto fp32 = predict(model, data);
  const auto bf16 = predict(model, data, {.precision = "bf16"});
  double furthest = 0;
  for (std::size_t i = 0; i < fp32->logits.size(); ++i)
    furthest = std::max<double>(furthest, std::abs(fp32->logits[i] - bf16->logits[i]));
  CHECK(furthest > 0);
  CHECK(furthest < 0.1);
  CHECK(error_of([&] {
          predict(model, data, {.precision = "fp16"});
        }).starts_with("precision: \"fp16\" needs"));
}

TEST_CASE("predict: what is told of an image does not depend on the batch around it, to single precision") {
  Dataset data = toy::images(50);
  const auto model = toy::model(toy::specification(), data);
  const auto one = predict(model, data, {.batch_size = 7});
  const auto two = predict(model, data, {.batch_size = 64});
  for (std::size_t i = 0; i < one->logits.size(); ++i) {
    CHECK(one->logits[i] == Approx(two->logits[i]).epsilon(1e-5).margin(1e-5));
  }
}

TEST_CASE(
    "predict: images of any size, as files or pixels, gray or RGB, are seen by the model's preprocessing") {
  auto model = by_brightness();
  model.preprocessing.fit = Fit::letterbox;
  model.preprocessing.fill = {40};
  const auto shape = testing::photo(20, 31, 3);
  DatasetBuilder pixels(20, 31, 3, model.class_names), files(5, 5, 3, model.class_names);
  pixels.add(shape.pixels, 0);
  files.add_file(testing::png_bytes(shape), 0);
  const auto of_pixels = pixels.build();
  Viewer viewer;
  const auto* seen = viewer.plain(of_pixels, 0, model.preprocessing);
  const double mean = std::accumulate(seen, seen + 64, 0.0) / 255 / 64;
  const auto predictions = predict(model, of_pixels);
  CHECK(predictions->row(0)[2] == Approx(2 * mean));
  const auto again = predict(model, files.build());
  CHECK(std::equal(predictions->logits.begin(), predictions->logits.end(), again->logits.begin()));
}

TEST_CASE("predict: tells of a data set, byte by byte, what it tells of its resized copy") {
  const auto model = by_brightness();
  auto larger = toy::images(9);
  std::vector<std::uint8_t> values(9 * 13 * 21);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint8_t>(i * 37 + i / 256);
  larger.pixels = std::move(values);
  larger.height = 13;
  larger.width = 21;
  toy::Heard heard;
  auto context = toy::context(heard);
  const auto resized = Resize::run({.data = larger}, {.height = 8, .width = 8}, context).data;
  const auto one = predict(model, larger), two = predict(model, *resized);
  CHECK(std::equal(one->logits.begin(), one->logits.end(), two->logits.begin()));
}

TEST_CASE("predict: dropout is off") {
  const auto data = toy::images(20);
  auto without = toy::specification();
  std::erase_if(without.layers, [](const Layer& layer) { return layer.name == "drop"; });
  const auto one = predict(toy::model(toy::specification(), data), data),
             two = predict(toy::model(without, data), data);
  CHECK(std::equal(one->logits.begin(), one->logits.end(), two->logits.begin()));
}

TEST_CASE("predict: each sample keeps its name and what its attributes tell of it, in a view as well") {
  auto data = toy::images(4);
  NameList names, cameras;
  for (const auto* name : {"a.png", "b, c.png", "d\n.png", "é.png"}) names.add(name);
  for (const auto* camera : {"red", "", "grün", "\"blue\""}) cameras.add(camera);
  data.names = names.finish();
  data.attributes = {{"camera", cameras.finish()}};
  const auto predictions = predict(by_brightness(), view(data, "id", {3, 1}));
  REQUIRE(predictions->attributes.size() == 1);
  CHECK(predictions->name(0) == "é.png");
  CHECK(predictions->name(1) == "b, c.png");
  CHECK(predictions->attributes[0].name == "camera");
  CHECK(predictions->attributes[0].values[0] == "\"blue\"");
  CHECK(predictions->attributes[0].values[1].empty());
}

TEST_CASE("predict: data that does not fit the model is refused") {
  const auto model = by_brightness();
  CHECK(error_of([&] { predict(model, toy::images(0)); }) ==
        "\"data\": has no images; wire it to a part that has some");
  auto renamed = toy::images(4);
  renamed.class_names[0] = "other";
  CHECK(error_of([&] { predict(model, renamed); }) ==
        "\"data\": its classes are other, row 3, row 5, but the model tells row 1, row 3, row 5 apart; give "
        "data with "
        "the same classes in the same order");
}
