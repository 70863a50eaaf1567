#include "stages/data/dataset.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <mutex>

#include "graph/error.hpp"
#include "runtime/ceil_div.hpp"
#include "runtime/store/artifact.hpp"
#include "stages/data/for_all.hpp"
#include "stages/data/vector_code.hpp"
#include "stages/data/viewer.hpp"

// A stored Dataset:
//   /              attributes height, width, channels in pixels; source, only of a view: the identity of the
//                  Dataset that holds the pixels
//   images         uint8 M x height x width x channels, 0 to 255; not in a view, nor where images are encoded
//   encoded        uint8: the files of M images, JPEG or PNG, one after the other
//   offsets        int64 M + 1: the begin of each file, and the end of the last
//   extents        int32 M x 2: original height and width of each image
//   names          uint8: the names of the M images, one after the other, in UTF-8; not in a view
//   name_offsets   int64 M + 1: the begin of each name, and the end of the last
//   attributes/0, attributes/0_offsets, attributes/1, ...
//                  text columns of the M images, stored like names; the attribute `name` of the first dataset
//                  is the column's name; only where there are columns, and not in a view
//   index          uint32 N: the position of each sample among the M images
//   labels         int32 N, parts uint8 N (0 none, 1 train, 2 validation, 3 test)
//   class_names    texts
//   mean, std      float64 per channel, of values scaled to 0 .. 1; std was called deviation until version 2
//   preprocessing  only where `resize` made the pixels: how, as in a Model

namespace fovea {
namespace {

/// Bytes are summed in 48 lanes, a multiple of the channels; 32 bits hold the squares of this many values of
/// a lane.
constexpr std::size_t lanes = 48;
constexpr std::size_t most_per_lane = 65535;

__extension__ using Whole128 = unsigned __int128;

struct Sums {
  std::array<std::uint32_t, lanes> values{};
  std::array<std::uint32_t, lanes> squares{};
};

FOVEA_VECTOR_CODE
void add_up(const std::uint8_t* bytes, std::size_t count, Sums& sums) {
  Sums local = sums;
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (std::size_t k = 0; k < lanes; ++k) {
      const std::uint32_t value = bytes[i + k];
      local.values[k] += value;
      local.squares[k] += value * value;
    }
  }
  for (std::size_t k = 0; i + k < count; ++k) {
    const std::uint32_t value = bytes[i + k];
    local.values[k] += value;
    local.squares[k] += value * value;
  }
  sums = local;
}

/// Exact sums of values and squares per channel.
class ChannelSums {
 public:
  explicit ChannelSums(std::size_t channels) : values_(channels), squares_(channels) {}

  void add(std::span<const std::uint8_t> bytes) {
    constexpr auto most = lanes * (most_per_lane / 4);
    while (!bytes.empty()) {
      const auto count = std::min(bytes.size(), most);
      const auto rounds = ceil_div(count, lanes);
      if (rounds_ + rounds > most_per_lane) flush();
      add_up(bytes.data(), count, sums_);
      rounds_ += rounds;
      bytes = bytes.subspan(count);
    }
  }
  void flush() {
    for (std::size_t k = 0; k < lanes; ++k) {
      values_[k % values_.size()] += sums_.values[k];
      squares_[k % values_.size()] += sums_.squares[k];
    }
    sums_ = {};
    rounds_ = 0;
  }
  double mean(std::size_t channel, std::uint64_t count) const {
    return static_cast<double>(values_[channel]) / static_cast<double>(count) / 255;
  }
  double std(std::size_t channel, std::uint64_t count) const {
    const auto spread = Whole128{squares_[channel]} * count - Whole128{values_[channel]} * values_[channel];
    return std::sqrt(static_cast<double>(spread)) / static_cast<double>(count) / 255;
  }

