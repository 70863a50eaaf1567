#include "stages/figures/plot_gradient_flow.hpp"

#include "render/cairo.hpp"
#include "tests/catch.hpp"
#include "tests/render/reading.hpp"
#include "tests/stages/figures/drawing_text.hpp"

using namespace fovea;

namespace {

/// Norms between 1e-3 and 1 of so many parameters.
GradientHistory some_norms(std::size_t parameters, std::size_t epochs) {
  GradientHistory gradients;
  for (std::size_t i = 0; i < parameters; ++i)
    gradients.names.push_back("layer" + std::to_string(i) + ".weight");
  for (std::size_t i = 0; i < parameters * epochs; ++i) {
    gradients.mean.push_back(
        std::pow(10.0, -3.0 * static_cast<double>(i % parameters) / static_cast<double>(parameters)));
    gradients.largest.push_back(2 * gradients.mean.back());
  }
  return gradients;
}

render::Drawing drawn_flow(const GradientHistory& gradients) {
  return draw_gradient_flow(gradients, {1600, 1000}, render::measure_text);
}

}  // namespace

TEST_CASE("gradient flow figure: few and many parameters and epochs are drawn without a text on another") {
  for (const auto& [parameters, epochs] : {std::pair{1, 1}, {8, 10}, {60, 100}, {400, 1000}}) {
    const auto drawing =
        drawn_flow(some_norms(static_cast<std::size_t>(parameters), static_cast<std::size_t>(epochs)));
    CHECK(ink_in(drawing, {0.2, 0.2, 0.6, 0.6}) > 0.3);
    check_texts(drawing);
  }
}

TEST_CASE("gradient flow figure: parameters that vanish or explode are named and marked") {
  auto gradients = some_norms(5, 2);
  CHECK(count_texts(drawn_flow(gradients), "none vanishing (▼ below 1e-06); none exploding (▲ above 100)") ==
        1);
  gradients.mean[3] = 0;
  gradients.largest[6] = 101;
  const auto drawing = drawn_flow(gradients);
  CHECK(count_texts(drawing,
                    "vanishing (▼ below 1e-06): layer3.weight; exploding (▲ above 100): layer1.weight") == 1);
  CHECK(count_texts(drawing, "▼") == 2);
}

TEST_CASE("gradient flow figure: says so where gradients were not tracked") {
  CHECK(count_texts(drawn_flow({}), "gradients were not tracked; set \"track_gradients\" of train") == 1);
}

TEST_CASE("gradient flow figure: rows are parameters and columns epochs, by colour") {
  auto gradients = some_norms(3, 5);
  for (std::size_t i = 0; i < gradients.mean.size(); ++i)
    gradients.mean[i] = std::pow(10.0, -4 + 0.35 * static_cast<double>((i * 7) % 15));
  const render::ReadMatrix matrix(drawn_flow(gradients));
  CHECK(matrix.row_label == "parameter");
  CHECK(matrix.column_label == "epoch");
  for (std::size_t epoch = 0; epoch < 5; ++epoch) {
    for (std::size_t i = 0; i < 3; ++i)
      CHECK(matrix.value(gradients.names[i], std::to_string(epoch + 1)) ==
            Approx(gradients.mean[epoch * 3 + i]).epsilon(0.1));
  }
}
