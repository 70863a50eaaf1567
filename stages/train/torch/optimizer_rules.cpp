#include "stages/train/torch/optimizer_rules.hpp"

#include <cassert>
#include <cmath>

#include "stages/model/torch/kernels/vector_loops.hpp"

namespace fovea {
namespace {

float in_float(double value) {
  return static_cast<float>(value);
}

/// The numbers of one step of Adam that are the same for all weights.
struct AdamStep {
  float beta_1, beta_2, new_1, new_2;
  float keep;    ///< share of the weight that a decoupled decay leaves
  float decay;   ///< of a classic one
  float rate;    ///< with the correction of the first moment
  float unbias;  ///< of the root of the second
  float epsilon;
};

FOVEA_VECTOR_LOOPS void adam_loop(float* __restrict weights, const float* __restrict gradients,
                                  float* __restrict mean, float* __restrict square, std::size_t count,
                                  AdamStep s) {
  for (std::size_t i = 0; i < count; ++i) {
    const float g = gradients[i] + s.decay * weights[i];
    mean[i] = s.beta_1 * mean[i] + s.new_1 * g;
    square[i] = s.beta_2 * square[i] + s.new_2 * (g * g);
    weights[i] = s.keep * weights[i] - s.rate * mean[i] / (std::sqrt(square[i]) * s.unbias + s.epsilon);
  }
}

FOVEA_VECTOR_LOOPS void amsgrad_loop(float* __restrict weights, const float* __restrict gradients,
                                     float* __restrict mean, float* __restrict square,
                                     float* __restrict largest, std::size_t count, AdamStep s) {
  for (std::size_t i = 0; i < count; ++i) {
    const float g = gradients[i] + s.decay * weights[i];
    mean[i] = s.beta_1 * mean[i] + s.new_1 * g;
    square[i] = s.beta_2 * square[i] + s.new_2 * (g * g);
    largest[i] = largest[i] > square[i] ? largest[i] : square[i];
    weights[i] = s.keep * weights[i] - s.rate * mean[i] / (std::sqrt(largest[i]) * s.unbias + s.epsilon);
  }
}

/// The gradient moves the velocity; `now` times the gradient and `ahead` times the velocity move the weights.
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

struct RmspropStep {
  float rho, fresh, decay, rate, momentum, epsilon;
  float centered;  ///< 1 or 0
};

FOVEA_VECTOR_LOOPS void rmsprop_loop(float* __restrict weights, const float* __restrict gradients,
                                     float* __restrict square, float* __restrict velocity,
                                     float* __restrict mean, std::size_t count, RmspropStep s) {
  for (std::size_t i = 0; i < count; ++i) {
    const float g = gradients[i] + s.decay * weights[i];
    square[i] = s.rho * square[i] + s.fresh * (g * g);
    mean[i] = s.centered * (s.rho * mean[i] + s.fresh * g);
    velocity[i] = s.momentum * velocity[i] + g / (std::sqrt(square[i] - mean[i] * mean[i]) + s.epsilon);
    weights[i] -= s.rate * velocity[i];
  }
}

FOVEA_VECTOR_LOOPS void adadelta_loop(float* __restrict weights, const float* __restrict gradients,
                                      float* __restrict square, float* __restrict moved, std::size_t count,
                                      float rho, float fresh, float decay, float rate, float epsilon) {
  for (std::size_t i = 0; i < count; ++i) {
    const float g = gradients[i] + decay * weights[i];
    square[i] = rho * square[i] + fresh * (g * g);
    const float move = std::sqrt(moved[i] + epsilon) / std::sqrt(square[i] + epsilon) * g;
    moved[i] = rho * moved[i] + fresh * (move * move);
    weights[i] -= rate * move;
  }
}

FOVEA_VECTOR_LOOPS void adagrad_loop(float* __restrict weights, const float* __restrict gradients,
                                     float* __restrict sum, std::size_t count, float decay, float rate,
                                     float epsilon) {
  for (std::size_t i = 0; i < count; ++i) {
    const float g = gradients[i] + decay * weights[i];
    sum[i] += g * g;
    weights[i] -= rate * g / (std::sqrt(sum[i]) + epsilon);
  }
}

FOVEA_VECTOR_LOOPS void lion_loop(float* __restrict weights, const float* __restrict gradients,
                                  float* __restrict mean, std::size_t count, float beta_1, float new_1,
                                  float beta_2, float new_2, float keep, float rate) {
  for (std::size_t i = 0; i < count; ++i) {
    const float g = gradients[i];
    const float way = beta_1 * mean[i] + new_1 * g;
    const float sign = way > 0 ? 1.0F : way < 0 ? -1.0F : 0.0F;
    weights[i] = keep * weights[i] - rate * sign;
    mean[i] = beta_2 * mean[i] + new_2 * g;
  }
}

/// A rule that moves each number by itself.
class ElementwiseRule : public Optimizer {
 public:
  explicit ElementwiseRule(const OptimizerParams& params) : params_(params) { choose(params.type); }

