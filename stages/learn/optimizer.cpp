#include "stages/learn/optimizer.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

#include "stages/model/vector_loops.hpp"

namespace fovea {
namespace {

constexpr std::int64_t grain = 1 << 15;

/// The numbers of one AdamW step that are the same for all weights.
struct AdamWStep {
  float beta_1, beta_2, new_1, new_2, keep, rate, unbias, epsilon;
};

FOVEA_VECTOR_LOOPS void adamw_loop(float* __restrict weights, const float* __restrict gradients,
                                   float* __restrict mean, float* __restrict square, std::size_t count,
                                   AdamWStep s) {
  const auto [beta_1, beta_2, new_1, new_2, keep, rate, unbias, epsilon] = s;
  for (std::size_t i = 0; i < count; ++i) {
    const float g = gradients[i];
    mean[i] = beta_1 * mean[i] + new_1 * g;
    square[i] = beta_2 * square[i] + new_2 * (g * g);
    weights[i] = keep * weights[i] - rate * mean[i] / (std::sqrt(square[i]) * unbias + epsilon);
  }
}

/// The velocity is moved by the gradient, and the weights by `now` of the gradient and `ahead` of the
/// velocity.
FOVEA_VECTOR_LOOPS void momentum_loop(float* __restrict weights, const float* __restrict gradients,
                                      float* __restrict velocity, std::size_t count, float decay,
                                      float momentum, float now, float ahead) {
  for (std::size_t i = 0; i < count; ++i) {
    const float g = gradients[i] + decay * weights[i];
    velocity[i] = momentum * velocity[i] + g;
    weights[i] -= now * g + ahead * velocity[i];
  }
}

FOVEA_VECTOR_LOOPS void plain_loop(float* __restrict weights, const float* __restrict gradients,
                                   std::size_t count, float decay, float rate) {
  for (std::size_t i = 0; i < count; ++i) weights[i] -= rate * (gradients[i] + decay * weights[i]);
}

FOVEA_VECTOR_LOOPS void scale_loop(float* __restrict values, std::size_t count, float factor) {
  for (std::size_t i = 0; i < count; ++i) values[i] *= factor;
}

/// Adds squares to eight sums, each value to the next sum.
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

class AdamW : public Optimizer {
 public:
  explicit AdamW(const OptimizerParams& params) : params_(params) {}

 private:
  std::size_t moments() const override { return 2; }
  void update(const Piece& piece) const override {
    const auto step = static_cast<double>(piece.step);
    const auto [beta_1, beta_2] = std::pair{params_.beta_1, params_.beta_2};
    const std::array<double, 8> numbers{beta_1,
                                        beta_2,
                                        1 - beta_1,
                                        1 - beta_2,
                                        1 - piece.learning_rate * piece.decay,
                                        piece.learning_rate / (1 - std::pow(beta_1, step)),
                                        1 / std::sqrt(1 - std::pow(beta_2, step)),
                                        params_.epsilon};
    adamw_loop(piece.weights, piece.gradients, piece.moments[0], piece.moments[1], piece.count,
               in_floats(numbers));
  }
  static AdamWStep in_floats(const std::array<double, 8>& n) {
    const auto f = [&](std::size_t i) { return static_cast<float>(n[i]); };
    return {f(0), f(1), f(2), f(3), f(4), f(5), f(6), f(7)};
  }
  OptimizerParams params_;
};

class Sgd : public Optimizer {
 public:
  explicit Sgd(const OptimizerParams& params) : params_(params) {}

 private:
  std::size_t moments() const override { return params_.momentum > 0 ? 1 : 0; }
  void update(const Piece& piece) const override {
    const auto rate = static_cast<float>(piece.learning_rate);
    const auto decay = static_cast<float>(piece.decay);
    const auto momentum = static_cast<float>(params_.momentum);
    if (momentum == 0) return plain_loop(piece.weights, piece.gradients, piece.count, decay, rate);
    const float now = params_.nesterov ? rate : 0;
    const float ahead = params_.nesterov ? rate * momentum : rate;
    momentum_loop(piece.weights, piece.gradients, piece.moments[0], piece.count, decay, momentum, now, ahead);
  }
  OptimizerParams params_;
};

}  // namespace

OptimizerState Optimizer::begin(std::size_t weights) const {
  return {0, std::vector<std::vector<float>>(moments(), std::vector<float>(weights, 0.0F))};
}

void Optimizer::step(std::span<float> weights, std::span<const float> gradients,
                     std::span<const WeightRun> runs, double learning_rate, OptimizerState& state) const {
  assert(weights.size() == gradients.size() && state.moments.size() == moments());
  ++state.step;
  for (const auto& run : runs) {
    at::parallel_for(0, static_cast<std::int64_t>(run.count), grain,
                     [&](std::int64_t begin, std::int64_t end) {
                       const auto from = run.first + static_cast<std::size_t>(begin);
                       Piece piece{weights.data() + from,
                                   gradients.data() + from,
                                   {},
                                   static_cast<std::size_t>(end - begin),
                                   learning_rate,
                                   run.decay,
                                   state.step};
                       for (std::size_t m = 0; m < moments(); ++m)
                         piece.moments[m] = state.moments[m].data() + from;
                       update(piece);
                     });
  }
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerParams& params) {
  if (params.type == "sgd") return std::make_unique<Sgd>(params);
  assert(params.type == "adamw");
  return std::make_unique<AdamW>(params);
}

double global_norm(std::span<const float> values) {
  constexpr std::size_t block = 1 << 14;
  std::vector<double> sums((values.size() + block - 1) / block);
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
  at::parallel_for(0, static_cast<std::int64_t>(values.size()), grain,
                   [&](std::int64_t begin, std::int64_t end) {
                     scale_loop(values.data() + begin, static_cast<std::size_t>(end - begin), factor);
                   });
}

}  // namespace fovea
