#include "stages/train/torch/learner.hpp"

#include <ATen/TensorOperators.h>

#include <fstream>

#include "stages/train/torch/trainer.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/folder.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;
using toy::Training;

namespace {

/// Without normalisation and dropout, so that an image's gradient does not depend on its batch.
Training independent() {
  Training training;
  std::erase_if(training.network.layers,
                [](const Layer& layer) { return layer.name == "drop" || layer.name == "bn2"; });
  return training;
}

double largest_difference(const Model& a, const Model& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.weights.size(); ++i) {
    for (std::size_t j = 0; j < a.weights[i].values.size(); ++j) {
      largest = std::max(largest, std::abs(static_cast<double>(a.weights[i].values[j]) -
                                           static_cast<double>(b.weights[i].values[j])));
    }
  }
  return largest;
}

const std::string plain_sgd =
    R"("optimizer": {"type": "sgd"}, "schedule": {"type": "constant", "warmup_steps": 0})";

}  // namespace

TEST_CASE("train: gradients of small batches add up to those of a large one, the last and smaller one too") {
  for (const std::string loss :
       {R"({})", R"({"class_weights": [1, 2, 5]})", R"({"type": "bce", "label_smoothing": 0.1})"}) {
    const auto settings = R"("epochs": 2, "loss": )" + loss + ", " + plain_sgd + "}";
    const auto large = independent().run(R"({"batch_size": 32, )" + settings);
    const auto small = independent().run(R"({"batch_size": 8, "accumulate_steps": 4, )" + settings);
    CHECK(small.history->steps_per_epoch == 2);
    REQUIRE(small.history->step_loss.size() == large.history->step_loss.size());
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(small.history->step_loss[i] == Approx(large.history->step_loss[i]).epsilon(1e-5));
      CHECK(small.history->step_gradient_norm[i] ==
            Approx(large.history->step_gradient_norm[i]).epsilon(1e-4));
    }
    CHECK(largest_difference(*large.last, *small.last) < 1e-5);
  }
}

TEST_CASE("train: the average of the weights follows its formula, and is what is validated and given") {
  const std::string rest = R"("epochs": 1, "batch_size": 60, "learning_rate": 0.1, )" + plain_sgd + "}";
  const auto begin = toy::model(toy::specification(), toy::images(60));
  const auto plain = Training{}.run("{" + rest);
  const auto averaged = Training{}.run(R"({"ema_decay": 0.5, )" + rest);
  const auto slow = Training{}.run(R"({"ema_decay": 0.999, )" + rest);
  const auto number = [](const Model& model) { return static_cast<double>(model.weights[0].values[0]); };
  const auto between = [&](double share) {
    return number(begin) + share * (number(*plain.last) - number(begin));
  };
  CHECK(number(*averaged.last) == Approx(between(1 - 2.0 / 11)).epsilon(1e-6));  // (1 + 1) / (10 + 1) < 0.5
  CHECK(number(*slow.last) == Approx(between(1 - 2.0 / 11)).epsilon(1e-6));
  CHECK(averaged.history->train.loss == plain.history->train.loss);
  CHECK(averaged.history->validation.loss != plain.history->validation.loss);
  const auto& counter =
      *std::ranges::find(averaged.last->weights, "bn2.num_batches_tracked", &NamedArray::name);
  CHECK(counter.values[0] == 1);
}

TEST_CASE("learner: on a device it learns, averages and validates the same to rounding") {
  const auto data = toy::images(60), validation = toy::images(30, 2);
  const Train::In<Value> in{.model = toy::model(toy::specification(), data),
                            .batches = toy::batches(data),
                            .validation = validation};
  const auto learnt = [&](const ComputeDevice& device) {
    const auto learner = Learner::make(
        in, {.batch_size = 16, .optimizer = {.type = "sgd"}, .precision = "fp32", .ema_decay = 0.5}, 3,
        device);
    TrainState state;
    state.history.steps_per_epoch = 4;
    learner->begin(state);
    toy::Heard heard;
    auto stream = BatchStream::training(*in.batches, 0, 16, 1);
    for (std::int64_t step = 0; step < 3; ++step) learner->step(stream, step, 0.01, state);
    const auto tally = learner->validate(validation, state, toy::context(heard));
    learner->step(stream, 3, 0.01, state);
    learner->fetch(state);
    auto numbers = learner->network().weights().parameters;
    for (const auto& list : {learner->network().weights().buffers, learner->kept(state).parameters})
      numbers.insert(numbers.end(), list.begin(), list.end());
    return std::pair(tally.loss, numbers);
  };
  const auto [loss, numbers] = learnt({});
  const auto [loss_there, numbers_there] = learnt({.name = "cpu:0"});
  CHECK(loss_there == Approx(loss).epsilon(1e-5));
  for (std::size_t i = 0; i < numbers.size(); ++i) CHECK(std::abs(numbers_there[i] - numbers[i]) < 1e-5F);
}

