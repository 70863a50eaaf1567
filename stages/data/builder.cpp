#include "stages/data/builder.hpp"

#include <algorithm>
#include <numeric>

#include "graph/error.hpp"
#include "stages/data/formats/image_list.hpp"
#include "stages/data/formats/input_file.hpp"
#include "stages/data/formats/raw_images.hpp"

namespace fovea {
namespace {

const std::string place = "DatasetBuilder";

void check_class_names(std::vector<std::string> names) {
  if (names.empty()) throw Error(place + ": no class names; give one for each class");
  for (const auto& name : names) {
    if (!is_name(name))
      throw Error(place + ": class name " + quote(name) + " is no UTF-8 text, or has a zero byte; mend it");
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    throw Error(place + ": class name " + quote(*twice) + " is there twice; each name must differ");
}

}  // namespace

DatasetBuilder::DatasetBuilder(std::size_t height, std::size_t width, std::size_t channels,
                               std::vector<std::string> class_names)
    : height_(height), width_(width), channels_(channels), class_names_(std::move(class_names)) {
  check_images(1, {height, width, channels}, place);
  check_class_names(class_names_);
}

void DatasetBuilder::add_label(std::size_t label, Part part, std::string_view name) {
  if (label >= class_names_.size()) {
    throw Error(place + ": image " + std::to_string(size()) + " has label " + std::to_string(label) +
                "; the " + std::to_string(class_names_.size()) + " classes are from 0 to " +
                std::to_string(class_names_.size() - 1));
  }
  if (!is_name(name)) {
    throw Error(place + ": image " + std::to_string(size()) + " has the name " + quote(name) +
                ", which is no UTF-8 text, or has a zero byte; mend it");
  }
  has_names_ = has_names_ || !name.empty();
  names_.add(name.empty() ? std::to_string(size()) : std::string(name));
  labels_.push_back(static_cast<std::int32_t>(label));
  parts_.push_back(static_cast<std::uint8_t>(part));
}

void DatasetBuilder::add(std::span<const std::uint8_t> pixels, std::size_t label, Part part,
                         std::string_view name) {
  const auto wanted = height_ * width_ * channels_;
  if (pixels.size() != wanted) {
    throw Error(place + ": image " + std::to_string(size()) + " has " + std::to_string(pixels.size()) +
                " bytes; " + shape_text(std::vector{height_, width_, channels_}) + " are " +
                std::to_string(wanted));
  }
  if (!offsets_.empty())
    throw Error(place + ": pixels behind files; add all images with \"add\" or all with \"add_file\"");
  add_label(label, part, name);
  bytes_.insert(bytes_.end(), pixels.begin(), pixels.end());
}

void DatasetBuilder::add_file(std::span<const std::uint8_t> bytes, std::size_t label, Part part,
                              std::string_view name) {
  const auto extent = check_image(bytes, place + ": image " + std::to_string(size()));
  if (offsets_.empty() && size() > 0)
    throw Error(place + ": a file behind pixels; add all images with \"add\" or all with \"add_file\"");
  add_label(label, part, name);
  if (offsets_.empty()) offsets_.push_back(0);
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  offsets_.push_back(static_cast<std::int64_t>(bytes_.size()));
  extents_.insert(extents_.end(),
                  {static_cast<std::int32_t>(extent.height), static_cast<std::int32_t>(extent.width)});
}

Dataset DatasetBuilder::build() {
  if (size() == 0) throw Error(place + ": no images; add one before it is built");
  Dataset data;
  data.height = height_;
  data.width = width_;
  data.channels = channels_;
  data.class_names = class_names_;
  std::vector<std::uint32_t> index(size());
  std::iota(index.begin(), index.end(), 0U);
  data.index = std::move(index);
  (offsets_.empty() ? data.pixels : data.encoded) = std::exchange(bytes_, {});
  data.offsets = std::exchange(offsets_, {});
  data.extents = std::exchange(extents_, {});
  data.labels = std::exchange(labels_, {});
  data.parts = std::exchange(parts_, {});
  auto names = names_.finish();
  if (std::exchange(has_names_, false)) data.names = std::move(names);
  measure_statistics(data);
  return data;
}

}  // namespace fovea
