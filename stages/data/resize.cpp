#include "stages/data/resize.hpp"

#include <algorithm>

#include "stages/data/for_all.hpp"
#include "stages/data/formats/raw_images.hpp"
#include "stages/data/ops/drawn.hpp"
#include "stages/data/viewer.hpp"

namespace fovea {
namespace {

/// Returns a data set of the new size with the labels of `data` and memory for its pixels.
RawImages frame_of(const Dataset& data, const Resize::Params& params) {
  const ImageSize size{static_cast<std::size_t>(params.height), static_cast<std::size_t>(params.width),
                       data.channels};
  check_images(data.size(), size, "data");
  RawImages frame{.size = size,
                  .pixels = take_memory(data.size() * size.values(), "data"),
                  .labels = {data.labels.begin(), data.labels.end()},
                  .parts = {data.parts.begin(), data.parts.end()},
                  .names = {}};
  for (std::size_t i = 0; i < data.size(); ++i) frame.names.add(data.name(i));
  return frame;
}

Region part_of(const ImageSize& taken, const ImageSize& size, const std::string& fit) {
  if (fit == "crop") return central_part(taken, size);
  return {0, 0, static_cast<double>(taken.width), static_cast<double>(taken.height)};
}

/// Resizes sample i of `data`.
void resize_one(const Dataset& data, std::size_t i, const ImageSize& size, const std::string& fit,
                std::uint8_t* out) {
  thread_local Viewer viewer;
  thread_local Resampler resample;
  if (data.is_encoded()) {
    std::copy_n(viewer.see(data, i, part_of(size_taken(data, i), size, fit), size), size.values(), out);
  } else {
    const auto taken = size_seen(data);
    resample(data.image(i).data(), taken, part_of(taken, size, fit), size.height, size.width, out);
  }
}

}  // namespace

Resize::Out<Value> Resize::run(const In<Value>& in, const Params& params, Context& context) {
  const auto& data = *in.data;
  auto frame = frame_of(data, params);
  for_all_images(data.size(), context, [&](std::size_t i) {
    resize_one(data, i, frame.size, params.fit, frame.pixels.get() + i * frame.size.values());
  });
  auto made = raw_dataset(std::move(frame));
  made.class_names = data.class_names;
  for (std::size_t k = 0; k < data.attributes.size(); ++k) {
    NameList values;
    for (std::size_t i = 0; i < data.size(); ++i) values.add(data.attribute(k, i));
    made.attributes.push_back({data.attributes[k].name, values.finish()});
  }
  measure_statistics(made);
  return {.data = std::move(made)};
}

}  // namespace fovea
