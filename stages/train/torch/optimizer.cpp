#include "stages/train/torch/optimizer.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mul.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "runtime/ceil_div.hpp"
#include "stages/model/torch/kernels/vector_loops.hpp"
#include "stages/train/extensions.hpp"
#include "stages/train/torch/optimizer_rules.hpp"

namespace fovea {
namespace {

constexpr std::int64_t grain = 1 << 15;

FOVEA_VECTOR_LOOPS void move_loop(float* __restrict values, const float* __restrict target, std::size_t count,
                                  float share) {
  for (std::size_t i = 0; i < count; ++i) values[i] += share * (target[i] - values[i]);
}

/// Adds squares to eight partial sums, in turn.
FOVEA_VECTOR_LOOPS void add_squares(const float* __restrict values, std::size_t count,
                                    double* __restrict sums) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) {
      const double value = values[i + lane];
      sums[lane] += value * value;
    }
  }
  for (; i < count; ++i) sums[i % 8] += static_cast<double>(values[i]) * values[i];
}

/// Calls `body(first, count)` for shares of the numbers, on all threads.
template <class Body> void in_shares(std::size_t count, const Body& body) {
  at::parallel_for(0, static_cast<std::int64_t>(count), grain, [&](std::int64_t begin, std::int64_t end) {
    body(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  });
}

at::Tensor as_tensor(std::span<float> values) {
  return at::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, at::kFloat);
}

}  // namespace

OptimizerState Optimizer::begin(std::size_t weights) const {
  assert(moments() <= most_moments);
  return {0, std::vector<std::vector<float>>(moments(), std::vector<float>(weights, 0.0F))};
}

void Optimizer::step(std::span<float> weights, std::span<const float> gradients,
                     std::span<const WeightRun> runs, double learning_rate, OptimizerState& state) const {
  assert(weights.size() == gradients.size() && state.moments.size() == moments());
  ++state.step;
  for (const auto& run : runs) {
    const auto move = [&](std::size_t begin, std::size_t count) {
      const auto from = run.first + begin;
      Piece piece{weights.data() + from,
                  gradients.data() + from,
                  {},
                  count,
                  learning_rate * run.rate,
                  run.decay,
                  state.step,
                  run.rows};
      for (std::size_t m = 0; m < state.moments.size(); ++m)
        piece.moments[m] = state.moments[m].data() + from;
      update(piece);
    };
    if (run.rate == 0) continue;
    if (whole_tensors()) {
      move(0, run.count);
    } else {
      in_shares(run.count, move);
    }
  }
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerParams& params) {
  if (const auto* make = Extensions::of_training().optimizer(params.type)) return (*make)(params);
  if (params.type == "lamb") return lamb(params);
  if (params.type == "muon") return muon(params);
  return elementwise_rule(params);
}

double norm_of(std::span<const float> values) {
  constexpr std::size_t block = 1 << 14;
  std::vector<double> sums(ceil_div(values.size(), block));
  at::parallel_for(0, static_cast<std::int64_t>(sums.size()), 4, [&](std::int64_t begin, std::int64_t end) {
    for (auto b = static_cast<std::size_t>(begin); b < static_cast<std::size_t>(end); ++b) {
      double lanes[8] = {};
      add_squares(values.data() + b * block, std::min(block, values.size() - b * block), lanes);
      for (const double lane : lanes) sums[b] += lane;
    }
  });
  return std::sqrt(std::accumulate(sums.begin(), sums.end(), 0.0));
}

void scale(std::span<float> values, float factor) {
  as_tensor(values).mul_(factor);
}

void clamp(std::span<float> values, float limit) {
  as_tensor(values).clamp_(-limit, limit);
}

void move_towards(std::span<float> values, std::span<const float> target, float share) {
  assert(values.size() == target.size());
  in_shares(values.size(), [&](std::size_t first, std::size_t count) {
    move_loop(values.data() + first, target.data() + first, count, share);
  });
}

}  // namespace fovea
