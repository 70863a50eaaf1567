#include "stages/model/torch/kernels/depthwise_loops.hpp"

#include <algorithm>

#include "stages/model/torch/kernels/vector_loops.hpp"

namespace fovea {
namespace {

constexpr std::size_t lanes = depthwise_lanes;
using Lanes = Floats<lanes>;

/// The sides of an image with its padding.
struct Padded {
  explicit Padded(const DepthwiseShape& shape)
      : height(shape.height + 2 * shape.padding), width(shape.width + 2 * shape.padding) {}
  std::size_t height, width;
};

/// Copies `count` channels of neighbouring pixels; what is missing of 16 becomes zero.
template <class Type> FOVEA_PART_OF_LOOP void widen(const typename Type::Value* from, std::size_t channels,
                                                    std::size_t count, std::size_t pixels, float* to) {
  for (std::size_t pixel = 0; pixel < pixels; ++pixel, from += channels, to += lanes) {
    if (count == lanes) {
      write_vector(Type::template load<lanes>(from), to);
    } else {
      for (std::size_t lane = 0; lane < lanes; ++lane) to[lane] = lane < count ? Type::load(from[lane]) : 0;
    }
  }
}

/// Adds the products of one row of the kernel.
template <std::size_t kernel> FOVEA_PART_OF_LOOP void add_row(const float* x, const float* gradient,
                                                              const DepthwiseShape& shape, float* sums) {
  const auto row_in = Padded(shape).width * lanes * shape.stride, row_out = shape.width_out * lanes;
  Lanes all[kernel];
  for (std::size_t k = 0; k < kernel; ++k) all[k] = read_vector<Lanes>(sums + k * lanes);
  for (std::size_t y = 0; y < shape.height_out; ++y) {
    const float *in = x + y * row_in, *out = gradient + y * row_out;
    for (std::size_t i = 0; i < shape.width_out; ++i, in += shape.stride * lanes, out += lanes) {
      const auto factor = read_vector<Lanes>(out);
      for (std::size_t k = 0; k < kernel; ++k) all[k] += factor * read_vector<Lanes>(in + k * lanes);
    }
  }
  for (std::size_t k = 0; k < kernel; ++k) write_vector(all[k], sums + k * lanes);
}

template <class Type>
FOVEA_PART_OF_LOOP void add(const typename Type::Value* x, const typename Type::Value* gradient,
                            const DepthwiseShape& shape, std::size_t channel, float* sums, float* scratch) {
  const Padded padded(shape);
  const auto count = std::min(lanes, shape.channels - channel);
  float *const image = scratch, *const out = scratch + padded.height * padded.width * lanes;
  std::fill(image, out, 0.0F);
  for (std::size_t y = 0; y < shape.height; ++y) {
    widen<Type>(x + y * shape.width * shape.channels + channel, shape.channels, count, shape.width,
                image + ((y + shape.padding) * padded.width + shape.padding) * lanes);
  }
  widen<Type>(gradient + channel, shape.channels, count, shape.height_out * shape.width_out, out);
  for (std::size_t row = 0; row < shape.kernel; ++row) {
    const float* const from = image + row * padded.width * lanes;
    float* const to = sums + row * shape.kernel * lanes;
    shape.kernel == 5 ? add_row<5>(from, out, shape, to) : add_row<7>(from, out, shape, to);
  }
}

}  // namespace

std::size_t depthwise_scratch(const DepthwiseShape& shape) {
  const Padded padded(shape);
  return (padded.height * padded.width + shape.height_out * shape.width_out) * lanes;
}

FOVEA_VECTOR_LOOPS
void add_depthwise_gradient(const float* x, const float* gradient, const DepthwiseShape& shape,
                            std::size_t channel, float* sums, float* scratch) {
  add<Fp32>(x, gradient, shape, channel, sums, scratch);
}

FOVEA_VECTOR_LOOPS
void add_depthwise_gradient(const std::uint16_t* x, const std::uint16_t* gradient,
                            const DepthwiseShape& shape, std::size_t channel, float* sums, float* scratch) {
  add<Bf16>(x, gradient, shape, channel, sums, scratch);
}

}  // namespace fovea
