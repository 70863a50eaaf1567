#pragma once

#include <string>
#include <string_view>

#include "runtime/store/hdf5.hpp"

namespace fovea {

/// The names of many samples, in one block of memory.
struct Names {
  Array<std::uint8_t> bytes;    ///< all names in UTF-8, one after the other
  Array<std::int64_t> offsets;  ///< N + 1: begin of each name, and the end of the last; empty without names

  std::size_t size() const { return offsets.empty() ? 0 : offsets.size() - 1; }
  bool empty() const { return size() == 0; }
  std::string_view operator[](std::size_t i) const {
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    return {text + offsets[i], static_cast<std::size_t>(offsets[i + 1] - offsets[i])};
  }
};

/// Builds `Names` one by one.
class NameList {
 public:
  void add(std::string_view name) {
    bytes_.insert(bytes_.end(), name.begin(), name.end());
    offsets_.push_back(static_cast<std::int64_t>(bytes_.size()));
  }
  /// Adds "file:0", "file:1", ... for the rows of a file.
  void add_rows(const std::string& file, std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row) add(file + ':' + std::to_string(row));
  }
  /// Returns the names, and restarts empty.
  Names finish();

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<std::int64_t> offsets_{0};
};

/// Writes the names as datasets `bytes` and `offsets`; writes nothing without names.
void write_names(const Names& names, H5Writer& file, const std::string& bytes = "names",
                 const std::string& offsets = "name_offsets");

/// Reads the names; none where the file has none. Throws `Error` that begins with `place` where the offsets
/// are not contiguous.
Names read_names(const H5Reader& file, const std::string& place, const std::string& bytes = "names",
                 const std::string& offsets = "name_offsets");

}  // namespace fovea
