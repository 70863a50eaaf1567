#pragma once

#include "stages/data/dataset.hpp"

namespace fovea {

/// Builds a data set of a user's stage, image by image. Wrong calls throw `Error`.
///
///     DatasetBuilder builder(28, 28, 1, {"cat", "dog"});
///     builder.add(pixels, 1);
///     builder.add(more, 0, Part::test);
///     return {.data = builder.build()};
class DatasetBuilder {
 public:
  /// Images are seen in this size; channels are 1 (gray) or 3 (RGB). A label is an index into `class_names`.
  DatasetBuilder(std::size_t height, std::size_t width, std::size_t channels,
                 std::vector<std::string> class_names);

  /// Adds an image of H x W x C bytes. Its default name is its number.
  void add(std::span<const std::uint8_t> pixels, std::size_t label, Part part = Part::train,
           std::string_view name = {});
  /// Adds an image of any size as the bytes of its JPEG or PNG file. All images of a data set are added in
  /// the same way.
  void add_file(std::span<const std::uint8_t> bytes, std::size_t label, Part part = Part::train,
                std::string_view name = {});

  /// Returns the number of added images.
  std::size_t size() const { return labels_.size(); }
  /// Returns the data set with its statistics, and restarts empty with the same classes. A class may be
  /// empty, the data set may not.
  Dataset build();

 private:
  void add_label(std::size_t label, Part part, std::string_view name);
  std::size_t height_, width_, channels_;
  std::vector<std::string> class_names_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::int64_t> offsets_;
  std::vector<std::int32_t> extents_;
  std::vector<std::int32_t> labels_;
  std::vector<std::uint8_t> parts_;
  NameList names_;
  bool has_names_ = false;
};

}  // namespace fovea
