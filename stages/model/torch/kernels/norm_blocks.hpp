#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <vector>

#include "runtime/ceil_div.hpp"
#include "stages/model/torch/kernels/norm_loops.hpp"
#include "stages/model/torch/setup.hpp"

namespace fovea {

/// The tensors that one pass of a batch normalisation reads or writes; the others are undefined. Their names
/// are those of `Pixels` and `Windows`.
struct PassTensors {
  at::Tensor x{}, added{}, result{}, gradient{}, out{}, added_gradient{}, pooled{}, winner{};
  bool relu = false;
};

/// Two sums for each channel.
struct ChannelSums {
  std::vector<double> first, second;
  ChannelSums& operator+=(const ChannelSums& more) {
    for (std::size_t i = 0; i < first.size(); ++i) first[i] += more.first[i];
    for (std::size_t i = 0; i < second.size(); ++i) second[i] += more.second[i];
    return *this;
  }
};

/// Cuts a pass into blocks of pixels, or of rows of windows, and computes them on all threads. The blocks do
/// not depend on the number of threads.
template <class Value> class NormBlocks {
 public:
  explicit NormBlocks(const PassTensors& tensors)
      : tensors_(tensors),
        channels_(static_cast<std::size_t>(tensors.x.size(1))),
        height_(static_cast<std::size_t>(tensors.x.size(2))),
        width_(static_cast<std::size_t>(tensors.x.size(3))),
        images_(static_cast<std::size_t>(tensors.x.size(0))) {}

  std::size_t channels() const { return channels_; }
  std::size_t pixel_count() const { return images_ * height_ * width_; }
  const Value* x() const { return data<const Value>(tensors_.x); }

  /// Calls `body(pixels)` for all pixels.
  template <class Body> void each_pixels(const Body& body) const {
    each(pixel_cut(), [&](std::size_t from, std::size_t count, std::size_t) { body(pixels(from, count)); });
  }
  /// Calls `body(windows)` for each row of windows.
  template <class Body> void each_windows(const Body& body) const {
    each(window_cut(), [&](std::size_t from, std::size_t count, std::size_t) {
      for (auto row = from; row < from + count; ++row) body(windows(row));
    });
  }
  /// Adds up what `body(pixels, first, second)` adds to two sums a channel.
  template <class Body> ChannelSums sum_pixels(const Body& body) const {
    return sum(pixel_cut(), [&](std::size_t from, std::size_t count, float* first) {
      body(pixels(from, count), first, first + channels_);
    });
  }
  /// Adds up what `body(windows, first, second)` adds to two sums a channel.
  template <class Body> ChannelSums sum_windows(const Body& body) const {
    return sum(window_cut(), [&](std::size_t from, std::size_t count, float* first) {
      for (auto row = from; row < from + count; ++row) body(windows(row), first, first + channels_);
    });
  }
  /// Calls `body(pixels)` for the pixels that are in no window: an odd last column, an odd last row.
  template <class Body> void each_rim(const Body& body) const {
    for (std::size_t n = 0; n < images_; ++n) {
      for (std::size_t y = 0; width_ % 2 != 0 && y < height_; ++y) {
        body(pixels((n * height_ + y + 1) * width_ - 1, 1));
      }
      if (height_ % 2 != 0) body(pixels(((n + 1) * height_ - 1) * width_, width_));
    }
  }

 private:
  /// How many items there are, and how many make a block.
  struct Cut {
    std::size_t items;
    std::size_t size;
    std::size_t blocks() const { return ceil_div(items, size); }
  };
  static constexpr std::size_t block_values = 4096;  // a block of each tensor stays in the cache
  Cut pixel_cut() const { return {pixel_count(), std::max<std::size_t>(16, block_values / channels_)}; }
  Cut window_cut() const {
    return {images_ * (height_ / 2), std::max<std::size_t>(1, block_values / (2 * width_ * channels_))};
  }

  template <class Body> static void each(Cut cut, const Body& body) {
    on_all_threads(cut.blocks(), [&](std::size_t begin, std::size_t end) {
      for (auto i = begin; i < end; ++i) body(i * cut.size, std::min(cut.size, cut.items - i * cut.size), i);
    });
  }
  /// Sums in fp32 within a block, and in double over the blocks in their order.
  template <class Body> ChannelSums sum(Cut cut, const Body& body) const {
    std::vector<float> parts(cut.blocks() * 2 * channels_, 0.0F);
    each(cut, [&](std::size_t from, std::size_t count, std::size_t block) {
      body(from, count, parts.data() + block * 2 * channels_);
    });
    ChannelSums sums{std::vector<double>(channels_), std::vector<double>(channels_)};
    for (std::size_t block = 0; block < cut.blocks(); ++block) {
      const float* part = parts.data() + block * 2 * channels_;
      for (std::size_t c = 0; c < channels_; ++c) sums.first[c] += part[c];
      for (std::size_t c = 0; c < channels_; ++c) sums.second[c] += part[channels_ + c];
    }
    return sums;
  }

  template <class Type> static Type* data(const at::Tensor& tensor) {
    return tensor.defined() ? static_cast<Type*>(tensor.data_ptr()) : nullptr;
  }
  template <class Type> static Type* data(const at::Tensor& tensor, std::size_t offset) {
    return tensor.defined() ? static_cast<Type*>(tensor.data_ptr()) + offset : nullptr;
  }
  Pixels<Value> pixels(std::size_t from, std::size_t count) const {
    const auto at = from * channels_;
    return {data<const Value>(tensors_.x, at),
            data<const Value>(tensors_.added, at),
            data<const Value>(tensors_.result, at),
            data<const Value>(tensors_.gradient, at),
            data<Value>(tensors_.out, at),
            data<Value>(tensors_.added_gradient, at),
            count,
            channels_,
            tensors_.relu};
  }
  Windows<Value> windows(std::size_t row) const {
    const auto rows = height_ / 2, count = width_ / 2;
    const auto above = (row / rows * height_ + row % rows * 2) * width_ * channels_,
               below = above + width_ * channels_;
    const auto at = row * count * channels_;
    return {{data<const Value>(tensors_.x, above), data<const Value>(tensors_.x, below)},
            {data<Value>(tensors_.out, above), data<Value>(tensors_.out, below)},
            data<Value>(tensors_.pooled, at),
            data<const Value>(tensors_.gradient, at),
            data<std::uint8_t>(tensors_.winner, at),
            count,
            channels_};
  }

  PassTensors tensors_;
  std::size_t channels_, height_, width_, images_;
};

}  // namespace fovea
