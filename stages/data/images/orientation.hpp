#pragma once

#include "stages/data/images/image_file.hpp"

namespace fovea {

/// The change from the stored to the shown image: mirrored along its sides first, then transposed.
struct Orientation {
  bool flips_x = false, flips_y = false, swaps = false;

  /// Returns the orientation of EXIF's number; numbers other than 1 to 8 give the identity.
  static Orientation of(unsigned number);
  bool turns() const { return flips_x || flips_y || swaps; }

  /// Returns the shown size of an image stored in `size`.
  ImageSize seen(ImageSize size) const;
  /// Returns the stored region of a shown region, for an image stored in `size`.
  Region to_stored(const Region& seen, ImageSize size) const;
  /// Returns the shown region of a stored region, for an image stored in `size`.
  Region to_seen(const Region& stored, ImageSize size) const;
  /// Writes the shown image of an image stored in `size`.
  void turn(const std::uint8_t* image, ImageSize size, std::uint8_t* out) const;
};

/// Returns the orientation in the bytes of a TIFF file, which EXIF is; the identity where they are damaged.
Orientation tiff_orientation(FileBytes tiff);

/// Returns the orientation in a JPEG's APP1 segment: `EXIF` and a TIFF directory with the tag 274. Anything
/// else, or anything damaged, gives the identity.
Orientation exif_orientation(FileBytes segment);

}  // namespace fovea