 private:
  Sums sums_;
  std::size_t rounds_ = 0;
  std::vector<std::uint64_t> values_;
  std::vector<std::uint64_t> squares_;
};

/// Adds every sample and returns their number.
std::size_t add_all(const Dataset& data, ChannelSums& sums) {
  for (std::size_t i = 0; i < data.size(); ++i) sums.add(data.image(i));
  return data.size();
}

/// Samples that are decoded for the statistics: they give the mean to less than a hundredth, and all would
/// take as long as an epoch.
constexpr std::size_t enough_decoded = 500;

/// Adds samples at even distances, and returns their number.
std::size_t add_some(const Dataset& data, std::size_t threads, ChannelSums& sums) {
  const auto count = std::min(data.size(), enough_decoded);
  const auto how = own_preprocessing(data);
  std::mutex mutex;
  for_all(count, threads, [&](std::size_t i) {
    thread_local Viewer viewer;
    const auto* seen = viewer.plain(data, i * data.size() / count, how);
    const std::scoped_lock lock(mutex);
    sums.add({seen, data.image_bytes()});
  });
  return count;
}

void write(const Dataset& data, H5Writer& file) {
  file.attribute("/", "height", static_cast<std::int64_t>(data.height));
  file.attribute("/", "width", static_cast<std::int64_t>(data.width));
  file.attribute("/", "channels", static_cast<std::int64_t>(data.channels));
  if (!data.source.empty()) {
    file.attribute("/", "source", data.source);
  } else if (data.is_encoded()) {
    file.write("encoded", data.encoded, {data.encoded.size()});
    file.write("offsets", data.offsets, {data.offsets.size()});
    file.write("extents", data.extents, {data.images(), 2});
  } else {
    file.write("images", data.pixels, {data.images(), data.height, data.width, data.channels});
  }
  if (data.source.empty()) {
    write_names(data.names, file);
    write_attributes(data.attributes, file);
  }
  file.write("index", data.index, {data.size()});
  file.write("labels", data.labels, {data.size()});
  file.write("parts", data.parts, {data.size()});
  file.write("class_names", data.class_names);
  file.write("mean", data.mean);
  file.write("std", data.std);
  if (data.resized) write_preprocessing(*data.resized, file);
}

void expect(bool right, std::string_view what_is_wrong) {
  expect_stored(Dataset::kind, right, what_is_wrong);
}

void check_files(const Dataset& data) {
  const auto& offsets = data.offsets;
  expect(offsets[0] == 0 && static_cast<std::size_t>(offsets[data.images()]) == data.encoded.size() &&
             std::is_sorted(offsets.begin(), offsets.end()),
         "its files do not lie one after the other");
  expect(data.extents.size() == 2 * data.images(), "its files and their sizes differ in number");
}

/// Throws unless the stored data set is consistent, so that its users need no check.
void check(const Dataset& data) {
  expect(data.height > 0 && data.width > 0, "images have no pixels");
  expect(data.channels == 1 || data.channels == 3, std::to_string(data.channels) + " channels");
  expect(data.pixels.size() % data.image_bytes() == 0, "its pixels are not whole images");
  if (data.is_encoded()) check_files(data);
  const auto images = data.images();
  expect(data.names.empty() || data.names.size() == images, "its images and their names differ in number");
  expect(are_of(data.attributes, images), "its images and what is told of them differ in number");
  const auto classes = static_cast<std::int32_t>(data.classes());
  expect(data.labels.size() == data.size() && data.parts.size() == data.size(), "its lists differ in length");
  expect(data.mean.size() == data.channels && data.std.size() == data.channels,
         "its statistics are not per channel");
  const ImageSize size{data.height, data.width, data.channels};
  expect(!data.resized || data.resized->size == size, "its pixels were made for another size");
  expect(std::all_of(data.index.begin(), data.index.end(), [&](auto i) { return i < images; }),
         "a sample has no image");
  expect(std::all_of(data.labels.begin(), data.labels.end(), [&](auto i) { return i >= 0 && i < classes; }),
         "a label has no class");
}

Dataset read(const H5Reader& file, const Resolve& resolve) {
  Dataset data;
  data.height = static_cast<std::size_t>(file.whole_attribute("/", "height"));
  data.width = static_cast<std::size_t>(file.whole_attribute("/", "width"));
  data.channels = static_cast<std::size_t>(file.whole_attribute("/", "channels"));
  if (file.has_attribute("/", "source")) {
    data.source = file.text_attribute("/", "source");
    const auto source = Value<Dataset>(resolve(Dataset::codec(), data.source));
    data.pixels = source->pixels;
    data.encoded = source->encoded;
    data.offsets = source->offsets;
    data.extents = source->extents;
    data.names = source->names;
    data.attributes = source->attributes;
  } else if (file.has("encoded")) {
    data.encoded = file.read<std::uint8_t>("encoded");
    data.offsets = file.read<std::int64_t>("offsets");
    data.extents = file.read<std::int32_t>("extents");
  } else {
    data.pixels = file.read<std::uint8_t>("images");
  }
  if (data.source.empty()) {
    data.names = read_names(file, "Dataset");
    data.attributes = read_attributes(file, "Dataset");
  }
  data.index = file.read<std::uint32_t>("index");
  data.labels = file.read<std::int32_t>("labels");
  data.parts = file.read<std::uint8_t>("parts");
  data.class_names = file.texts("class_names");
  data.mean = file.numbers("mean");
  data.std = file.numbers(file.has("std") ? "std" : "deviation");
  const ImageSize size{data.height, data.width, data.channels};
  if (file.has("preprocessing/mean")) data.resized = read_preprocessing(file, Dataset::kind, size);
  check(data);
  return data;
}

template <class T> Array<T> picked(const Array<T>& from, const std::vector<std::uint32_t>& positions) {
  std::vector<T> values(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) values[i] = from[positions[i]];
  return values;
}

}  // namespace

const Codec& Dataset::codec() {
  static const Codec codec = [] {
    auto made = make_codec<Dataset>(3, write, read);
    made.references = [](const void* value) -> std::vector<std::string> {
      const auto& source = static_cast<const Dataset*>(value)->source;
      return source.empty() ? std::vector<std::string>{} : std::vector{source};
    };
    return made;
  }();
  return codec;
}

std::vector<std::size_t> class_counts(const Dataset& data) {
  std::vector<std::size_t> counts(data.classes());
  for (const auto label : data.labels) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

void measure_statistics(Dataset& data, std::size_t threads) {
  data.mean.assign(data.channels, 0);
  data.std.assign(data.channels, 0);
  if (data.size() == 0) return;
  ChannelSums sums(data.channels);
  const auto samples = data.is_encoded() ? add_some(data, threads, sums) : add_all(data, sums);
  sums.flush();
  const auto count = std::uint64_t{samples} * data.height * data.width;
  for (std::size_t c = 0; c < data.channels; ++c) {
    data.mean[c] = sums.mean(c, count);
    data.std[c] = sums.std(c, count);
  }
}

Dataset view(const Dataset& data, const std::string& object, std::vector<std::uint32_t> positions) {
  assert(std::all_of(positions.begin(), positions.end(), [&](auto at) { return at < data.size(); }));
  Dataset part = data;
  part.index = picked(data.index, positions);
  part.labels = picked(data.labels, positions);
  part.parts = picked(data.parts, positions);
  if (data.source.empty()) part.source = object;
  measure_statistics(part);
  return part;
}

}  // namespace fovea
