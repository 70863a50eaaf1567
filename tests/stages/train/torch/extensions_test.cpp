#include "stages/train/extensions.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/softmax.h>

#include "render/cairo.hpp"
#include "stages/evaluate/torch/scoring.hpp"
#include "stages/figures/picture.hpp"
#include "stages/figures/plot_lr_schedule.hpp"
#include "stages/model/torch/network.hpp"
#include "stages/train/torch/loss.hpp"
#include "stages/train/torch/optimizer.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;
using toy::Training;

namespace {

/// A schedule of one's own: down with the root of the steps (Vaswani et al., 2017).
ShapedCurve inverse_root(const ScheduleParams&, CurveRoom room) {
  return {[peak = room.peak](std::int64_t t) { return peak / std::sqrt(static_cast<double>(1 + t)); }, {}};
}

/// A loss of one's own: the squared distance of probabilities from the truth (Brier, 1950).
struct Brier : Loss {
  BatchLoss operator()(const at::Tensor& scores, const Batch& batch) const override {
    const auto truth = at::one_hot(label_tensor(batch.labels), scores.size(1));
    return {(at::softmax(scores, 1) - truth).pow(2).sum(), static_cast<double>(batch.size())};
  }
};

/// An optimizer of one's own: a step of the same size along each sign (Bernstein et al., 2018).
struct SignDescent : Optimizer {
  std::size_t moments() const override { return 0; }
  void update(const Piece& piece) const override {
    for (std::size_t i = 0; i < piece.count; ++i) {
      const float g = piece.gradients[i];
      piece.weights[i] -= static_cast<float>(piece.learning_rate) * static_cast<float>((g > 0) - (g < 0));
    }
  }
};

/// A callback of one's own: logs how long the weights are and how many steps it saw, ends training after
/// three epochs, and draws.
struct Watcher : Callback {
  double steps = 0;
  void on_step(TrainingMoment&) override { ++steps; }
  void on_epoch(TrainingMoment& moment) override {
    moment.log("weight_norm", norm_of(moment.network.parameters()));
    moment.log("steps_seen", steps);
    if (moment.epochs == 3) moment.stop();
  }
  void on_end(TrainingMoment& moment) override {
    const auto drawing = draw_lr_schedule(moment.history, {800, 500}, render::measure_text);
    moment.show(save(drawing, "my_rates", "Rates", {"png"}, Context{}).files[0]);
  }
  std::vector<double> state() const override { return {steps}; }
  void restore(std::span<const double> state) override { steps = state.empty() ? 0 : state[0]; }
};

/// Adds all of them, once.
void add_own_parts() {
  [[maybe_unused]] static const bool done = [] {
    auto& all = Extensions::of_training();
    all.add_schedule("inverse_root", inverse_root);
    all.add_loss("brier", [](const LossParams&, const Dataset&) { return std::make_unique<Brier>(); });
    all.add_optimizer("sign", [](const OptimizerParams&) { return std::make_unique<SignDescent>(); });
    all.add_callback("watcher", [] { return std::make_unique<Watcher>(); });
    return true;
  }();
}

}  // namespace

TEST_CASE("extensions: a schedule of one's own sets the rate of each step after the warmup") {
  add_own_parts();
  const auto out = Training{}.run(R"({"schedule": {"type": "inverse_root", "warmup_steps": 2}})");
  CHECK(out.history->step_learning_rate[2] == 0.01);
  CHECK(out.history->step_learning_rate[5] == Approx(0.005));
  CHECK(out.history->schedule == "inverse_root");
}

TEST_CASE("extensions: a loss of one's own is made small") {
  add_own_parts();
  const auto out = Training{.data = toy::images(300)}.run(R"({"epochs": 6, "loss": {"type": "brier"}})");
  CHECK(out.history->train.loss.front() < 2);
  CHECK(out.history->train.loss.back() < 0.5 * out.history->train.loss.front());
}

