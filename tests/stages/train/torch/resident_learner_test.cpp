#include "stages/train/torch/resident_learner.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros_like.h>
#include <torch/version.h>

#include <cmath>

#include "stages/model/architectures/architectures.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/model/torch/walled_device.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

ComputeDevice walled_device() {
  return {.name = walled::device().str(), .has_bf16 = true, .has_fp16 = true};
}

/// Takes a step for a graph as a device does: what was recorded runs again on the same memory, and nothing
/// goes to the host or comes from it then.
class FakeGraph : public StepGraph {
 public:
  explicit FakeGraph(std::size_t& replays) : replays_(replays) {}
  void record(const std::function<void()>& body) override { body_ = body; }
  void replay() override {
    const auto before = walled::crossed();
    body_();
    const auto after = walled::crossed();
    CHECK((after.up == before.up && after.down == before.down && after.read == before.read));
    ++replays_;
  }
  bool is_recorded() const override { return body_ != nullptr; }

 private:
  std::size_t& replays_;
  std::function<void()> body_;
};

/// 150 toy images, eight steps of 20 an epoch, the last one of ten.
struct Learning {
  Dataset data = toy::images(150);
  Policy policy{};
  Train::Params params{.batch_size = 20, .precision = "fp32"};
  std::size_t replays = 0;
  bool graph = false;
  double (*rate)(std::int64_t step) = [](std::int64_t) { return 0.01; };

  std::unique_ptr<Learner> learner(const ComputeDevice& device) {
    auto recipe = toy::batches(data);
    recipe.policy = policy;
    const Train::In<Value> in{
        .model = toy::model(toy::specification(), data), .batches = recipe, .validation = data};
    if (device.name == "cpu") return Learner::make(in, params, 3, device);
    return std::make_unique<ResidentLearner>(in, params, 3, device, [this]() -> std::unique_ptr<StepGraph> {
      if (!graph) return nullptr;
      return std::make_unique<FakeGraph>(replays);
    });
  }
  /// Steps `from` to `to`, and all that they leave.
  void step(Learner& learner, TrainState& state, std::int64_t from, std::int64_t to) {
    auto recipe = toy::batches(data);
    recipe.policy = policy;
    for (auto number = from; number < to;) {
      auto stream = BatchStream::training(recipe, static_cast<std::uint32_t>(number / 8), 20, 1,
                                          static_cast<std::size_t>(number % 8));
      do {
        learner.step(stream, number, rate(number), state);
      } while (++number < to && number % 8 != 0);
    }
    learner.fetch(state);
    state.weights = learner.network().weights();
  }
  TrainState after(std::int64_t steps, const ComputeDevice& device = walled_device()) {
    const auto one = learner(device);
    TrainState state;
    state.history.steps_per_epoch = 8;
    one->begin(state);
    step(*one, state, 0, steps);
    return state;
  }
};

bool same(const TrainState& a, const TrainState& b) {
  return a.weights.parameters == b.weights.parameters && a.weights.buffers == b.weights.buffers &&
         a.average.parameters == b.average.parameters && a.average.buffers == b.average.buffers &&
         a.optimizer.moments == b.optimizer.moments && a.optimizer.step == b.optimizer.step &&
         a.history.step_loss == b.history.step_loss &&
         a.history.step_gradient_norm == b.history.step_gradient_norm &&
         a.gradient_norms.sum == b.gradient_norms.sum && a.tally.hits == b.tally.hits &&
         a.loss_scale.has_value() == b.loss_scale.has_value() &&
         (!a.loss_scale || a.loss_scale->good_steps == b.loss_scale->good_steps);
}

double apart(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = a.size() == b.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    largest = std::max(largest, std::abs(a[i] - b[i]) / std::abs(b[i]));
  return largest;
}

