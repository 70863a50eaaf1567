#include "stages/data/resize.hpp"

#include <algorithm>

#include "stages/data/for_all.hpp"
#include "stages/data/formats/raw_images.hpp"
#include "stages/data/viewer.hpp"

namespace fovea {
namespace {

/// An empty data set of the new size with the samples of `data`, and the memory of its pixels.
RawImages frame_of(const Dataset& data, const ImageSize& size) {
  check_images(data.size(), size, "data");
  RawImages frame{.size = size,
                  .pixels = take_memory(data.size() * size.values(), "data"),
                  .labels = {data.labels.begin(), data.labels.end()},
                  .parts = {data.parts.begin(), data.parts.end()},
                  .names = {}};
  for (std::size_t i = 0; i < data.size(); ++i) frame.names.add(data.name(i));
  return frame;
}

}  // namespace

Resize::Out<Value> Resize::run(const In<Value>& in, const Params& params, Context& context) {
  const auto& data = *in.data;
  const auto how = fit_settings(params).of(data, std::vector{params.height, params.width});
  auto frame = frame_of(data, how.size);
  for_all_images(data.size(), context, [&](std::size_t i) {
    thread_local Viewer viewer;
    std::copy_n(viewer.plain(data, i, how), how.size.values(), frame.pixels.get() + i * how.size.values());
  });
  auto made = raw_dataset(std::move(frame));
  made.class_names = data.class_names;
  made.attributes = picked(data.attributes, data.index.span());
  made.resized = how;
  measure_statistics(made);
  return {.data = std::move(made)};
}

}  // namespace fovea
