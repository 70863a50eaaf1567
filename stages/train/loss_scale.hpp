#pragma once

#include <cstdint>

namespace fovea {

/// The factor by which the loss is multiplied and its gradients are divided, so that small gradients do not
/// underflow in fp16 (Micikevicius et al., 2018). The rule and its numbers are those of
/// torch.cuda.amp.GradScaler.
struct LossScale {
  static constexpr std::int64_t steps_to_double = 2000;

  double scale = 65536;
  std::int64_t good_steps = 0;  ///< in a row, since the last change of the scale

  /// Updates the scale after the gradients of a step: it halves where they were not all finite, and that step
  /// has to be skipped; it doubles after 2000 good steps.
  void update(bool finite) {
    good_steps = finite ? good_steps + 1 : 0;
    if (!finite) scale /= 2;
    if (good_steps < steps_to_double) return;
    scale *= 2;
    good_steps = 0;
  }
  /// Returns whether the scale is too small to be of use.
  bool has_vanished() const { return scale < 1; }
};

}  // namespace fovea
