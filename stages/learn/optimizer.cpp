#include "stages/learn/optimizer.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace fovea {
namespace {

constexpr std::int64_t grain = 1 << 15;

class AdamW : public Optimizer {
 public:
  explicit AdamW(const OptimizerParams& params) : params_(params) {}

 private:
  std::size_t moments() const override { return 2; }
  void update(const Piece& piece) const override {
    const auto step = static_cast<double>(piece.step);
    const auto beta_1 = static_cast<float>(params_.beta_1);
    const auto beta_2 = static_cast<float>(params_.beta_2);
    const auto new_1 = static_cast<float>(1 - params_.beta_1);
    const auto new_2 = static_cast<float>(1 - params_.beta_2);
    const auto keep = static_cast<float>(1 - piece.learning_rate * piece.decay);
    const auto rate = static_cast<float>(piece.learning_rate / (1 - std::pow(params_.beta_1, step)));
    const auto unbias = static_cast<float>(1 / std::sqrt(1 - std::pow(params_.beta_2, step)));
    const auto epsilon = static_cast<float>(params_.epsilon);
    float* __restrict weights = piece.weights;
    float* __restrict mean = piece.moments[0];
    float* __restrict square = piece.moments[1];
    for (std::size_t i = 0; i < piece.count; ++i) {
      const float g = piece.gradients[i];
      mean[i] = beta_1 * mean[i] + new_1 * g;
      square[i] = beta_2 * square[i] + new_2 * (g * g);
      weights[i] = keep * weights[i] - rate * mean[i] / (std::sqrt(square[i]) * unbias + epsilon);
    }
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
    for (std::size_t i = 0; i < piece.count; ++i) {
      const float g = piece.gradients[i] + decay * piece.weights[i];
      float change = g;
      if (momentum > 0) {
        float& velocity = piece.moments[0][i];
        velocity = momentum * velocity + g;
        change = params_.nesterov ? g + momentum * velocity : velocity;
      }
      piece.weights[i] -= rate * change;
    }
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
      const auto part = values.subspan(b * block, std::min(block, values.size() - b * block));
      for (std::size_t i = 0; i < part.size(); ++i) lanes[i % 8] += static_cast<double>(part[i]) * part[i];
      for (const double lane : lanes) sums[b] += lane;
    }
  });
  double sum = 0;
  for (const double one : sums) sum += one;
  return std::sqrt(sum);
}

void scale(std::span<float> values, float factor) {
  for (auto& value : values) value *= factor;
}

}  // namespace fovea
