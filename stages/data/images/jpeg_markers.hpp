#pragma once

#include "stages/data/images/image_file.hpp"

namespace fovea {

/// Facts about a JPEG file from its markers, without decoding it.
struct JpegMarkers {
  std::size_t scans = 0;
  bool ends = false;  ///< whether there is an end marker
};

JpegMarkers read_jpeg_markers(FileBytes bytes);

}  // namespace fovea
