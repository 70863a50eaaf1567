#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>

#include <algorithm>
#include <cmath>

#include "stages/train/torch/optimizer_rules.hpp"

namespace fovea {
namespace {

/// Adam's direction: the bias-corrected mean over the root of the bias-corrected square.
struct AdamDirection {
  double beta_1, beta_2, epsilon;

  /// Updates both moments by the gradients and returns the direction of each number.
  std::vector<float> operator()(const float* gradients, float* mean, float* square, std::size_t count,
                                std::int64_t step) const {
    const auto b1 = static_cast<float>(beta_1), b2 = static_cast<float>(beta_2);
    const auto new_1 = static_cast<float>(1 - beta_1), new_2 = static_cast<float>(1 - beta_2);
    const auto unbias_1 = static_cast<float>(1 / (1 - std::pow(beta_1, static_cast<double>(step))));
    const auto unbias_2 = static_cast<float>(1 / std::sqrt(1 - std::pow(beta_2, static_cast<double>(step))));
    const auto small = static_cast<float>(epsilon);
    std::vector<float> direction(count);
    for (std::size_t i = 0; i < count; ++i) {
      const float g = gradients[i];
      mean[i] = b1 * mean[i] + new_1 * g;
      square[i] = b2 * square[i] + new_2 * (g * g);
      direction[i] = mean[i] * unbias_1 / (std::sqrt(square[i]) * unbias_2 + small);
    }
    return direction;
  }
};

AdamDirection adam_direction(const OptimizerParams& params) {
  return {params.beta_1, params.second_beta(), params.kept_from_zero()};
}

class Lamb : public Optimizer {
 public:
  explicit Lamb(const OptimizerParams& params) : direction_(adam_direction(params)) {}
  bool whole_tensors() const override { return true; }

 private:
  std::size_t moments() const override { return 2; }
  void update(const Piece& piece) const override {
    const auto& [w, g, m, count, rate, decay, step, rows] = piece;
    auto direction = direction_(g, m[0], m[1], count, step);
    const auto pull = static_cast<float>(decay);
    for (std::size_t i = 0; i < count; ++i) direction[i] += pull * w[i];
    const double length = norm_of({w, count}), step_length = norm_of(direction);
    const bool adapts = decay > 0 && length > 0 && step_length > 0;
    const auto move = static_cast<float>(adapts ? rate * (length / step_length) : rate);
    for (std::size_t i = 0; i < count; ++i) w[i] -= move * direction[i];
  }
  AdamDirection direction_;
};

/// Returns the nearest matrix with singular values about 1, by five steps of a Newton-Schulz iteration with
/// the coefficients of Jordan et al. (2024).
at::Tensor orthogonal(const at::Tensor& matrix) {
  constexpr double a = 3.4445, b = -4.7750, c = 2.0315;
  const bool tall = matrix.size(0) > matrix.size(1);
  auto x = tall ? matrix.t().contiguous() : matrix;
  const double norm = norm_of({x.data_ptr<float>(), static_cast<std::size_t>(x.numel())});
  x = x / std::max(norm, 1e-7);
  for (int i = 0; i < 5; ++i) {
    const auto square = at::mm(x, x.t());
    x = x * a + at::mm(square * b + at::mm(square, square) * c, x);
  }
  return (tall ? x.t() : x).contiguous();
}

class Muon : public Optimizer {
 public:
  explicit Muon(const OptimizerParams& params)
      : direction_(adam_direction(params)), momentum_(params.moved_on()), nesterov_(params.nesterov) {}
  bool whole_tensors() const override { return true; }

 private:
  std::size_t moments() const override { return 2; }
  void update(const Piece& piece) const override {
    if (piece.rows > 0) return move_matrix(piece);
    const auto& [w, g, m, count, rate, decay, step, rows] = piece;
    const auto direction = direction_(g, m[0], m[1], count, step);
    move(w, direction.data(), count, 1 - rate * decay, rate);
  }
  void move_matrix(const Piece& piece) const {
    const at::NoGradGuard no_gradients;
    const auto& [w, g, m, count, rate, decay, step, rows] = piece;
    move_towards({m[0], count}, {g, count}, static_cast<float>(1 - momentum_));
    const auto columns = static_cast<std::int64_t>(count) / rows;
    const auto velocity = at::from_blob(m[0], {rows, columns}, at::kFloat);
    const auto gradient = at::from_blob(const_cast<float*>(g), {rows, columns}, at::kFloat);
    const auto direction =
        orthogonal(nesterov_ ? gradient * (1 - momentum_) + velocity * momentum_ : velocity.clone());
    const double length = 0.2 * std::sqrt(static_cast<double>(std::max(rows, columns)));
    move(w, direction.data_ptr<float>(), count, 1 - rate * decay, rate * length);
  }
  static void move(float* weights, const float* direction, std::size_t count, double keep, double rate) {
    const auto kept = static_cast<float>(keep), moved = static_cast<float>(rate);
    for (std::size_t i = 0; i < count; ++i) weights[i] = kept * weights[i] - moved * direction[i];
  }
  AdamDirection direction_;
  double momentum_;
  bool nesterov_;
};

}  // namespace

std::unique_ptr<Optimizer> lamb(const OptimizerParams& params) {
  return std::make_unique<Lamb>(params);
}

std::unique_ptr<Optimizer> muon(const OptimizerParams& params) {
  return std::make_unique<Muon>(params);
}

}  // namespace fovea
