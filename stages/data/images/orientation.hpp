#pragma once

#include "stages/data/images/image_file.hpp"

namespace fovea {

/// How an image is turned from the way it is stored to the way it is seen: mirrored along its sides first,
/// then its sides change places.
struct Orientation {
  bool flips_x = false, flips_y = false, swaps = false;

  /// From EXIF's number; what is not 1 to 8 leaves the image as it is.
  static Orientation of(unsigned number);
  bool turns() const { return flips_x || flips_y || swaps; }

  /// The size in which an image stored in `size` is seen.
  ImageSize seen(ImageSize size) const;
  /// Where a part of what is seen is stored, in an image stored in `size`.
  Region to_stored(const Region& seen, ImageSize size) const;
  /// Where a part of an image stored in `size` is seen.
  Region to_seen(const Region& stored, ImageSize size) const;
  /// Writes an image stored in `size` as it is seen.
  void turn(const std::uint8_t* image, ImageSize size, std::uint8_t* out) const;
};

/// The orientation that the bytes of a TIFF file tell, which EXIF is; what is damaged tells none.
Orientation tiff_orientation(FileBytes tiff);

/// The orientation that a JPEG's APP1 segment tells: `EXIF` and a TIFF directory with the tag 274. Anything
/// else, or anything damaged, tells none.
Orientation exif_orientation(FileBytes segment);

}  // namespace fovea
