#include "stages/train/torch/resident_learner.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <utility>

#include "stages/evaluate/torch/scoring.hpp"
#include "stages/model/own_modules.hpp"
#include "stages/model/torch/device.hpp"
#include "stages/train/progress.hpp"

namespace fovea {
namespace {

/// Columns of a line: the loss, the gradient norm, the norm of each weight where norms are tracked, the
/// scores.
enum : std::int64_t { line_loss, line_norm, line_scores };

/// Full steps before a graph is recorded: LibTorch initialises itself and cuDNN chooses algorithms in them.
constexpr std::int64_t steps_before_graph = 3;

std::unique_ptr<Loss> loss_on(at::Device device, const LossParams& params, const Dataset& data) {
  auto loss = make_loss(params, data);
  if (auto* const tensors = dynamic_cast<TensorLoss*>(loss.get())) tensors->move_to(device);
  return loss;
}

}  // namespace

ResidentLearner::ResidentLearner(const Train::In<Value>& in, const Train::Params& params, std::uint64_t seed,
                                 const ComputeDevice& device)
    : ResidentLearner(in, params, seed, device, [&] { return step_graph(torch_device(device)); }) {}

ResidentLearner::ResidentLearner(const Train::In<Value>& in, const Train::Params& params, std::uint64_t seed,
                                 const ComputeDevice& device, const MakeGraph& make_graph)
    : Learner(in, params, seed, device),
      device_(torch_device(device)),
      make_graph_(make_graph),
      stream_(device_),
      device_loss_(loss_on(device_, params.loss, *in.batches->data)),
      tensor_loss_(dynamic_cast<const TensorLoss*>(device_loss_.get())),
      state_(network_, params_, tensors_, *optimizer_),
      batch_upload_(in.model->specification, *in.batches, network_.dropped(), params.images_a_pass(),
                    device_),
      step_log_(needs_host() || !params.callbacks.empty() ? 1 : params.log_every * params.accumulate_steps,
                width(), device_) {
  const bool calls = !params.callbacks.empty();
  if (needs_host() || calls) {
    remark_ = std::string("each step waits for the device, as ") +
              (calls                     ? "a callback"
               : tensor_loss_ == nullptr ? "the loss"
                                         : "the optimizer") +
              " is code of your own that runs on the CPU";
  }
  const bool own = own_module_of(in.model->specification) != nullptr;
  if (!needs_host() && params.step_graph && params.accumulate_steps == 1 && !own) graph_ = make_graph_();
  if (own && device_.is_cuda() && params.step_graph && remark_.empty())
    remark_ = "steps are not recorded as CUDA graphs, as the network is a module of your own";
  if (graph_ == nullptr && device_.is_cuda() && params.step_graph && remark_.empty() &&
      params.accumulate_steps == 1) {
    remark_ =
        "steps are not recorded as CUDA graphs, as libfovea_cuda.so is not beside Fovea's libraries or does "
        "not load; build Fovea where CUDA's cuda_runtime_api.h is";
  }
  // Waits for the copy of the network's weights, which ran in another stream.
  network_.lists().device_parameters().narrow(0, 0, 1).cpu();
}

ResidentLearner::~ResidentLearner() {
  // The allocator may reuse memory of this stream only once its work is done.
  const DeviceStream::In in_own(stream_);
  try {
    state_.wait();
  } catch (const c10::Error&) {  // reported where the work was started
  }
}

std::int64_t ResidentLearner::width() const {
  const auto tracked = params_.track_gradients ? static_cast<std::int64_t>(names().size()) : 0;
  return line_scores + tracked + params_.images_a_pass() * in_.model->specification.classes;
}

void ResidentLearner::accept() {
  const DeviceStream::In in_own(stream_);
  network_.to_device();
}

void ResidentLearner::step(BatchStream& stream, std::int64_t number, double rate, TrainState& state) {
  const DeviceStream::In in_own(stream_);
  if (sent_.empty()) read_clock_.lap();
  double divisor = 0, weight = 0;
  Stopwatch watch;
  for (std::int64_t part = 0; part < params_.accumulate_steps; ++part) {
    watch.lap();
    const auto* batch = stream.next();
    const double waited = watch.lap();
    state.phases.waiting += waited;
    wait_seconds_ += waited;
    if (batch == nullptr) break;
    if (part > 0) keep_line(state);
    sent_.push_back({{}, number, rate, 0, false});
    learn(*batch, part, rate, divisor);
    weight += sent_.back().weight;
  }
  sent_.back().ends_step = true;
  if (params_.accumulate_steps > 1 || needs_host()) move(divisor / weight);
  fetched_ = false;
  ++measured_steps_;
  keep_line(state);
}

void ResidentLearner::learn(const Batch& batch, std::int64_t part, double rate, double& divisor) {
  auto& sent = sent_.back();
  sent.truth.labels = batch.labels;
  sent.truth.other_labels = batch.other_labels;
  sent.truth.share = batch.share;
  const bool by_host = tensor_loss_ == nullptr;
  if (!by_host) sent.weight = tensor_loss_->weight(batch, in_.model->specification.classes);
  if (part == 0) divisor = sent.weight;
  const auto pass_number = static_cast<std::uint64_t>(sent.number * params_.accumulate_steps + part);
  batch_upload_.send(batch, {static_cast<float>(rate), static_cast<float>(1 / divisor)}, seed_, pass_number);
  if (measured_steps_ < steps_before_graph) {
    // The last measured step counts: LibTorch initialises itself in the first.
    if (part == 0) shares_ = {};
    state_.wait();
    mark_clock_.lap();
  }
  const auto images = static_cast<std::int64_t>(batch.size());
  if (by_host) {
    sent.weight = pass_with_host_loss(batch, part == 0, divisor);
  } else if (params_.accumulate_steps > 1 || needs_host()) {
    pass(images, part == 0);
  } else {
    whole_step(images);
  }
}

at::Tensor ResidentLearner::forward(const BatchUpload::Read& batch_upload) {
  return network_.compute(batch_upload.images, {.training = true,
                                                .precision = precision_,
                                                .recompute = params_.gradient_checkpointing,
                                                .kept = &batch_upload.kept});
}

void ResidentLearner::pass(std::int64_t images, bool first) {
  network_.lists().forget_gradients();
  const auto batch_upload = batch_upload_.read(images);
  const auto scores = forward(batch_upload);
  const auto sum = tensor_loss_->sum(scores, batch_upload.truth);
  mark(&Shares::forward);
  backward_from(scores, sum, batch_upload.seed, first);
}

double ResidentLearner::pass_with_host_loss(const Batch& batch, bool first, double& divisor) {
  network_.lists().forget_gradients();
  const auto batch_upload = batch_upload_.read(static_cast<std::int64_t>(batch.size()));
  const auto scores = forward(batch_upload);
  const auto host_scores = scores.detach().cpu().requires_grad_(true);
  const auto [sum, weight] = (*loss_)(host_scores, batch);
  sum.backward();
  if (first) divisor = weight;
  loss_sum_ = sum.detach().to(device_, at::kFloat);
  mark(&Shares::forward);
  // A weighted sum has the gradient that the host computed.
  const auto gradient = host_scores.grad().to(device_) / divisor;
  backward_from(scores, (scores * gradient).sum(), at::ones_like(loss_sum_), first);
  loss_sum_ = sum.detach().to(device_, at::kFloat);
  return weight;
}

void ResidentLearner::backward_from(const at::Tensor& scores, const at::Tensor& sum, const at::Tensor& seed,
                                    bool first) {
  sum.backward(state_.scaled(seed));
  network_.lists().take_gradients(state_.gradients(), !first);
  scores_ = scores.detach();
  loss_sum_ = sum.detach();
  mark(&Shares::backward);
}

void ResidentLearner::move(double factor) {
  norms_ = state_.move(factor, batch_upload_.rate(), sent_.back().rate);
  mark(&Shares::update);
}

void ResidentLearner::whole_step(std::int64_t images) {
  const auto body = [&, images] {
    pass(images, true);
    move(1);
    write_line();
  };
  const bool full = images == params_.images_a_pass();
  if (full && graph_ != nullptr && !graph_->is_recorded() && unrecorded_steps_ >= steps_before_graph)
    record(body);
  if (full && graph_ != nullptr && graph_->is_recorded()) return graph_->replay();
  body();
  if (full) ++unrecorded_steps_;
}

void ResidentLearner::record(const std::function<void()>& body) {
  try {
    graph_->record(body);
  } catch (const c10::Error& error) {
    const std::string why = error.what_without_backtrace();
    remark_ = "steps are not recorded as a graph of the device (" + why.substr(0, why.find('\n')) +
              "); \"step_graph\": false does not try";
    graph_.reset();
  }
}

void ResidentLearner::write_line() {
  const auto tracked = params_.track_gradients ? static_cast<std::int64_t>(names().size()) : 0;
  if (!norms_.defined()) norms_ = at::zeros({1 + tracked}, state_.gradients().options());
  const auto scores = scores_.contiguous().view({-1});
  auto line = step_log_.row().narrow(0, 0, line_scores + tracked + scores.numel());
  at::cat_out(line, {loss_sum_.view({1}), norms_, scores});
}

void ResidentLearner::keep_line(TrainState& state) {
  if (params_.accumulate_steps > 1 || needs_host()) write_line();
  step_log_.keep();
  if (step_log_.is_full()) settle(state);
}

void ResidentLearner::settle(TrainState& state) {
  if (sent_.empty()) return;
  const DeviceStream::In in_own(stream_);
  const auto lines = step_log_.read();
  const auto sent = std::exchange(sent_, {});
  const auto wide = static_cast<std::size_t>(width());
  count_time(state);
  for (std::size_t i = 0; i < lines.size() / wide; ++i)
    read_line(sent[i], lines.subspan(i * wide, wide), state);
}

void ResidentLearner::read_line(const Sent& sent, std::span<const float> line, TrainState& state) {
  const double loss = line[line_loss], norm = line[line_norm];
  expect_finite(loss, sent.number, state);
  const auto tracked = params_.track_gradients ? names().size() : 0;
  const auto classes = static_cast<std::size_t>(in_.model->specification.classes);
  state.tally.add(loss / sent.weight, line.subspan(line_scores + tracked, sent.truth.size() * classes),
                  sent.truth);
  sums_.loss += loss;
  sums_.weight += sent.weight;
  if (!sent.ends_step) return;
  if (is_to_be_made(norm, sent.number, state)) {
    ++state.optimizer.step;
    for (std::size_t i = 0; i < tracked; ++i)
      state.gradient_norms.add(i, static_cast<double>(line[line_scores + i]));
  }
  state.history.step_loss.push_back(sums_.loss / sums_.weight);
  state.history.step_learning_rate.push_back(sent.rate);
  state.history.step_gradient_norm.push_back(norm);
  sums_ = {};
}

void ResidentLearner::count_time(TrainState& state) {
  const double busy = std::max(0.0, read_clock_.lap() - std::exchange(wait_seconds_, 0));
  const double all = shares_.forward + shares_.backward + shares_.update;
  if (all == 0) return;
  state.phases.forward += busy * shares_.forward / all;
  state.phases.backward += busy * shares_.backward / all;
  state.phases.update += busy * shares_.update / all;
}

void ResidentLearner::mark(double Shares::*share) {
  if (measured_steps_ >= steps_before_graph) return;
  state_.wait();
  shares_.*share += mark_clock_.lap();
}

void ResidentLearner::take(const TrainState& state) {
  const DeviceStream::In in_own(stream_);
  network_.to_device();
  state_.take(state);
  // The recorded graph refers to memory that was freed.
  if (graph_ != nullptr && graph_->is_recorded()) graph_ = make_graph_();
  sent_.clear();
  sums_ = {};
  fetched_ = true;
}

void ResidentLearner::learn_anew() {
  const DeviceStream::In in_own(stream_);
  state_.learn_anew();
  if (graph_ != nullptr && graph_->is_recorded()) graph_ = make_graph_();
  unrecorded_steps_ = 0;
}

void ResidentLearner::fetch(TrainState& state) {
  settle(state);
  if (std::exchange(fetched_, true)) return;
  const DeviceStream::In in_own(stream_);
  state_.fetch(state);
}

Tally ResidentLearner::validate(const Dataset& data, TrainState& state, const Context& context) {
  settle(state);
  const DeviceStream::In in_own(stream_);
  std::optional<ResidentState::Averaged> averaged;
  if (params_.ema_decay > 0) averaged.emplace(state_);
  return scored(data, state, context);
}

}  // namespace fovea
