#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "stages/model/architectures/architectures.hpp"
#include "stages/model/torch/device.hpp"
#include "stages/train/torch/learner.hpp"
#include "tests/catch.hpp"
#include "tests/stages/model/torch/walled_device.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

/// What one training pass and one plain pass after it give.
struct Passed {
  at::Tensor scores, plain;
  std::vector<float> gradients, buffers;
};

/// Brings gradients as well to the host's lists.
void bring_back(Network& network) {
  network.from_device();
  auto& lists = network.lists();
  if (!lists.apart()) return;
  const auto found = lists.layout().zeros();
  lists.take_gradients(found, false);
  lists.layout().down(found, network.gradients());
}

Passed pass_on(const at::Device& device, const Model& model, Precision precision, bool recompute = false) {
  Network network(model, device);
  const auto& sizes = model.specification;
  constexpr std::int64_t count = 8;
  const auto images = (at::arange(count * sizes.channels * sizes.height * sizes.width, at::kFloat) * 0.37)
                          .sin()
                          .view({count, sizes.channels, sizes.height, sizes.width});
  const auto scores = network.forward(
      images, {.training = true, .precision = precision, .seed = 3, .number = 5, .recompute = recompute});
  scores.square().sum().backward();
  bring_back(network);
  const at::NoGradGuard no_gradients;
  const auto plain = network.forward(images, {.precision = precision});
  const auto gradients = network.gradients(), buffers = network.buffers();
  return {scores.detach(), plain, {gradients.begin(), gradients.end()}, {buffers.begin(), buffers.end()}};
}

Model model_of(const std::string& architecture) {
  auto data = toy::images(3);
  data.height = data.width = 32;
  data.channels = 3;
  data.mean = data.std = {0.5F, 0.5F, 0.5F};
  toy::Heard heard;
  auto context = toy::context(heard);
  return *BuildModel::run({.data = data}, {.architecture = architecture}, context).model;
}

/// The norm of the difference of two lists as a share of that of the second.
double apart(std::span<const float> a, std::span<const float> b) {
  double difference = 0, whole = 1e-24;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto one = static_cast<double>(a[i]), other = static_cast<double>(b[i]);
    difference += (one - other) * (one - other);
    whole += other * other;
  }
  return std::sqrt(difference / whole);
}

std::span<const float> span_of(const at::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

}  // namespace

TEST_CASE("walled device: keeps its memory from the host, and refuses tensors that lie elsewhere") {
  const auto there = at::ones({4}, at::kFloat).to(walled::device());
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  CHECK(write(ends[1], there.data_ptr(), 4) == -1);
  CHECK(errno == EFAULT);
  close(ends[0]);
  close(ends[1]);
  CHECK((there + there).cpu().sum().item<float>() == 8);
  CHECK((there * 2).cpu().sum().item<float>() == 8);
  CHECK_THROWS_AS(there + at::ones({4}), c10::Error);
}

namespace {

/// A GPU where there is one, else the walled device.
ComputeDevice device_apart() {
  if (auto found = compute_device("auto"); found.is_cuda()) return found;
  return ComputeDevice{.name = walled::device().str(), .has_bf16 = true, .has_fp16 = true};
}

}  // namespace

TEST_CASE("network: on a device apart each family gives what it gives on the CPU, to rounding") {
  const auto device = device_apart();
  const double limit = 1e-3;
  for (const auto* const name : {"simple_cnn", "mlp", "resnet8", "mobilenet_v3_small", "efficientnet_b0",
                                 "squeezenet1_1", "convnext_atto", "vit_tiny_patch16"}) {
    const auto model = model_of(name);
    for (const bool recompute : {false, true}) {
      INFO(name << (recompute ? ", recomputed" : ""));
      const auto before = walled::computed();
      const auto there = pass_on(torch_device(device), model, Precision::fp32, recompute);
      if (!device.is_cuda()) CHECK(walled::computed() > before + model.specification.layers.size());
      const auto here = pass_on(at::kCPU, model, Precision::fp32);
      CHECK(apart(span_of(there.scores), span_of(here.scores)) < limit);
      CHECK(apart(span_of(there.plain), span_of(here.plain)) < limit);
      // Those of resnet8, whose ReLUs may bend the other way, are up to 0.0012 apart, by the order of sums.
      CHECK(apart(there.gradients, here.gradients) < 2 * limit);
      CHECK(apart(there.buffers, here.buffers) < limit);
    }
  }
}

