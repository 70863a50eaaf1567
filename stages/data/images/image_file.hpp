#pragma once

#include <memory>
#include <string>

#include "stages/data/images/resample.hpp"

namespace fovea {

/// The bytes of an image file.
using FileBytes = std::span<const std::uint8_t>;

/// Whether these are the first bytes of a JPEG or PNG file.
bool is_image(FileBytes bytes);

/// Reads only the header of a JPEG or PNG file: the size in which the image is seen, which is after the
/// orientation that EXIF tells in either, and 1 channel for gray, else 3. Throws `Error` that begins with
/// `place` where the bytes are neither, or announce no pixels or more than 64 megapixels.
ImageSize image_size(FileBytes bytes, const std::string& place);

/// Decodes JPEG (gray, colour, CMYK) and PNG (all depths, palettes; what is transparent is seen on white) as
/// gray or RGB bytes, the right way up. Keeps its memory from one image to the next. For one thread. Throws
/// `Error` that begins with `place` where a file is damaged or does not end where it should.
class ImageDecoder {
 public:
  ImageDecoder();
  ~ImageDecoder();
  ImageDecoder(ImageDecoder&&) noexcept;

  /// What was decoded: at least the part that was asked for, which is `part` of these pixels. It stays until
  /// the next call.
  struct Picture {
    std::span<const std::uint8_t> pixels;  ///< H x W x C
    ImageSize size;
    Region part;
  };
  /// Goes through all that is stored, in the quickest way that meets every damage; gives the size in which
  /// the image is seen.
  ImageSize check(FileBytes bytes, const std::string& place);
  /// What is not in order in the image that was decoded last although all its pixels are whole, such as stray
  /// bytes before a marker; "" where nothing is.
  std::string oddity() const;
  /// Decodes the whole image with 1 (gray) or 3 channels.
  Picture whole(FileBytes bytes, std::size_t channels, const std::string& place);
  /// Decodes what is needed to see `part` (in pixels of the whole image as it is seen) in `height` x `width`:
  /// JPEG at a half, a quarter or an eighth of its size where that is still enough, and only the rows and
  /// columns that count.
  Picture part(FileBytes bytes, std::size_t channels, const Region& part, std::size_t height,
               std::size_t width, const std::string& place);

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace fovea