namespace {

/// A loss of 0 with gradients that are not numbers.
struct Cliff : Loss {
  BatchLoss operator()(const at::Tensor& scores, const Batch& batch) const override {
    return {(scores * 0).sum().sqrt(), static_cast<double>(batch.size())};
  }
};

/// Three steps in fp32 with the loss scaled by that, or not scaled.
TrainState scaled_steps(std::optional<LossScale> scale, std::vector<float>& weights,
                        const std::string& loss = "cross_entropy") {
  if (Extensions::of_training().loss("cliff") == nullptr)
    Extensions::of_training().add_loss("cliff",
                                       [](const auto&, const auto&) { return std::make_unique<Cliff>(); });
  const auto data = toy::images(60);
  const Train::In<Value> in{
      .model = toy::model(toy::specification(), data), .batches = toy::batches(data), .validation = data};
  const auto learner = Learner::make(
      in, {.batch_size = 20, .loss = {.type = loss}, .precision = "fp32", .track_gradients = true}, 3, {});
  TrainState state;
  state.history.steps_per_epoch = 3;
  learner->begin(state);
  state.loss_scale = scale;
  auto stream = BatchStream::training(*in.batches, 0, 20, 1);
  for (std::int64_t step = 0; step < 3; ++step) learner->step(stream, step, 0.01, state);
  weights = learner->network().weights().parameters;
  return state;
}

}  // namespace

TEST_CASE("learner: a loss that is scaled by a power of two gives the same bytes") {
  std::vector<float> plain, scaled;
  const auto without = scaled_steps({}, plain), with = scaled_steps(LossScale{}, scaled);
  CHECK(plain == scaled);
  CHECK(without.history.step_gradient_norm == with.history.step_gradient_norm);
  CHECK(with.loss_scale->good_steps == 3);
}

TEST_CASE("learner: steps whose scaled loss overflows are recorded and skipped, and halve the scale") {
  const auto data = toy::images(60);
  const auto begin = Network(toy::model(toy::specification(), data)).weights().parameters;
  std::vector<float> weights;
  const auto state = scaled_steps(LossScale{std::ldexp(1.0, 140), 7}, weights);
  CHECK(weights == begin);
  CHECK(state.loss_scale->scale == std::ldexp(1.0, 137));
  CHECK(state.loss_scale->good_steps == 0);
  CHECK(state.optimizer.step == 0);
  CHECK(state.history.step_loss.size() == 3);
  CHECK_FALSE(std::isfinite(state.history.step_gradient_norm[0]));
  CHECK(std::ranges::all_of(state.gradient_norms.sum, [](double sum) { return sum == 0; }));
}

TEST_CASE("learner: a scale that falls below 1 is an error that says what to do") {
  std::vector<float> weights;
  CHECK(
      error_of([&] { scaled_steps(LossScale{2}, weights, "cliff"); }) ==
      "gradients are not finite at epoch 1, step 2, whatever the loss is scaled by; lower \"learning_rate\" "
      "(now 0.001), or set \"precision\" to \"bf16\" or \"fp32\"");
}

TEST_CASE("train: computing the forward pass twice changes no byte") {
  for (const char* precision : {"fp32", "bf16"}) {
    const auto settings = R"({"precision": ")" + std::string(precision) + R"(")";
    const auto kept = Training{}.run(settings + "}");
    const auto again = Training{}.run(settings + R"(, "gradient_checkpointing": true})");
    CHECK(toy::same_bytes(*kept.last, *again.last));
    CHECK(kept.history->step_gradient_norm == again.history->step_gradient_norm);
  }
}

