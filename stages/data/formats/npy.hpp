#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// What the header of a .npy array announces.
struct NpyHeader {
  char kind = 0;          ///< 'u' and 'i' whole numbers, 'f' floating point, 'b' true or false, ...
  std::size_t width = 0;  ///< bytes of a value
  bool big_endian = false;
  bool fortran = false;  ///< whether the first index runs fastest
  std::vector<std::size_t> shape;

  /// How many values the array has; throws `Error` that begins with `place` where no memory has so many.
  std::uint64_t values(const std::string& place) const;
  /// "uint8", "float32": the type as NumPy calls it.
  std::string type() const;
};

/// Parses the text of a header: a Python dictionary of `descr`, `fortran_order` and `shape`, and nothing
/// else. Throws `Error` that begins with `place` where it is anything else, or an array of records.
NpyHeader parse_npy_header(std::string_view text, const std::string& place);

}  // namespace fovea