TEST_CASE("extensions: an optimizer of one's own moves the weights") {
  add_own_parts();
  const auto out = Training{}.run(
      R"({"epochs": 1, "batch_size": 60, "optimizer": {"type": "sign"}, "schedule": {"type": "constant"}})");
  const auto before = toy::model(toy::specification(), toy::images(60));
  CHECK(std::abs(out.last->weights[0].values[0] - before.weights[0].values[0]) == Approx(0.01F));
}

TEST_CASE("extensions: a callback logs, stops and draws") {
  add_own_parts();
  const auto out = Training{}.run(R"({"epochs": 9, "callbacks": ["watcher"]})");
  CHECK(out.history->epochs() == 3);
  CHECK(out.history->stopped_early);
  CHECK(out.history->logged.at("steps_seen") == std::vector<double>{4, 8, 12});
  CHECK(out.history->logged.at("weight_norm").size() == 3);
  CHECK(to_csv(*out.history)
            .starts_with("epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,steps_seen,weight_norm\n"));
  REQUIRE(out.figures->files.size() == 1);
  CHECK(out.figures->files[0].name == "my_rates.png");
}

TEST_CASE("extensions: names that are taken or unknown are refused") {
  add_own_parts();
  auto& all = Extensions::of_training();
  CHECK(error_of([&] { all.add_schedule("constant", inverse_root); }) ==
        "schedule \"constant\": there is one already; choose another name");
  CHECK(error_of([&] { all.add_callback("watcher", [] { return std::make_unique<Watcher>(); }); }) ==
        "callback \"watcher\": there is one already; choose another name");
  CHECK(error_of([] {
          Training{}.run(R"({"callbacks": ["watchers"]})");
        }).starts_with("train.callbacks: [\"watchers\"] is not allowed; it must be a list of \""));
}

TEST_CASE("extensions: a schedule is thought to depend on the length of the run until it says otherwise") {
  auto& all = Extensions::of_training();
  const auto give_length = [](const ScheduleParams&, CurveRoom room) -> ShapedCurve {
    return {[total = room.total](std::int64_t) { return static_cast<double>(total); }, {}};
  };
  const auto bound = [](const char* schedule) {
    return read_params<ScheduleParams>(parse_json(schedule), "schedule").bound_to_length();
  };
  all.add_schedule("careful", give_length);
  all.add_schedule("by_steps", give_length, RunLength::decides_without_decay_steps);
  all.add_schedule("free", give_length, RunLength::ignored);
  CHECK(bound(R"({"type": "careful", "warmup_steps": 0, "decay_steps": 9})") ==
        "\"careful\" may depend on how long the run is");
  CHECK(bound(R"({"type": "by_steps", "warmup_steps": 0})") ==
        "\"by_steps\" comes down over the whole run; give \"schedule.decay_steps\" to go on instead");
  CHECK(bound(R"({"type": "by_steps", "warmup_steps": 0, "decay_steps": 9})").empty());
  CHECK(bound(R"({"type": "free", "warmup_steps": 0})").empty());
  CHECK(Schedule({.type = "careful", .warmup_steps = 0, .decay_steps = 9}, 1, 50).at(0) == 50);
  CHECK(Schedule({.type = "by_steps", .warmup_steps = 0, .decay_steps = 9}, 1, 50).at(0) == 0);
  CHECK(Schedule({.type = "free", .warmup_steps = 0}, 1, 50).at(0) == 0);
}

TEST_CASE("extensions: a callback's file stays in its folder") {
  struct Escaping : Callback {
    void on_end(TrainingMoment& moment) override {
      moment.show({"../out.png", std::vector<std::uint8_t>{1}});
    }
  };
  Extensions::of_training().add_callback("escaping", [] { return std::make_unique<Escaping>(); });
  CHECK(error_of([] { Training{}.run(R"({"epochs": 1, "callbacks": ["escaping"]})"); }) ==
        "callback \"escaping\": \"../out.png\" is no file name; give one of at most 255 bytes without \"/\"");
}
