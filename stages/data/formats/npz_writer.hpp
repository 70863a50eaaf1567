#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace fovea {

/// Makes a NumPy archive (.npz) of arrays that fit into memory; they are stored, not compressed, and the same
/// arrays give the same bytes.
class NpzWriter {
 public:
  /// Adds an array in row order. Throws `Error` where the archive would take 4 GiB.
  void add(const std::string& name, const std::vector<std::size_t>& shape, std::span<const float> values);
  void add(const std::string& name, const std::vector<std::size_t>& shape,
           std::span<const std::uint8_t> values);

  /// Returns the bytes of the file.
  std::string archive() const;
  /// Writes the file whole or not at all.
  void write(const std::filesystem::path& file) const;

 private:
  void add(const std::string& name, const std::string& header, std::string_view values);
  std::string bytes_, directory_;
  std::size_t entries_ = 0;
};

}  // namespace fovea
