#include "stages/evaluate/evaluate.hpp"

#include "runtime/context.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"

using namespace fovea;

namespace {

/// Six samples of which the first half is of class 0 and the others of class 1; each has its classes' scores
/// in falling order.
Predictions of_classes(std::size_t classes) {
  Predictions predictions;
  std::vector<float> logits;
  for (int sample = 0; sample < 6; ++sample) {
    for (std::size_t k = 0; k < classes; ++k) logits.push_back(-static_cast<float>(k));
  }
  predictions.logits = std::move(logits);
  predictions.labels = std::vector<std::int32_t>{0, 0, 0, 1, 1, 1};
  for (std::size_t k = 0; k < classes; ++k) predictions.class_names.push_back("c" + std::to_string(k));
  return predictions;
}

Metrics evaluate(std::size_t classes, const Evaluate::Params& params = {}) {
  Context context;
  return *Evaluate::run({.predictions = of_classes(classes)}, params, context).metrics;
}

}  // namespace

TEST_CASE("evaluate: with k equal to the classes, every image is a hit") {
  CHECK(evaluate(3, {.top_k = 3}).top_k_accuracy == 1);
  CHECK(evaluate(3, {.top_k = 1}).top_k_accuracy == 0.5);
}

TEST_CASE("evaluate: k above the classes is refused, and five of few classes are not counted") {
  CHECK(error_of([] { evaluate(3, {.top_k = 4}); }) ==
        "top_k: 4 is more than the 3 classes; give at most 3, or \"auto\"");
  CHECK(evaluate(3).k == 0);
  CHECK_FALSE(to_json(evaluate(3)).contains("top_k"));
  CHECK(evaluate(6).k == 5);
}
