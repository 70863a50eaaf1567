#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/port.hpp"
#include "runtime/store/array.hpp"

namespace fovea {

/// Which part of the data a sample belongs to by its source.
enum class Part : std::uint8_t { none = 0, train = 1, validation = 2, test = 3 };

/// Labelled images of one size. A part of a data set is a view: an index list over the pixels of its source.
struct Dataset {
  static constexpr std::string_view kind = "Dataset";
  static const Codec& codec();

  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;    ///< 1 (gray) or 3 (RGB)
  Array<std::uint8_t> pixels;  ///< all M images of the source: M x H x W x C
  Array<std::uint32_t> index;  ///< N: which of the source's images these are
  Array<std::int32_t> labels;  ///< N: from 0 to classes - 1
  Array<std::uint8_t> parts;   ///< N: `Part` of each sample by its source
  std::vector<std::string> class_names;
  std::vector<double> mean;       ///< per channel, of values scaled to 0 .. 1
  std::vector<double> deviation;  ///< per channel, likewise (population)
  std::string source;  ///< identity of the stored Dataset that owns the pixels; "" where this one does

  std::size_t size() const { return index.size(); }
  std::size_t classes() const { return class_names.size(); }
  std::size_t image_bytes() const { return height * width * channels; }
  /// Sample i, from 0 to N - 1, as H x W x C.
  std::span<const std::uint8_t> image(std::size_t i) const {
    return pixels.span().subspan(index[i] * image_bytes(), image_bytes());
  }
};

/// How many samples each class has.
std::vector<std::size_t> class_counts(const Dataset& data);

/// Sets mean and deviation per channel from the samples of this data set; exact whatever their order.
void measure_statistics(Dataset& data);

/// The samples at these positions of `data` as a view that shares its pixels, statistics measured anew.
/// `object` is the identity of `data`.
Dataset view(const Dataset& data, const std::string& object, std::vector<std::uint32_t> positions);

}  // namespace fovea
