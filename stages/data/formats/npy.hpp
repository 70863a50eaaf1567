#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// The header of a .npy array.
struct NpyHeader {
  char kind = 0;          ///< 'u' and 'i' integers, 'f' floating point, 'b' booleans, ...
  std::size_t width = 0;  ///< bytes of a value
  bool big_endian = false;
  bool fortran = false;  ///< whether the first index is the fastest
  std::vector<std::size_t> shape;

  /// Returns the number of values; throws `Error` that begins with `place` where no memory holds so many.
  std::uint64_t values(const std::string& place) const;
  /// Returns the type as NumPy names it: "uint8", "float32".
  std::string type() const;
};

/// Parses the text of a header: a Python dictionary of `descr`, `fortran_order` and `shape` only. Throws
/// `Error` that begins with `place` where it is anything else, or an array of records.
NpyHeader parse_npy_header(std::string_view text, const std::string& place);

}  // namespace fovea
