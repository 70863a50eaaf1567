#pragma once

#include <functional>

#include "tests/stages/data/formats/zip_fixture.hpp"
#include "tests/stages/data/images/image_bytes.hpp"

namespace fovea::testing {

/// A data set that is made to do harm: what it is, what is loaded, and the file that the error has to name.
struct Bomb {
  std::string what;
  std::string loaded;
  std::string named;
  std::function<void(const Folder&)> write;
};

/// Deflate of so many MiB of zeros, one MiB packed once and repeated; without an end.
inline Bytes packed_zeros(std::size_t mebibytes) {
  const auto one = packed(Bytes(1 << 20), -15, Z_FULL_FLUSH);
  Bytes all;
  all.reserve(one.size() * mebibytes + 2);
  for (std::size_t i = 0; i < mebibytes; ++i) all.insert(all.end(), one.begin(), one.end());
  return all;
}

inline Bytes joined(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// A file that begins with some bytes and goes on with zeros that take no room on the disk.
inline void write_sparse(const std::filesystem::path& path, const Bytes& begin, std::uintmax_t size) {
  write_image(path, begin);
  std::filesystem::resize_file(path, size);
}

/// Folders of one harmful image file each, and one of 900 MB of zeros; `kind` is "PNG" or "JPEG".
inline std::vector<Bomb> image_bombs(const std::string& kind, const std::string& name,
                                     const std::vector<std::pair<std::string, Bytes>>& files) {
  std::vector<Bomb> bombs;
  for (const auto& [what, bytes] : files) {
    bombs.push_back({kind + ": " + what, "", name, [name, bytes = bytes](const Folder& folder) {
                       write_image(folder / ("a/" + name), bytes);
                     }});
  }
  bombs.push_back({kind + ": 900 MB of zeros", "", name,
                   [name](const Folder& folder) { write_sparse(folder / ("a/" + name), {}, 900'000'000); }});
  return bombs;
}

/// Harmful data sets of all formats.
std::vector<Bomb> png_bombs();
std::vector<Bomb> jpeg_bombs();
std::vector<Bomb> table_bombs();

}  // namespace fovea::testing
