#include "stages/train/find_learning_rate.hpp"
#include "runtime/ceil_div.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "stages/evaluate/torch/scoring.hpp"
#include "stages/model/torch/setup.hpp"
#include "stages/train/torch/learner.hpp"

namespace fovea {
namespace {

/// The loss has diverged where it is this many times its lowest value.
constexpr double diverged_at = 4;

/// The batches of successive epochs.
class EndlessStream {
 public:
  EndlessStream(const AugmentationRecipe& batches, std::int64_t batch_size, std::size_t threads)
      : batches_(batches),
        batch_size_(static_cast<std::size_t>(batch_size)),
        threads_(threads),
        stream_(begin()) {}
  /// Returns the stream that holds the next batch.
  BatchStream& next() {
    const auto per_epoch = ceil_div(batches_.data->size(), batch_size_);
    if (taken_ > 0 && taken_ % per_epoch == 0) stream_ = begin();
    ++taken_;
    return *stream_;
  }

 private:
  std::unique_ptr<BatchStream> begin() {
    return std::make_unique<BatchStream>(BatchStream::training(batches_, epoch_++, batch_size_, threads_));
  }
  const AugmentationRecipe& batches_;
  std::size_t batch_size_, threads_, taken_ = 0;
  std::uint32_t epoch_ = 0;
  std::unique_ptr<BatchStream> stream_;
};

/// Formats a rate with three digits.
std::string short_text(double rate) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", rate);
  return text;
}

double rate_of(const FindLearningRate::Params& params, std::int64_t step) {
  const double share = static_cast<double>(step) / static_cast<double>(params.steps - 1);
  return params.from * std::pow(params.to / params.from, share);
}

RateRange measure(const Train::In<Value>& in, const FindLearningRate::Params& params,
                  const Context& context) {
  const auto learner = Learner::make(in,
                                     {.batch_size = params.batch_size,
                                      .optimizer = params.optimizer,
                                      .clip = params.clip,
                                      .loss = params.loss,
                                      .precision = params.precision,
                                      .log_every = 1},
                                     context.seed, compute_device(context.device));
  TrainState state;
  learner->begin(state);
  state.history.steps_per_epoch = params.steps;
  EndlessStream batches(*in.batches, params.batch_size, context.threads);
  RateRange range;
  for (std::int64_t step = 0; step < params.steps && !range.diverged; ++step) {
    if (context.stop.stop_requested()) throw Stopped{};
    const double rate = rate_of(params, step);
    try {
      learner->step(batches.next(), step, rate, state);
    } catch (const LossNotFinite&) {
      range.diverged = true;
      break;
    }
    range.rate.push_back(rate);
    range.loss.push_back(state.history.step_loss.back());
    const auto smooth = smoothed(range.loss);
    range.diverged = smooth.back() > diverged_at * *std::min_element(smooth.begin(), smooth.end());
    context.progress(static_cast<std::size_t>(step + 1), static_cast<std::size_t>(params.steps),
                     "learning rate " + short_text(rate));
  }
  return range;
}

}  // namespace

FindLearningRate::Out<Value> FindLearningRate::run(const In<Value>& in, const Params& params,
                                                   Context& context) {
  expect_images(*in.batches->data, "batches", "give \"split\" smaller shares of validation and test");
  expect_fits(*in.model, *in.batches);
  const auto batches = as_model_sees(*in.model, in.batches);
  RateRange range;
  with_torch([&] {
    const Repeatable as_asked(params.deterministic);
    const AllowTf32 in_precision(params.precision == "tf32");
    range = measure({.model = in.model, .batches = batches, .validation = batches->data}, params, context);
  });
  const auto rate = suggested_rate(range);
  context.event("learning_rate",
                rate ? "the loss falls fastest at a learning rate of " + short_text(*rate)
                     : "the loss never falls; try a wider range, or look at the data",
                {{"learning_rate", rate ? Json(*rate) : Json(nullptr)}});
  return {.range = std::move(range)};
}

}  // namespace fovea
