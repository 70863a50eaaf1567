#include "stages/data/resize.hpp"

#include <algorithm>
#include <new>
#include <numeric>

#include "runtime/context.hpp"
#include "runtime/stream.hpp"
#include "stages/data/ops/drawn.hpp"
#include "stages/data/viewer.hpp"

namespace fovea {
namespace {

/// Images that are resized at once by one thread.
constexpr std::size_t chunk = 32;

using Pixels = std::shared_ptr<std::uint8_t[]>;

Pixels take_memory(std::size_t bytes) {
  try {
    return std::make_shared_for_overwrite<std::uint8_t[]>(bytes);
  } catch (const std::bad_alloc&) {
    throw Error("the images take " + std::to_string(bytes >> 20) +
                " MiB in this size; so much memory is not free, give a smaller one");
  }
}

/// An empty data set of the new size with the samples of `data`.
Dataset frame_of(const Dataset& data, const Resize::Params& params) {
  Dataset made;
  made.height = static_cast<std::size_t>(params.height);
  made.width = static_cast<std::size_t>(params.width);
  made.channels = data.channels;
  std::vector<std::uint32_t> index(data.size());
  std::iota(index.begin(), index.end(), 0U);
  made.index = std::move(index);
  made.labels = data.labels;
  made.parts = data.parts;
  made.class_names = data.class_names;
  return made;
}

Region part_of(const ImageSize& taken, const ImageSize& size, const std::string& fit) {
  if (fit == "crop") return central_part(taken, size);
  return {0, 0, static_cast<double>(taken.width), static_cast<double>(taken.height)};
}

/// Sample i of `data` in the size of `made`.
void resize_one(const Dataset& data, std::size_t i, const Dataset& made, const std::string& fit,
                std::uint8_t* out) {
  thread_local Viewer viewer;
  thread_local Resampler resample;
  const auto size = size_seen(made);
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
  auto made = frame_of(data, params);
  const auto bytes = data.size() * made.image_bytes();
  const auto pixels = take_memory(bytes);
  struct Nothing {};
  Stream<Nothing> chunks((data.size() + chunk - 1) / chunk, 2 * context.threads, context.threads,
                         [&](std::size_t number, Nothing&) {
                           const auto end = std::min(data.size(), (number + 1) * chunk);
                           for (auto i = number * chunk; i < end; ++i)
                             resize_one(data, i, made, params.fit, pixels.get() + i * made.image_bytes());
                         });
  for (std::size_t done = chunk; chunks.next() != nullptr; done += chunk) {
    if (context.stop.stop_requested()) throw Stopped{};
    context.progress(std::min(done, data.size()), data.size(), "images");
  }
  made.pixels = {std::span<const std::uint8_t>(pixels.get(), bytes), pixels};
  measure_statistics(made);
  return {.data = std::move(made)};
}

}  // namespace fovea