/// The mean of squares of what each score lacks to one for the truth and zero else.
struct Squares : Loss {
  BatchLoss operator()(const at::Tensor& scores, const Batch& batch) const override {
    auto truth = at::zeros_like(scores.detach());
    for (std::size_t i = 0; i < batch.size(); ++i) truth[static_cast<std::int64_t>(i)][batch.labels[i]] = 1;
    return {(scores - truth).square().sum(), static_cast<double>(scores.numel())};
  }
};

/// Plain descent.
struct Descent : Optimizer {
  std::size_t moments() const override { return 0; }
  void update(const Piece& piece) const override {
    for (std::size_t i = 0; i < piece.count; ++i)
      piece.weights[i] -= static_cast<float>(piece.learning_rate) * piece.gradients[i];
  }
};

}  // namespace

TEST_CASE(
    "resident learner: freezes layers and thaws them as the CPU does, with every rule and with graphs") {
  for (const auto* rule :
       {"adamw", "adam", "sgd", "rmsprop", "adadelta", "adagrad", "lion", "lamb", "muon"}) {
    Learning learning;
    learning.params.optimizer.type = rule;
    learning.params.freeze = {.layers = {"conv1", "bn2"}, .epochs = 1};
    learning.rate = [](std::int64_t) { return 0.001; };
    const auto two_epochs = [&](const ComputeDevice& device) {
      const auto learner = learning.learner(device);
      TrainState state;
      state.history.steps_per_epoch = 8;
      learner->begin(state);
      for (state.epoch = 0; state.epoch < 2; ++state.epoch) {
        CHECK(learner->begin_epoch(state));
        learning.step(*learner, state, 8 * state.epoch, 8 * state.epoch + 8);
        CHECK(learner->frozen_parameters() == (state.epoch == 0 ? 4 : 0));
        state.step_in_epoch = 0;
      }
      return state;
    };
    const auto host = two_epochs({.name = "cpu"});
    learning.graph = true;
    const auto resident = two_epochs(walled_device());
    INFO(rule);
    CHECK(learning.replays > 4);
    CHECK(resident.optimizer.step == 8);
    CHECK(apart(resident.history.step_loss, host.history.step_loss) < 2e-4);
    CHECK(resident.weights.buffers.back() == host.weights.buffers.back());
  }
}

TEST_CASE("resident learner: a step of resnet20 sends one upload, reads nothing and starts few operations") {
  const auto network = build_specification("resnet20", 8, 8, 1, 3);
  const auto data = toy::images(40);
  const Train::In<Value> in{
      .model = toy::model(network, data), .batches = toy::batches(data), .validation = data};
  ResidentLearner learner(in, {.batch_size = 4, .precision = "bf16", .ema_decay = 0.9}, 3, walled_device());
  TrainState state;
  state.history.steps_per_epoch = 10;
  learner.begin(state);
  auto stream = BatchStream::training(*in.batches, 0, 4, 1);
  for (std::int64_t step = 0; step < 5; ++step) learner.step(stream, step, 0.01, state);
  const auto before = walled::crossed();
  const auto operations = walled::computed();
  learner.step(stream, 5, 0.01, state);
  const auto after = walled::crossed();
  CHECK(after.up - before.up == 1);
  CHECK(after.down == before.down);
  CHECK(after.read == before.read);
  // 42 of convolutions, 42 of norms, 56 of what follows them; Adam is one from LibTorch 2.4 on.
  CHECK(walled::computed() - operations <= (TORCH_VERSION_MAJOR >= 2 ? 185 : 200));
  CHECK(state.history.step_loss.empty());
  learner.settle(state);
  CHECK(state.history.step_loss.size() == 6);
  CHECK(walled::crossed().down - after.down == 1);
}

