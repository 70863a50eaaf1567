#include "stages/evaluate/evaluate.hpp"

#include <algorithm>
#include <cmath>

#include "tests/catch.hpp"
#include "tests/errors.hpp"
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
  model.mean = {0};
  model.deviation = {1};
  return model;
}

Evaluate::Out<Value> evaluate(const Model& model, const Dataset& data, const Evaluate::Params& params = {}) {
  toy::Heard heard;
  auto context = toy::context(heard);
  return Evaluate::run({.model = model, .data = data}, params, context);
}

}  // namespace

TEST_CASE("evaluate: probabilities are the softmax of the network's scores") {
  const auto data = toy::images(7);
  const auto predictions = evaluate(by_brightness(), data).predictions;
  REQUIRE(predictions->size() == 7);
  double mean = 0;
  for (const auto value : data.image(4)) mean += value / 255.0 / 64;
  const double sum = 1 + std::exp(mean) + std::exp(2 * mean);
  CHECK(predictions->row(4)[0] == Approx(1 / sum));
  CHECK(predictions->row(4)[2] == Approx(std::exp(2 * mean) / sum));
  CHECK(predictions->labels[4] == 1);
}

TEST_CASE("evaluate: with k equal to the classes, every image is a hit") {
  CHECK(evaluate(by_brightness(), toy::images(9), {.top_k = 3}).metrics->top_k_accuracy == 1);
  CHECK(evaluate(by_brightness(), toy::images(9), {.top_k = 1}).metrics->top_k_accuracy == Approx(1.0 / 3));
}

TEST_CASE("evaluate: k above the classes is refused, and five of few classes are not counted") {
  CHECK(error_of([] { evaluate(by_brightness(), toy::images(9), {.top_k = 4}); }) ==
        "top_k: 4 is more than the 3 classes; give at most 3, or \"auto\"");
  const auto few = evaluate(by_brightness(), toy::images(9)).metrics;
  CHECK(few->k == 0);
  CHECK_FALSE(to_json(*few).contains("top_k"));
  const auto data = toy::images(12, 1, 6);
  CHECK(evaluate(toy::model(toy::specification(6), data), data).metrics->k == 5);
}

TEST_CASE("evaluate: computes in fp32, and in bf16 where that is asked for") {
  const auto data = toy::images(20);
  const auto model = toy::model(toy::specification(), data);
  const auto fp32 = evaluate(model, data).predictions;
  const auto bf16 = evaluate(model, data, {.precision = "bf16"}).predictions;
  double furthest = 0;
  for (std::size_t i = 0; i < fp32->probabilities.size(); ++i)
    furthest = std::max<double>(furthest, std::abs(fp32->probabilities[i] - bf16->probabilities[i]));
  CHECK(furthest > 0);
  CHECK(furthest < 0.02);
  CHECK(error_of([&] {
          evaluate(model, data, {.precision = "fp16"});
        }).starts_with("precision: \"fp16\" needs"));
}

TEST_CASE("evaluate: what is told of an image does not depend on the batch around it, to single precision") {
  Dataset data = toy::images(50);
  const auto model = toy::model(toy::specification(), data);
  const auto one = evaluate(model, data, {.batch_size = 7}).predictions;
  const auto two = evaluate(model, data, {.batch_size = 64}).predictions;
  for (std::size_t i = 0; i < one->probabilities.size(); ++i) {
    CHECK(one->probabilities[i] == Approx(two->probabilities[i]).epsilon(1e-5));
  }
}

TEST_CASE("evaluate: dropout is off") {
  const auto data = toy::images(20);
  auto without = toy::specification();
  std::erase_if(without.layers, [](const Layer& layer) { return layer.name == "drop"; });
  const auto one = evaluate(toy::model(toy::specification(), data), data),
             two = evaluate(toy::model(without, data), data);
  CHECK(std::equal(one.predictions->probabilities.begin(), one.predictions->probabilities.end(),
                   two.predictions->probabilities.begin()));
}

TEST_CASE("evaluate: data that does not fit the model is refused") {
  const auto model = by_brightness();
  CHECK(error_of([&] { evaluate(model, toy::images(0)); }) ==
        "\"data\": has no images; wire it to a part that has some");
  auto larger = toy::images(4);
  larger.height = 4;
  CHECK(error_of([&] { evaluate(model, larger); }) ==
        "\"data\": images are 4 x 8 x 1, but the model takes 8 x 8 x 1; build the model for this data");
  auto renamed = toy::images(4);
  renamed.class_names[0] = "other";
  CHECK(error_of([&] { evaluate(model, renamed); }) ==
        "\"data\": its classes are other, row 3, row 5, but the model tells row 1, row 3, row 5 apart; give "
        "data with "
        "the same classes in the same order");
}
