#pragma once

#include <variant>

#include "stages/data/ops/auto_ops.hpp"
#include "stages/data/ops/colour_ops.hpp"
#include "stages/data/ops/geometric_ops.hpp"
#include "stages/data/ops/mixing_ops.hpp"

namespace fovea {

/// All ops of policies. A new op is added here, with a struct and its `draw` in the files of its kind; one
/// that changes colours in a new way also needs a `ColourStep` and its formula in colours.cpp.
using Op = std::variant<FlipHorizontal, FlipVertical, Translate, Crop, RandomResizedCrop, Rotate, Zoom, Shear,
                        Brightness, Contrast, Saturation, Hue, Grayscale, Blur, Noise, Posterize, Solarize,
                        Equalize, Autocontrast, Sharpness, RandomErasing, Cutout, TrivialAugment, RandAugment,
                        AutoAugment, Mixup, CutMix>;

/// Ops on each training sample, in order, and on batches.
using Policy = std::vector<Op>;

/// Throws `Error` that begins with `place` where an op breaks a rule across its fields, or where there are
/// too many ops of a kind.
void check_policy(const Policy& policy, const std::string& place);

/// Returns the names of a policy's ops, in order.
std::vector<std::string> op_names(const Policy& policy);

/// Returns whether any op mixes the images of a batch, and their labels.
bool mixes_batches(const Policy& policy);
/// Returns whether any op blends the values of images (mixup).
bool blends_images(const Policy& policy);

/// Applies a policy, one sample at a time; thread-safe.
class Augmenter {
 public:
  /// The preprocessing says what an image is where nothing is varied, and what the mean colour is.
  Augmenter(Policy policy, Preprocessing how);

  /// Draws what is done to one sample. `taken` is the size of an image that is kept in another one than that
  /// in which it is seen: then where it is shown is drawn as well.
  Drawn draw(Random random, const std::optional<ImageSize>& taken = {}) const;
  /// Applies the choices to a sample (H x W x C bytes, already cropped) and writes H x W x C bytes.
  void carry_out(const Drawn& drawn, const std::uint8_t* image, std::uint8_t* out) const;
  /// Draws and applies, for an image that is kept as pixels of its final size.
  void augmented(const std::uint8_t* image, Random random, std::uint8_t* out) const;
  /// Returns the names of the ops that change the sample which `draw` draws with the same arguments.
  std::vector<std::string_view> applied(Random random, const std::optional<ImageSize>& taken = {}) const;
  /// Draws the choices for one batch; `drawn` is false where no op mixes it.
  Mixing mixing(Random random) const;

  const ImageSize& size() const { return how_.size; }
  const Preprocessing& preprocessing() const { return how_; }

 private:
  Policy policy_;
  Preprocessing how_;
  PixelPass pass_;
};

}  // namespace fovea