 private:
  using Update = void (ElementwiseRule::*)(const Piece&) const;
  void choose(const std::string& type) {
    if (type == "sgd") return set(params_.moved_on() > 0 ? 1 : 0, &ElementwiseRule::sgd);
    if (type == "rmsprop") return set(3, &ElementwiseRule::rmsprop);
    if (type == "adadelta") return set(2, &ElementwiseRule::adadelta);
    if (type == "adagrad") return set(1, &ElementwiseRule::adagrad);
    if (type == "lion") return set(1, &ElementwiseRule::lion);
    assert(type == "adamw" || type == "adam");
    set(params_.amsgrad ? 3 : 2, &ElementwiseRule::adam);
  }
  void set(std::size_t count, Update rule) {
    moments_ = count;
    update_ = rule;
  }
  std::size_t moments() const override { return moments_; }
  void update(const Piece& piece) const override { (this->*update_)(piece); }

  void adam(const Piece& piece) const {
    const auto& [w, g, m, count, rate, decay, step, rows] = piece;
    const auto s = numbers(piece, params_.type == "adamw");
    if (params_.amsgrad) return amsgrad_loop(w, g, m[0], m[1], m[2], count, s);
    adam_loop(w, g, m[0], m[1], count, s);
  }
  AdamStep numbers(const Piece& piece, bool decoupled) const {
    const auto step = static_cast<double>(piece.step);
    const double beta_1 = params_.beta_1, beta_2 = params_.second_beta();
    return {.beta_1 = in_float(beta_1),
            .beta_2 = in_float(beta_2),
            .new_1 = in_float(1 - beta_1),
            .new_2 = in_float(1 - beta_2),
            .keep = in_float(decoupled ? 1 - piece.learning_rate * piece.decay : 1),
            .decay = in_float(decoupled ? 0 : piece.decay),
            .rate = in_float(piece.learning_rate / (1 - std::pow(beta_1, step))),
            .unbias = in_float(1 / std::sqrt(1 - std::pow(beta_2, step))),
            .epsilon = in_float(params_.kept_from_zero())};
  }

  void sgd(const Piece& piece) const {
    const auto rate = in_float(piece.learning_rate), decay = in_float(piece.decay);
    const auto momentum = in_float(params_.moved_on());
    if (momentum == 0) return plain_loop(piece.weights, piece.gradients, piece.count, decay, rate);
    const float now = params_.nesterov ? rate : 0;
    const float ahead = params_.nesterov ? rate * momentum : rate;
    momentum_loop(piece.weights, piece.gradients, piece.moments[0], piece.count, decay, momentum, now, ahead);
  }

  void rmsprop(const Piece& piece) const {
    const auto& [w, g, m, count, rate, decay, step, rows] = piece;
    rmsprop_loop(
        w, g, m[0], m[1], m[2], count,
        {in_float(params_.rho), in_float(1 - params_.rho), in_float(decay), in_float(rate),
         in_float(params_.moved_on()), in_float(params_.kept_from_zero()), params_.centered ? 1.0F : 0.0F});
  }

  void adadelta(const Piece& piece) const {
    const auto& [w, g, m, count, rate, decay, step, rows] = piece;
    adadelta_loop(w, g, m[0], m[1], count, in_float(params_.rho), in_float(1 - params_.rho), in_float(decay),
                  in_float(rate), in_float(params_.kept_from_zero()));
  }

  void adagrad(const Piece& piece) const {
    const auto& [w, g, m, count, rate, decay, step, rows] = piece;
    adagrad_loop(w, g, m[0], count, in_float(decay), in_float(rate), in_float(params_.kept_from_zero()));
  }

  void lion(const Piece& piece) const {
    const auto& [w, g, m, count, rate, decay, step, rows] = piece;
    const double beta_1 = params_.beta_1, beta_2 = params_.second_beta();
    lion_loop(w, g, m[0], count, in_float(beta_1), in_float(1 - beta_1), in_float(beta_2),
              in_float(1 - beta_2), in_float(1 - rate * decay), in_float(rate));
  }

  const OptimizerParams params_;
  std::size_t moments_ = 0;
  Update update_ = nullptr;
};

}  // namespace

std::unique_ptr<Optimizer> elementwise_rule(const OptimizerParams& params) {
  return std::make_unique<ElementwiseRule>(params);
}

}  // namespace fovea
