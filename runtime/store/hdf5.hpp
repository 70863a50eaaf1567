#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/store/array.hpp"

namespace fovea {

class MappedFile;
struct H5Contents;

/// The number types of artifacts: uint8, int32, uint32, int64, float and double.
template <class T>
concept Number =
    std::same_as<T, std::uint8_t> || std::same_as<T, std::int32_t> || std::same_as<T, std::uint32_t> ||
    std::same_as<T, std::int64_t> || std::same_as<T, float> || std::same_as<T, double>;

/// The extent of a dataset, slowest dimension first: N x H x W x C.
using Shape = std::vector<std::size_t>;

/// Writes one HDF5 file that `h5py` and `h5dump` read without help: contiguous datasets, UTF-8 names, no
/// times, so that equal calls give equal bytes. A "/" in a name makes groups. Throws `Error` with path, place
/// and cause.
class H5Writer {
 public:
  /// Creates a file, replacing an existing one.
  explicit H5Writer(const std::filesystem::path& path);
  /// Closes the file, which is invalid unless `close` was called.
  ~H5Writer();
  H5Writer(const H5Writer&) = delete;
  H5Writer& operator=(const H5Writer&) = delete;

  /// Writes a dataset of the given shape, whose product is the number of values. Large values with an owner,
  /// which keeps their memory alive, are written by `close`.
  template <Number T> void write(const std::string& name, std::span<const T> values, const Shape& shape,
                                 std::shared_ptr<const void> owner = {});
  template <Number T> void write(const std::string& name, const std::vector<T>& values) {
    write<T>(name, std::span<const T>(values), {values.size()});
  }
  template <Number T> void write(const std::string& name, const std::vector<T>& values, const Shape& shape) {
    write<T>(name, std::span<const T>(values), shape);
  }
  template <Number T> void write(const std::string& name, const Array<T>& values, const Shape& shape) {
    write<T>(name, values.span(), shape, values.owner());
  }
  /// Writes a list of UTF-8 texts without zero bytes.
  void write(const std::string& name, const std::vector<std::string>& texts);
  /// Sets an attribute of a dataset or group, or of the file itself if `name` is "/".
  void attribute(const std::string& name, const std::string& key, const std::string& value);
  void attribute(const std::string& name, const std::string& key, std::int64_t value);
  void attribute(const std::string& name, const std::string& key, double value);
  /// Finishes the file; throws if something could not be written. The callback `follow` receives the number
  /// of final bytes again and again, at the end the size of the file.
  void close(const std::function<void(std::size_t bytes)>& follow = {});

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

/// Where a file comes from: written here, with a digest that matches, or given by a person.
enum class FileOrigin { own, elsewhere };

/// Reads one HDF5 file. Numbers are mapped, not copied: the arrays keep the mapping alive, and outlive the
/// reader. Soft and external links, external storage, virtual and chunked datasets and filters are refused.
/// Throws `Error` with path and place.
class H5Reader {
 public:
  /// With `FileOrigin::elsewhere`, HDF5 meets the file in a process of its own; see `scan_hdf5_apart`.
  explicit H5Reader(const std::filesystem::path& path, FileOrigin origin = FileOrigin::own);
  /// Reads a file that is already mapped.
  explicit H5Reader(std::shared_ptr<const MappedFile> file);
  ~H5Reader();
  H5Reader(const H5Reader&) = delete;
  H5Reader& operator=(const H5Reader&) = delete;

  /// Whether there is a dataset of that name.
  bool has(const std::string& name) const;
  Shape shape(const std::string& name) const;
  /// Returns the type of a dataset: "float" and the other number types by name, "text", or "something else".
  std::string type(const std::string& name) const;
  /// Returns the values of a dataset; its type must be T.
  template <Number T> Array<T> read(const std::string& name) const;
  /// Returns the values of a dataset, copied to a vector.
  template <Number T = double> std::vector<T> numbers(const std::string& name) const {
    const auto values = read<T>(name);
    return {values.begin(), values.end()};
  }
  /// Returns the texts of a dataset.
  std::vector<std::string> texts(const std::string& name) const;
  /// Returns the full names of all datasets in a group and its subgroups ("" = the whole file), sorted.
  std::vector<std::string> datasets(const std::string& group = "") const;
  /// Returns attributes of a dataset or group, or of the file itself if `name` is "/".
  bool has_attribute(const std::string& name, const std::string& key) const;
  std::string text_attribute(const std::string& name, const std::string& key) const;
  std::int64_t whole_attribute(const std::string& name, const std::string& key) const;
  double number_attribute(const std::string& name, const std::string& key) const;

 private:
  std::unique_ptr<const H5Contents> contents_;
};

}  // namespace fovea