TEST_CASE("resident learner: a step sends its images as bytes, with labels, masks and a few numbers") {
  constexpr std::size_t images = 20, numbers = 64, gap = 256;
  for (const bool mixes : {false, true}) {
    Learning one;
    if (mixes) one.policy = {Rotate{}, RandomErasing{}, Mixup{}, CutMix{}};
    const auto learner = one.learner(walled_device());
    std::size_t masks = 0, gaps = 2;
    for (const auto& dropped : learner->network().dropped()) {
      masks += images * static_cast<std::size_t>(dropped.values);
      ++gaps;
    }
    const auto pixels = images * 64, labels = images * sizeof(std::int64_t);
    const auto mixed = mixes ? labels + images * 2 * sizeof(float) + 2 * gap : 0;
    TrainState state;
    state.history.steps_per_epoch = 8;
    learner->begin(state);
    auto recipe = toy::batches(one.data);
    recipe.policy = one.policy;
    auto stream = BatchStream::training(recipe, 0, images, 1);
    for (std::int64_t step = 0; step < 4; ++step) learner->step(stream, step, 0.01, state);
    const auto before = walled::crossed();
    learner->step(stream, 4, 0.01, state);
    const auto after = walled::crossed();
    CHECK(after.up - before.up == 1);
    CHECK(after.bytes_up - before.bytes_up <= numbers + pixels + labels + masks + mixed + gaps * gap);
    CHECK(after.bytes_up - before.bytes_up >= numbers + pixels + labels + masks);
  }
}

TEST_CASE(
    "resident learner: batches that are moved, recoloured, erased and mixed give the losses of the CPU") {
  Learning one;
  one.params.optimizer.type = "sgd";
  one.policy = {Rotate{}, Translate{}, Contrast{}, RandomErasing{}, Mixup{.p = 0.5}, CutMix{.p = 0.5}};
  const auto here = one.after(16, {}), there = one.after(16);
  CHECK(apart(there.history.step_loss, here.history.step_loss) < 1e-4);
}

TEST_CASE("resident learner: steps that are recorded once end in the bytes of plain ones") {
  for (const std::string precision : {"fp32", "fp16"}) {
    INFO(precision);
    Learning one;
    one.policy = {FlipHorizontal{}, Mixup{.alpha = 1, .p = 0.5}};
    one.params.precision = precision;
    one.params.ema_decay = 0.9;
    one.params.track_gradients = true;
    one.params.loss.label_smoothing = 0.1;
    const auto plain = one.after(20);
    CHECK(one.replays == 0);
    one.graph = true;
    const auto recorded = one.after(20);
    CHECK(one.replays == 20 - 3 - 2);  // the first three, and the smaller last of each epoch, are plain
    CHECK(same(plain, recorded));
    CHECK(plain.optimizer.step == 20);
  }
}

TEST_CASE("resident learner: gradients that a pass of somebody else left do not count") {
  Learning one;
  const auto alone = one.after(4);
  const auto learner = one.learner(walled_device());
  TrainState state;
  state.history.steps_per_epoch = 8;
  learner->begin(state);
  one.step(*learner, state, 0, 3);
  const auto images = at::ones({2, 1, 8, 8}, at::kFloat);
  learner->network().forward(images, {}).sum().backward();  // moves no running statistics
  one.step(*learner, state, 3, 4);
  CHECK(same(alone, state));
}

TEST_CASE("resident learner: where a step cannot be recorded, training goes on without, and says so") {
  struct Unable : StepGraph {
    void record(const std::function<void()>&) override { TORCH_CHECK(false, "no graph of this"); }
    void replay() override {}
    bool is_recorded() const override { return false; }
  };
  Learning one;
  const auto recipe = toy::batches(one.data);
  const Train::In<Value> in{
      .model = toy::model(toy::specification(), one.data), .batches = recipe, .validation = one.data};
  ResidentLearner learner(in, one.params, 3, walled_device(), [] { return std::make_unique<Unable>(); });
  TrainState state;
  state.history.steps_per_epoch = 8;
  learner.begin(state);
  one.step(learner, state, 0, 6);
  CHECK(same(one.after(6), state));
  CHECK(learner.remark() ==
        "steps are not recorded as a graph of the device (no graph of this); \"step_graph\": false does not "
        "try");
}

