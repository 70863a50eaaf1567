#include "stages/train/torch/optimizer.hpp"

#include "tests/catch.hpp"
#include "tests/errors.hpp"

using namespace fovea;

namespace {

/// The weights after each of four steps from 1 with gradients 0.1, -0.2, 0.3, 0.05 and rate 0.1.
std::vector<double> trajectory(const OptimizerParams& params) {
  const auto optimizer = make_optimizer(params);
  const std::vector<WeightRun> runs{{0, 1, params.weight_decay, 1, 0}};
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
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(values[i] == Approx(wanted[i]).epsilon(2e-6));
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

TEST_CASE("adam, rmsprop, adadelta, adagrad: move as PyTorch's") {
  const auto plain = [](const std::string& type) {
    OptimizerParams params;
    params.type = type;
    params.weight_decay = 0;
    return params;
  };
  auto adam = plain("adam");
  check_near(trajectory(adam),
             {0.900000009999999, 0.9366103603384888, 0.9022862539477428, 0.8667154709680602});
  adam.amsgrad = true;
  check_near(trajectory(adam),
             {0.900000009999999, 0.9366103603384888, 0.9022862539477428, 0.8667154709680602});
  auto rmsprop = plain("rmsprop");
  check_near(trajectory(rmsprop),
             {0.6837723339831303, 0.9694865788810954, 0.7104227211770382, 0.6653740237887086});
  rmsprop.momentum = 0.9;
  rmsprop.centered = true;
  check_near(trajectory(rmsprop),
             {0.6666667777777407, 0.6559755269964517, 0.3832966158295984, 0.09182925025917976});
  check_near(trajectory(plain("adadelta")),
             {0.9996839302293795, 1.0000878491061462, 0.999601088672307, 0.9994940428355815});
  check_near(trajectory(plain("adagrad")),
             {0.9000000000999999, 0.9894427191599915, 0.9092643466076927, 0.896019023040551});
}

// With beta_1 0.9 and beta_2 0.99 the signs of the ways are +, -, + and +: 0.1 m + 0.1 g for m = 0, 0.001,
// -0.00101 and 0.0020001.
TEST_CASE("lion: moves by the sign, with decoupled decay") {
  OptimizerParams params;
  params.type = "lion";
  params.weight_decay = 0;
  check_near(trajectory(params), {0.9, 1.0, 0.9, 0.8});
  params.weight_decay = 0.5;
  check_near(trajectory(params), {0.85, 0.9075, 0.762125, 0.62401875});
}

// Of the first step the way is g / (|g| + epsilon) + decay w = (1 + 0.1 * 3, -1 + 0.1 * 4), of length
// sqrt(1.69 + 0.36); the weights are of length 5.
TEST_CASE("lamb: the step of a tensor that decays is as long as the tensor, of another as Adam's") {
  OptimizerParams params;
  params.type = "lamb";
  const auto optimizer = make_optimizer(params);
  CHECK(optimizer->whole_tensors());
  auto state = optimizer->begin(4);
  std::vector<float> weights{3, 4, 3, 4};
  optimizer->step(weights, std::vector<float>{0.5F, -2, 0.5F, -2},
                  std::vector<WeightRun>{{0, 2, 0.1, 1, 0}, {2, 2, 0, 1, 0}}, 0.1, state);
  const double trust = 5 / std::sqrt(1.69 + 0.36);
  CHECK(weights[0] == Approx(3 - 0.1 * trust * 1.3).epsilon(1e-5));
  CHECK(weights[1] == Approx(4 + 0.1 * trust * 0.6).epsilon(1e-5));
  CHECK(weights[2] == Approx(2.9).epsilon(1e-5));
  CHECK(weights[3] == Approx(4.1).epsilon(1e-5));
}

// tests/stages/oracle/muon.py made the numbers with numpy in double precision.
TEST_CASE("muon: a matrix moves by its momentum made orthogonal, anything else as with adamw") {
  OptimizerParams params;
  params.type = "muon";
  const auto optimizer = make_optimizer(params);
  auto state = optimizer->begin(8);
  std::vector<float> weights{0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F, 1, 1};
  const std::vector<WeightRun> runs{{0, 6, 0.1, 1, 2}, {6, 2, 0, 1, 0}};
  const std::vector<float> first{1, -2, 0.5F, 0.25F, 3, -1, 0.1F, -0.2F};
  const std::vector<float> second{-1, 0.5F, 2, 1, 0, 0.5F, -0.2F, 0.3F};
  optimizer->step(weights, first, runs, 0.1, state);
  optimizer->step(weights, second, runs, 0.1, state);
  check_near({weights.begin(), weights.end()},
             {0.0859365422782379, 0.21625997550998446, 0.2577079452424848, 0.36378626734038516,
              0.4489592117439978, 0.5971732625974291, 0.9366103603384889, 1.0752298143580572});
}

TEST_CASE("optimizer: a run has its own rate, and of rate 0 it stays") {
  const auto optimizer = make_optimizer(sgd(0, false, 0));
  auto state = optimizer->begin(2);
  std::vector<float> weights{1, 1};
  optimizer->step(weights, std::vector<float>{1, 1},
                  std::vector<WeightRun>{{0, 1, 0, 0.5, 0}, {1, 1, 0, 0, 0}}, 0.1, state);
  CHECK(weights == std::vector<float>{0.95F, 1});
}

TEST_CASE("optimizer: each run of weights has its own decay") {
  const auto optimizer = make_optimizer(sgd(0, false, 0));
  auto state = optimizer->begin(4);
  std::vector<float> weights{1, 1, 1, 1};
  const std::vector<float> gradients(4, 0.0F);
  optimizer->step(weights, gradients,
                  std::vector<WeightRun>{{0, 1, 0.5, 1, 0}, {1, 2, 0, 1, 0}, {3, 1, 1, 1, 0}}, 0.1, state);
  CHECK(weights == std::vector<float>{0.95F, 1, 1, 0.9F});
}

TEST_CASE("optimizer: goes on from a state as if it had never stopped") {
  const auto optimizer = make_optimizer({});
  const std::vector<WeightRun> runs{{0, 2, 0.1, 1, 0}};
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
  CHECK(norm_of(values) == Approx(0.01 * std::sqrt(100000.0)).epsilon(1e-6));
  scale(values, 2);
  CHECK(values.back() == 0.02F);
}

TEST_CASE("clamp, move towards: each number by itself") {
  std::vector<float> values{-3, -1, 0, 1, 3};
  clamp(values, 2);
  CHECK(values == std::vector<float>{-2, -1, 0, 1, 2});
  move_towards(values, std::vector<float>{0, 0, 0, 0, 4}, 0.5F);
  CHECK(values == std::vector<float>{-1, -0.5F, 0, 0.5F, 3});
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
  params.beta_1 = 0.9;
  params.rho = 0.8;
  CHECK(error_of([&] { params.check("train.optimizer"); }) ==
        "train.optimizer.rho: an optimizer of type \"sgd\" has no use for 0.8; leave \"rho\" out");
}
