#pragma once

#include "stages/data/images/image_file.hpp"

namespace fovea {

/// What the markers of a JPEG file tell, without decoding it.
struct JpegMarkers {
  std::size_t scans = 0;
  bool ends = false;  ///< whether the marker is there that ends the image
};

JpegMarkers read_jpeg_markers(FileBytes bytes);

}  // namespace fovea
