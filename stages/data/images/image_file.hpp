#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "stages/data/images/resample.hpp"

namespace fovea {

/// The bytes of an image file.
using FileBytes = std::span<const std::uint8_t>;

/// Returns whether these are the first bytes of a JPEG or PNG file.
bool is_image(FileBytes bytes);

/// Returns the size of a JPEG or PNG file from its header, after its EXIF orientation, with 1 channel for
/// gray, else 3. Throws `Error` that begins with `place` where the bytes are neither, or announce no pixels
/// or more than 64 megapixels.
ImageSize image_size(FileBytes bytes, const std::string& place);

/// Decodes JPEG (gray, colour, CMYK) and PNG (all depths, palettes; transparency on white) to gray or RGB
/// bytes in their orientation. Reuses its memory; not thread-safe. Throws `Error` that begins with `place`
/// where a file is damaged or does not end where it should.
class ImageDecoder {
 public:
  ImageDecoder();
  ~ImageDecoder();
  ImageDecoder(ImageDecoder&&) noexcept;

  /// A decoded image that covers at least the requested region, which is `part` of these pixels. It is valid
  /// until the next call.
  struct Picture {
    std::span<const std::uint8_t> pixels;  ///< H x W x C
    ImageSize size;
    Region part;
  };
  /// Decodes everything in the fastest way that detects any damage; returns the size after orientation.
  ImageSize check(FileBytes bytes, const std::string& place);
  /// Returns an oddity of the last decoded image that did not damage its pixels, such as stray bytes before a
  /// marker; "" where there is none.
  std::string oddity() const;
  /// Decodes the whole image with 1 (gray) or 3 channels.
  Picture whole(FileBytes bytes, std::size_t channels, const std::string& place);
  /// Decodes what is needed to see `part` (in pixels of the whole image as it is seen) in `height` x `width`:
  /// only the rows and columns that count, and JPEG at a half, a quarter or an eighth of its size where that
  /// is still enough and the filter has antialiasing.
  Picture part(FileBytes bytes, std::size_t channels, const Region& part, std::size_t height,
               std::size_t width, const Filter& filter, const std::string& place);

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace fovea