TEST_CASE("network: on a device apart bf16 rounds as on the CPU, and fp16 less, having three bits more") {
  const auto device = device_apart();
  const auto place = torch_device(device);
  const auto model = model_of("simple_cnn");
  const auto exact = pass_on(at::kCPU, model, Precision::fp32);
  const auto errors = [&](const at::Device& where, Precision precision, bool recompute) {
    const auto got = pass_on(where, model, precision, recompute);
    return std::array{apart(span_of(got.scores), span_of(exact.scores)),
                      apart(span_of(got.plain), span_of(exact.plain)), apart(got.gradients, exact.gradients),
                      apart(got.buffers, exact.buffers)};
  };
  for (const bool recompute : {false, true}) {
    const auto here = errors(at::kCPU, Precision::bf16, recompute);
    const auto there = errors(place, Precision::bf16, recompute);
    const auto finer = errors(place, Precision::fp16, recompute);
    for (std::size_t i = 0; i < here.size(); ++i) {
      INFO("number " << i << (recompute ? ", recomputed" : ""));
      CHECK(there[i] > 0);
      CHECK(there[i] < 3 * here[i]);
      CHECK(finer[i] > 0);
      CHECK(finer[i] < there[i] / 2);
    }
  }
}

namespace {

/// What two steps and a validation on a device leave.
struct Learnt {
  TrainState state;
  double validation_loss = 0;
  Weights weights, kept;
};

Learnt learnt_on(const ComputeDevice& device, const std::string& precision) {
  const auto data = toy::images(60), validation = toy::images(30, 2);
  const Train::In<Value> in{.model = toy::model(toy::specification(), data),
                            .batches = toy::batches(data),
                            .validation = validation};
  const auto learner = Learner::make(in,
                                     {.batch_size = 16,
                                      .optimizer = {.type = "sgd"},
                                      .precision = precision,
                                      .ema_decay = 0.5,
                                      .accumulate_steps = 2},
                                     3, device);
  Learnt learnt;
  auto& state = learnt.state;
  state.history.steps_per_epoch = 2;
  learner->begin(state);
  toy::Heard heard;
  auto stream = BatchStream::training(*in.batches, 0, 16, 1);
  for (std::int64_t step = 0; step < 2; ++step) learner->step(stream, step, 0.001, state);
  learnt.validation_loss = learner->validate(validation, state, toy::context(heard)).loss;
  learner->fetch(state);
  learnt.weights = learner->network().weights();
  learnt.kept = learner->kept(state);
  return learnt;
}

}  // namespace

TEST_CASE("learner: on a device apart it learns, averages and validates as on the CPU") {
  const auto device = device_apart();
  const auto here = learnt_on({}, "fp32");
  for (const auto& [precision, limit] : {std::pair("fp32", 1e-4), {"bf16", 0.05}, {"fp16", 0.01}}) {
    INFO(precision);
    const auto there = learnt_on(device, precision);
    CHECK(there.state.optimizer.step == 2);  // none was skipped
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(there.state.history.step_gradient_norm[i] ==
            Approx(here.state.history.step_gradient_norm[i]).epsilon(limit));
    }
    CHECK(there.validation_loss == Approx(here.validation_loss).epsilon(limit));
    CHECK(apart(there.weights.parameters, here.weights.parameters) < limit);
    CHECK(apart(there.weights.buffers, here.weights.buffers) < limit);
    CHECK(apart(there.kept.parameters, here.kept.parameters) < limit);
    CHECK(there.state.loss_scale.has_value() == (std::string(precision) == "fp16"));
  }
}