TEST_CASE("resident learner: batches whose gradients are added up wait for nothing either") {
  Learning one;
  one.params.accumulate_steps = 2;
  one.params.batch_size = 10;
  const auto learner = one.learner(walled_device());
  TrainState state;
  state.history.steps_per_epoch = 8;
  learner->begin(state);
  auto stream = BatchStream::training(toy::batches(one.data), 0, 10, 1);
  for (std::int64_t step = 0; step < 4; ++step) learner->step(stream, step, 0.01, state);
  const auto before = walled::crossed();
  learner->step(stream, 4, 0.01, state);
  const auto after = walled::crossed();
  CHECK(after.up - before.up == 2);
  CHECK((after.down == before.down && after.read == before.read));
}

TEST_CASE("resident learner: what was fetched goes on in another learner to the same bytes") {
  Learning one;
  one.params.ema_decay = 0.9;
  one.params.track_gradients = true;
  one.params.optimizer.type = "muon";
  const auto whole = one.after(11);
  auto state = one.after(5);
  const auto other = one.learner(walled_device());
  state.gradients.names = other->names();
  other->restore(state);
  one.step(*other, state, 5, 11);
  CHECK(same(whole, state));
}

TEST_CASE("resident learner: fifty steps give the losses of the CPU") {
  Learning one;
  one.params.optimizer.type = "sgd";
  one.params.clip.value = 0.5;
  one.params.clip.local_norm = 0.4;
  for (const std::string loss : {"cross_entropy", "focal", "bce"}) {
    INFO(loss);
    one.params.loss = {.type = loss, .class_weights = {"", {1, 2, 3}}};
    one.policy = loss == "focal" ? Policy{CutMix{}} : Policy{};
    const auto here = one.after(50, {}), there = one.after(50);
    CHECK(apart(there.history.step_loss, here.history.step_loss) < 1e-4);
    CHECK(there.tally.hits == Approx(here.tally.hits).margin(1));
  }
}

TEST_CASE("resident learner: a loss that is not finite is told with its step, though it is read later") {
  Learning one;
  one.rate = [](std::int64_t step) { return step == 35 ? 1e30 : 0.01; };
  CHECK(error_of([&] { one.after(60); }).starts_with("loss is "));
  CHECK(error_of([&] { one.after(60); }).find(" at epoch 1, step 5; ") !=
        std::string::npos);  // 36 = 4 x 8 + 4
  const auto learner = one.learner(walled_device());
  TrainState state;
  state.history.steps_per_epoch = 8;
  learner->begin(state);
  CHECK_THROWS_AS(one.step(*learner, state, 0, 38), LossNotFinite);  // nothing is fetched that is not finite
  CHECK(state.history.step_loss.size() == 36);
}

TEST_CASE("resident learner: with a loss or an optimizer of one's own each step is known when it returns") {
  auto& extensions = Extensions::of_training();
  extensions.add_loss("squares of scores",
                      [](const auto&, const auto&) { return std::make_unique<Squares>(); });
  extensions.add_optimizer("plain descent", [](const auto&) { return std::make_unique<Descent>(); });
  for (const auto& [loss, optimizer, words] : {std::tuple{"squares of scores", "sgd", "the loss"},
                                               {"cross_entropy", "plain descent", "the optimizer"}}) {
    INFO(words);
    Learning one;
    one.params.loss.type = loss;
    one.params.optimizer.type = optimizer;
    one.params.accumulate_steps = 2;
    const auto here = one.after(4, {}), there = one.after(4);
    CHECK(apart(there.history.step_loss, here.history.step_loss) < 1e-4);
    CHECK(one.learner(walled_device())->remark() == "each step waits for the device, as " +
                                                        std::string(words) +
                                                        " is code of your own that runs on the CPU");
  }
}
