#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/array.hpp"

namespace fovea {

/// The number types that artifacts are made of: uint8, int32, uint32, int64, float and double.
template <class T>
concept Number =
    std::same_as<T, std::uint8_t> || std::same_as<T, std::int32_t> || std::same_as<T, std::uint32_t> ||
    std::same_as<T, std::int64_t> || std::same_as<T, float> || std::same_as<T, double>;

/// The extent of a dataset, slowest dimension first: N x H x W x C.
using Shape = std::vector<std::size_t>;

/// Writes one HDF5 file that `h5py` and `h5dump` read with no help: contiguous datasets, UTF-8 names, no
/// times, so that equal contents give equal bytes. Names may hold "/", which makes groups. Throws `Error`
/// with path and cause.
class H5Writer {
 public:
  explicit H5Writer(const std::filesystem::path& path);
  ~H5Writer();
  H5Writer(const H5Writer&) = delete;
  H5Writer& operator=(const H5Writer&) = delete;

  /// Writes a dataset of the given shape, whose product is the number of values.
  template <Number T>
  void write(const std::string& name, std::span<const T> values, const Shape& shape);
  template <Number T>
  void write(const std::string& name, const std::vector<T>& values) {
    write<T>(name, std::span<const T>(values), {values.size()});
  }
  template <Number T>
  void write(const std::string& name, const Array<T>& values, const Shape& shape) {
    write<T>(name, values.span(), shape);
  }
  /// Writes a list of UTF-8 texts.
  void write(const std::string& name, const std::vector<std::string>& texts);
  /// Sets an attribute of a dataset or group, or of the file itself where `name` is "/".
  void attribute(const std::string& name, const std::string& key, const std::string& value);
  void attribute(const std::string& name, const std::string& key, std::int64_t value);
  void attribute(const std::string& name, const std::string& key, double value);
  /// Finishes the file; throws where something could not be written.
  void close();

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

/// Reads one HDF5 file. Numbers are mapped, not copied: the arrays keep the mapping alive.
/// External links, external storage, virtual datasets and filters are refused. Throws `Error` with path and
/// place.
class H5Reader {
 public:
  explicit H5Reader(const std::filesystem::path& path);
  ~H5Reader();
  H5Reader(const H5Reader&) = delete;
  H5Reader& operator=(const H5Reader&) = delete;

  bool has(const std::string& name) const;
  Shape shape(const std::string& name) const;
  /// The values of a dataset; its type must be T.
  template <Number T>
  Array<T> read(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name) const;
  /// The full names of all datasets in a group and its groups ("" = the whole file), sorted.
  std::vector<std::string> datasets(const std::string& group = "") const;
  bool has_attribute(const std::string& name, const std::string& key) const;
  std::string text_attribute(const std::string& name, const std::string& key) const;
  std::int64_t whole_attribute(const std::string& name, const std::string& key) const;
  double number_attribute(const std::string& name, const std::string& key) const;

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace fovea
