#pragma once

#include <filesystem>
#include <optional>

#include "stages/data/dataset.hpp"

namespace fovea {

/// An IDX file of bytes (the format of MNIST), plain or gzip. Its header is checked against the file's length
/// before memory is allocated.
class IdxFile {
 public:
  enum class Holds { images, labels };
  /// Reads the header; throws `Error` that begins with the path where the file is not of the expected kind.
  IdxFile(std::filesystem::path path, Holds what);
  ~IdxFile();
  IdxFile(IdxFile&&) noexcept;

  /// Returns the extents. Labels: N. Images: N, height, width, channels.
  const std::vector<std::size_t>& shape() const { return shape_; }
  std::size_t bytes() const;
  /// Reads all values, `bytes()` of them; throws where the file does not end exactly there.
  void read(std::span<std::uint8_t> to);
  const std::filesystem::path& path() const { return path_; }

 private:
  struct Handle;
  void check_length(std::size_t header_bytes) const;
  std::filesystem::path path_;
  std::unique_ptr<Handle> handle_;
  std::vector<std::size_t> shape_;
};

/// The files of a folder of the MNIST family; the test part may be missing.
struct IdxFiles {
  std::filesystem::path train_images, train_labels;
  std::optional<std::filesystem::path> test_images, test_labels;
};

/// Returns whether the folder holds IDX training images.
bool holds_idx(const std::filesystem::path& folder);

/// Finds the files; throws `Error` that names the missing one.
IdxFiles find_idx(const std::filesystem::path& folder);

/// Reads images, labels and parts, the training part first. Class names and statistics are left empty.
Dataset read_idx(const IdxFiles& files);

}  // namespace fovea
