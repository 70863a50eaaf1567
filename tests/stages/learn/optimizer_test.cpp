#include "stages/learn/optimizer.hpp"

#include "tests/catch.hpp"
#include "tests/errors.hpp"

using namespace fovea;

namespace {

/// The weights after each of four steps from 1 with gradients 0.1, -0.2, 0.3, 0.05 and rate 0.1.
std::vector<double> trajectory(const OptimizerParams& params) {
  const auto optimizer = make_optimizer(params);
  const std::vector<WeightRun> runs{{0, 1, params.weight_decay}};
  auto state = optimizer->begin(1);
  std::vector<float> weight{1};
  std::vector<double> weights;
  for (const float gradient : {0.1F, -0.2F, 0.3F, 0.05F}) {
    optimizer->step(weight, std::vector<float>{gradient}, runs, 0.1, state);
    weights.push_back(weight[0]);
  }
  return weights;
}

void check_near(const std::vector<double>& values, const std::vector<double>& wanted) {
  REQUIRE(values.size() == wanted.size());
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(values[i] == Approx(wanted[i]).epsilon(1e-6));
}

OptimizerParams sgd(double momentum, bool nesterov, double weight_decay) {
  OptimizerParams params;
  params.type = "sgd";
  params.momentum = momentum;
  params.nesterov = nesterov;
  params.weight_decay = weight_decay;
  return params;
}

}  // namespace

// The trajectories were computed by PyTorch in double precision.

TEST_CASE("adamw: moves as PyTorch's, with decoupled decay") {
  OptimizerParams params;
  params.weight_decay = 0.05;
  check_near(trajectory(params),
             {0.8950000099999991, 0.9271353603384889, 0.8881755770960504, 0.8481639162308876});
  params.weight_decay = 0;
  check_near(trajectory(params),
             {0.900000009999999, 0.9366103603384888, 0.9022862539477428, 0.8667154709680602});
}

TEST_CASE("sgd: moves as PyTorch's, plain, with momentum, with Nesterov's, with classic decay") {
  check_near(trajectory(sgd(0, false, 0)), {0.99, 1.01, 0.98, 0.975});
  check_near(trajectory(sgd(0, true, 0)), {0.99, 1.01, 0.98, 0.975});
  check_near(trajectory(sgd(0.9, false, 0)), {0.99, 1.001, 0.9809, 0.95781});
  check_near(trajectory(sgd(0.9, true, 0)), {0.981, 1.0109, 0.96281, 0.937029});
  check_near(trajectory(sgd(0.9, false, 0.05)), {0.985, 0.986575, 0.953059625, 0.913130489375});
}

TEST_CASE("optimizer: each run of weights has its own decay") {
  const auto optimizer = make_optimizer(sgd(0, false, 0));
  auto state = optimizer->begin(4);
  std::vector<float> weights{1, 1, 1, 1};
  const std::vector<float> gradients(4, 0.0F);
  optimizer->step(weights, gradients, std::vector<WeightRun>{{0, 1, 0.5}, {1, 2, 0}, {3, 1, 1}}, 0.1, state);
  CHECK(weights == std::vector<float>{0.95F, 1, 1, 0.9F});
}

TEST_CASE("optimizer: goes on from a state as if it had never stopped") {
  const auto optimizer = make_optimizer({});
  const std::vector<WeightRun> runs{{0, 2, 0.1}};
  auto state = optimizer->begin(2);
  std::vector<float> weights{1, -1};
  const std::vector<float> gradients{0.3F, 0.2F};
  optimizer->step(weights, gradients, runs, 0.1, state);
  auto copied_state = state;
  auto copied_weights = weights;
  optimizer->step(weights, gradients, runs, 0.1, state);
  make_optimizer({})->step(copied_weights, gradients, runs, 0.1, copied_state);
  CHECK(weights == copied_weights);
  CHECK(state.moments == copied_state.moments);
  CHECK(state.step == 2);
}

TEST_CASE("global norm: exact for many values, and scaling scales") {
  std::vector<float> values(100000, 0.01F);
  CHECK(global_norm(values) == Approx(0.01 * std::sqrt(100000.0)).epsilon(1e-6));
  scale(values, 2);
  CHECK(values.back() == 0.02F);
}

TEST_CASE("optimizer: a setting that the type has no use for is refused") {
  OptimizerParams params;
  params.momentum = 0.5;
  CHECK(
      error_of([&] { params.check("train.optimizer"); }) ==
      "train.optimizer.momentum: an optimizer of type \"adamw\" has no use for 0.5; leave \"momentum\" out");
  params.type = "sgd";
  CHECK(error_of([&] { params.check("train.optimizer"); }) == "(nothing was thrown)");
  params.beta_1 = 0.8;
  CHECK(error_of([&] { params.check("train.optimizer"); }) ==
        "train.optimizer.beta_1: an optimizer of type \"sgd\" has no use for 0.8; leave \"beta_1\" out");
}
