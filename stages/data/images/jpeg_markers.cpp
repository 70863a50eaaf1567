#include "stages/data/images/jpeg_markers.hpp"

#include <cstring>

// A marker is FF and a code. Most codes are followed by a length, which counts itself, and that many bytes.
// Within pixels FF is followed by 0, or by the code of a restart.

namespace fovea {
namespace {

constexpr unsigned filler = 0xff, first_restart = 0xd0, end_of_image = 0xd9, start_of_scan = 0xda;

/// Returns whether a code has no segment.
bool stands_alone(unsigned code) {
  return code <= 1 || (code >= first_restart && code <= end_of_image);
}

}  // namespace

JpegMarkers read_jpeg_markers(FileBytes bytes) {
  JpegMarkers markers;
  std::size_t at = 2;
  while (at + 2 <= bytes.size()) {
    const auto* found =
        static_cast<const std::uint8_t*>(std::memchr(&bytes[at], filler, bytes.size() - at - 1));
    if (found == nullptr) break;
    at = static_cast<std::size_t>(found - bytes.data()) + 1;
    const unsigned code = bytes[at];
    if (code == filler) continue;
    ++at;
    if (code == end_of_image) markers.ends = true;
    if (markers.ends) break;
    if (stands_alone(code)) continue;
    if (at + 2 > bytes.size()) break;
    if (code == start_of_scan) ++markers.scans;
    at += std::size_t{bytes[at]} << 8 | bytes[at + 1];
  }
  return markers;
}

}  // namespace fovea