TEST_CASE("train: of the limits on gradients, value comes before local norm before global norm") {
  const auto first_move = [](const std::string& clip) {
    const auto out = Training{}.run(R"({"epochs": 1, "batch_size": 60, "learning_rate": 1, "clip": )" + clip +
                                    R"(, "optimizer": {"type": "sgd", "momentum": 0, "weight_decay": 0},
                                        "schedule": {"type": "constant", "warmup_steps": 0}})");
    const auto before = toy::model(toy::specification(), toy::images(60));
    std::vector<std::vector<double>> moves;
    const auto weights = infer(before.specification).weights();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (weights[i].role == WeightRole::buffer) continue;
      moves.emplace_back();
      for (std::size_t j = 0; j < before.weights[i].values.size(); ++j)
        moves.back().push_back(static_cast<double>(before.weights[i].values[j]) -
                               static_cast<double>(out.last->weights[i].values[j]));
    }
    return moves;
  };
  auto wanted = first_move(R"({"global_norm": null})");
  const auto norm = [](const std::vector<double>& values) {
    double squares = 0;
    for (const double one : values) squares += one * one;
    return std::sqrt(squares);
  };
  std::vector<double> all;
  for (auto& tensor : wanted) {
    for (auto& one : tensor) one = std::clamp(one, -0.02, 0.02);
    const double factor = std::min(1.0, 0.05 / norm(tensor));
    for (auto& one : tensor) all.push_back(one *= factor);
  }
  const double factor = std::min(1.0, 0.08 / norm(all));
  const auto moves = first_move(R"({"value": 0.02, "local_norm": 0.05, "global_norm": 0.08})");
  CHECK(factor < 1);
  for (std::size_t i = 0; i < moves.size(); ++i) {
    for (std::size_t j = 0; j < moves[i].size(); ++j)
      CHECK(moves[i][j] == Approx(wanted[i][j] * factor).margin(2e-6));
  }
}

TEST_CASE("train: on plateaus the rate falls, and no further than the floor") {
  const auto out = Training{}.run(
      R"({"epochs": 6, "learning_rate": 0.01, "schedule": {"type": "reduce_on_plateau", "warmup_steps": 0,
          "plateau_patience": 2, "plateau_min_delta": 9, "decay_rate": 0.5, "alpha": 0.3}})");
  std::vector<double> rates;
  for (std::size_t epoch = 0; epoch < 6; ++epoch) rates.push_back(out.history->step_learning_rate[4 * epoch]);
  CHECK(rates == std::vector<double>{0.01, 0.01, 0.01, 0.005, 0.005, 0.003});
}

TEST_CASE("train: norms of gradients are kept by parameter and epoch where asked for") {
  const auto out = Training{}.run(R"({"epochs": 2, "batch_size": 60, "track_gradients": true})");
  const auto& gradients = *out.gradients;
  CHECK(gradients.names.front() == "conv1.weight");
  CHECK(gradients.epochs() == 2);
  REQUIRE(gradients.names.size() == 8);
  for (std::size_t epoch = 0; epoch < 2; ++epoch) {
    double squares = 0;
    for (std::size_t i = 0; i < 8; ++i) squares += std::pow(gradients.mean[8 * epoch + i], 2);
    CHECK(std::sqrt(squares) == Approx(out.history->step_gradient_norm[epoch]).epsilon(1e-6));
  }
  CHECK(gradients.mean == gradients.largest);
  CHECK(Training{}.run().gradients->epochs() == 0);
}

TEST_CASE("train: the time of an epoch is split into what it was for") {
  const auto timing = Training{}.run(R"({"epochs": 2})").timing;
  for (const auto* part : {&timing->epoch_wait_seconds, &timing->epoch_forward_seconds,
                           &timing->epoch_backward_seconds, &timing->epoch_update_seconds}) {
    REQUIRE(part->size() == 2);
    CHECK(part->front() > 0);
    CHECK(part->front() < timing->epoch_seconds.front());
  }
}

TEST_CASE("train: draws its curves beside training every few epochs, where there is a place for them") {
  const Folder folder;
  Training training;
  auto context = toy::context(training.heard);
  context.live = folder / "live" / "train";
  const auto params = read_params<Train::Params>(
      parse_json(R"({"epochs": 4, "precision": "fp32", "visualize": {"every_epochs": 2}})"), "train");
  const auto run = [&] {
    return Train::run({.model = toy::model(training.network, training.data),
                       .batches = toy::batches(training.data),
                       .validation = training.validation},
                      params, context);
  };
  const auto drawn = run();
  CHECK(std::filesystem::file_size(context.live / "training_curves.png") > 1000);
  CHECK(std::filesystem::file_size(context.live / "lr_schedule.png") > 1000);
  context.live.clear();
  CHECK(toy::same_bytes(*drawn.last, *run().last));
  std::ofstream(folder / "file") << "in the way";
  context.live = folder / "file";
  training.heard.events.clear();
  CHECK(toy::same_bytes(*drawn.last, *run().last));
  // One for each drawing; the second is left out where the first is not over yet.
  const auto warnings = training.heard.named("warning");
  CHECK((warnings.size() == 1 || warnings.size() == 2));
  for (const auto& warning : warnings)
    CHECK(warning.line == "train: " + context.live.string() +
                              ": something that is no folder is in the way; move it or choose another place; "
                              "the curves of this epoch are not shown");
}
