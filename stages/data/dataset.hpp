#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "graph/port.hpp"
#include "runtime/store/array.hpp"
#include "stages/data/attributes.hpp"
#include "stages/data/images/decoders.hpp"
#include "stages/data/preprocessing.hpp"

namespace fovea {

/// The part of the data that a sample belongs to in its source.
enum class Part : std::uint8_t { none = 0, train = 1, validation = 2, test = 3 };

/// Labelled images that are seen in one size. They are kept as pixels of that size, or as the bytes of their
/// files, which are decoded on use. A part of a data set is a view: an index list over the images of its
/// source.
struct Dataset {
  static constexpr std::string_view kind = "Dataset";
  static const Codec& codec();
  static Json read_with() { return decoded_with(); }

  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;    ///< 1 (gray) or 3 (RGB)
  Array<std::uint8_t> pixels;  ///< all M images of the source: M x H x W x C; empty where they are encoded
  Array<std::uint8_t>
      encoded;  ///< the bytes of the M files, JPEG or PNG, one after the other; empty where images are pixels
  Array<std::int64_t> offsets;          ///< M + 1: begin of each file in `encoded`, and the end of the last
  Array<std::int32_t> extents;          ///< M x 2: original height and width of each image
  Names names;                          ///< of the M images; empty where images are called by their numbers
  std::vector<Attribute> attributes{};  ///< of the M images
  Array<std::uint32_t> index;           ///< N: positions of the samples among the source's images
  Array<std::int32_t> labels;           ///< N: from 0 to classes - 1
  Array<std::uint8_t> parts;            ///< N: `Part` of each sample in its source
  std::vector<std::string> class_names;
  std::vector<double> mean;              ///< per channel, of values scaled to 0 .. 1
  std::vector<double> std;               ///< per channel, likewise (population)
  std::optional<Preprocessing> resized;  ///< how pixels were made of other images, where `resize` did that
  std::string source;  ///< identity of the stored Dataset that owns the pixels; "" where this one does

  std::size_t size() const { return index.size(); }
  std::size_t classes() const { return class_names.size(); }
  std::size_t image_bytes() const { return height * width * channels; }
  bool is_encoded() const { return !offsets.empty(); }
  /// Returns M, the number of images of the source.
  std::size_t images() const { return is_encoded() ? offsets.size() - 1 : pixels.size() / image_bytes(); }
  /// Returns the name of sample i: its path below the root of the data, or "file:row".
  std::string name(std::size_t i) const {
    return names.empty() ? std::to_string(index[i]) : std::string(names[index[i]]);
  }
  /// Returns the value of an attribute, by its number, of sample i.
  std::string_view attribute(std::size_t number, std::size_t i) const {
    return attributes[number].values[index[i]];
  }
  /// Returns the file of sample i, from 0 to N - 1, where images are encoded.
  std::span<const std::uint8_t> file(std::size_t i) const {
    const auto begin = static_cast<std::size_t>(offsets[index[i]]);
    return encoded.span().subspan(begin, static_cast<std::size_t>(offsets[index[i] + 1]) - begin);
  }
  /// Returns sample i, from 0 to N - 1, as H x W x C, where images are kept as pixels.
  std::span<const std::uint8_t> image(std::size_t i) const {
    return pixels.span().subspan(index[i] * image_bytes(), image_bytes());
  }
};

/// Returns the number of samples of each class.
std::vector<std::size_t> class_counts(const Dataset& data);

/// Sets mean and standard deviation per channel from the samples of this data set, exact in any order; where
/// images are encoded, from at most 500 samples at even distances, decoded by `threads` threads.
void measure_statistics(Dataset& data, std::size_t threads = 1);

/// Returns the samples at these positions of `data` as a view that shares its pixels and has statistics of
/// its own. `object` is the identity of `data`.
Dataset view(const Dataset& data, const std::string& object, std::vector<std::uint32_t> positions);

}  // namespace fovea
