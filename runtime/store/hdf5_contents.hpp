#pragma once

#include <map>
#include <utility>
#include <variant>

#include "runtime/store/files.hpp"
#include "runtime/store/hdf5.hpp"

namespace fovea {

/// Returns the name of the number type T in errors.
template <Number T> constexpr std::string_view number_name() {
  if constexpr (std::same_as<T, std::uint8_t>) return "uint8";
  if constexpr (std::same_as<T, std::int32_t>) return "int32";
  if constexpr (std::same_as<T, std::uint32_t>) return "uint32";
  if constexpr (std::same_as<T, std::int64_t>) return "int64";
  if constexpr (std::same_as<T, float>) return "float";
  if constexpr (std::same_as<T, double>) return "double";
}

/// One dataset: the position of its values in the file, or its texts.
struct H5Dataset {
  std::string type;  ///< `number_name`, "text" or "something else"
  Shape shape;
  std::size_t count = 1;
  std::size_t offset = 0;
  std::vector<std::string> texts;
};

using H5Attribute = std::variant<std::string, std::int64_t, double>;

/// The contents of a file that a reader needs. The HDF5 library is called once; after that the mapping
/// suffices.
struct H5Contents {
  std::shared_ptr<const MappedFile> file;
  std::map<std::string, H5Dataset> datasets;
  std::map<std::pair<std::string, std::string>, H5Attribute> attributes;  ///< by owner and key
};

/// Scans a whole file; throws `Error` if something in it is damaged or refused.
H5Contents scan_hdf5(std::shared_ptr<const MappedFile> file);
/// The same for a caller that holds the lock of `enter_hdf5`.
H5Contents scan_hdf5_locked(std::shared_ptr<const MappedFile> file);

/// Returns the number of values of a dataset, each `width` bytes, after a check that the file holds them all.
std::size_t count_within(const H5Contents& contents, const H5Dataset& dataset, std::size_t width,
                         const std::string& place);

/// Returns the name without a leading slash; "" for the file itself.
inline std::string plain_name(const std::string& name) {
  return name.starts_with('/') ? name.substr(1) : name;
}

}  // namespace fovea
