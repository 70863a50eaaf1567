#pragma once

#include <cstdint>

namespace fovea {

/// What a loss is multiplied by, and its gradients are divided by, so that small ones do not vanish in fp16
/// (Micikevicius et al., 2018). The rule and its numbers are those of torch.cuda.amp.GradScaler.
struct LossScale {
  static constexpr std::int64_t steps_to_double = 2000;

  double scale = 65536;
  std::int64_t good_steps = 0;  ///< in a row, since the scale last changed

  /// After the gradients of a step: where they were not all finite, the step is to be skipped and the scale
  /// halves; it doubles after 2000 good steps.
  void update(bool finite) {
    good_steps = finite ? good_steps + 1 : 0;
    if (!finite) scale /= 2;
    if (good_steps < steps_to_double) return;
    scale *= 2;
    good_steps = 0;
  }
  /// Whether it is too small to be of use.
  bool has_vanished() const { return scale < 1; }
};

}  // namespace fovea
