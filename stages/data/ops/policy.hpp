#pragma once

#include <variant>

#include "stages/data/ops/auto_ops.hpp"
#include "stages/data/ops/colour_ops.hpp"
#include "stages/data/ops/geometric_ops.hpp"
#include "stages/data/ops/mixing_ops.hpp"

namespace fovea {

/// Everything that a policy may do; a new op is added here, and its kernel to what carries it out.
using Op = std::variant<FlipHorizontal, FlipVertical, Translate, Crop, RandomResizedCrop, Rotate, Zoom, Shear,
                        Brightness, Contrast, Saturation, Hue, Grayscale, Blur, Noise, Posterize, Solarize,
                        Equalize, Autocontrast, Sharpness, RandomErasing, Cutout, TrivialAugment, RandAugment,
                        AutoAugment, Mixup, CutMix>;

/// What is done to each training sample, in order, and to batches.
using Policy = std::vector<Op>;

/// Throws `Error` that begins with `place` where an op breaks a rule across its fields, or where there are
/// too many ops of a kind.
void check_policy(const Policy& policy, const std::string& place);

/// The names of a policy's ops, in order.
std::vector<std::string> op_names(const Policy& policy);

/// Whether any op mixes the images of a batch, and their labels.
bool mixes_batches(const Policy& policy);

/// Carries a policy out, one sample at a time; may be used by several threads at once.
class Augmenter {
 public:
  /// `size` is that in which images are seen; `mean` and `std` are per channel, of values scaled to
  /// 0 .. 1.
  Augmenter(Policy policy, ImageSize size, const std::vector<double>& mean, const std::vector<double>& std);

  /// Draws what is done to one sample. `taken` is the size of an image that is kept in another one than that
  /// in which it is seen: then the part of it that is seen is drawn as well.
  Drawn draw(Random random, const std::optional<ImageSize>& taken = {}) const;
  /// Writes a sample (H x W x C bytes, what was cropped being cropped already) as H x W x C normalised
  /// floats.
  void carry_out(const Drawn& drawn, const std::uint8_t* image, float* out) const;
  /// Both for an image that is kept as it is seen.
  void augmented(const std::uint8_t* image, Random random, float* out) const;
  /// Writes the sample only normalised.
  void plain(const std::uint8_t* image, float* out) const;
  /// The names of the ops that `draw` with the same arguments comes upon to change something.
  std::vector<std::string_view> applied(Random random, const std::optional<ImageSize>& taken = {}) const;
  /// Draws what is done to one batch; its `drawn` is false where nothing is.
  Mixing mixing(Random random) const;

  const ImageSize& size() const { return pass_.size(); }

 private:
  Policy policy_;
  PixelPass pass_;
};

}  // namespace fovea
