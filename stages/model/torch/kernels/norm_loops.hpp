#pragma once

#include "stages/model/torch/kernels/vector_loops.hpp"

// The loops of batch normalisation over values in channels-last order, for fp32 (`float`) and bf16
// (`std::uint16_t`). Every pointer to fp32 is to one number a channel.

namespace fovea {

/// Neighbouring pixels, `channels` values each.
template <class Value> struct Pixels {
  const Value* x = nullptr;
  const Value* added = nullptr;     ///< the summand before the ReLU, or null
  const Value* result = nullptr;    ///< the output of the forward pass
  const Value* gradient = nullptr;  ///< the gradient of the output
  Value* out = nullptr;             ///< the output; in a backward pass the gradient of x
  Value* added_gradient = nullptr;  ///< the gradient of `added`
  std::size_t count = 0;
  std::size_t channels = 0;
  bool relu = false;
};

/// One row of pooling windows of 2 x 2 pixels.
template <class Value> struct Windows {
  const Value* x[2] = {};           ///< the upper row of pixels, and the lower one
  Value* out[2] = {};               ///< the gradient of x in both rows, in a backward pass
  Value* pooled = nullptr;          ///< one pixel a window
  const Value* gradient = nullptr;  ///< the gradient of `pooled`
  std::uint8_t* winner = nullptr;   ///< argmax of each window, 0 to 3 row by row; 4 where no value is above 0
  std::size_t count = 0;
  std::size_t channels = 0;
};

/// The affine function y = a x + b of each channel, to which a normalisation comes down.
struct Affine {
  const float* a;
  const float* b;
};

/// fp32 in vectors of 16, for a CPU that `has_avx512` with bf16.
struct WideFp32 : Fp32 {
  static constexpr std::size_t at_once = 16;
};
/// bf16 in vectors of 16. The instructions of AVX-512 BF16 round it and take subnormal numbers for 0.
struct WideBf16 : Bf16 {
  static constexpr std::size_t at_once = 16;
  template <std::size_t n> static void store(const Floats<n>& values, std::uint16_t* to);
};

// Each loop is compiled for `Fp32`, `Bf16`, `WideFp32` and `WideBf16`.

/// Adds x - pivot to `sum` and its square to `square`.
template <class Type>
void add_moments(const Pixels<typename Type::Value>& part, const float* pivot, float* sum, float* square);

/// Writes a x + b plus `added` where there is one, through a ReLU where `relu` is set.
template <class Type> void normalise(const Pixels<typename Type::Value>& part, Affine affine);

/// Writes the max pooling of the ReLU of a x + b, and its argmax.
template <class Type> void normalise(const Windows<typename Type::Value>& part, Affine affine);

/// Adds the gradient of a x + b to `sum` and its product with x - mean to `product`.
template <class Type> void add_gradients(const Pixels<typename Type::Value>& part, Affine affine,
                                         const float* mean, float* sum, float* product);
template <class Type>
void add_gradients(const Windows<typename Type::Value>& part, const float* mean, float* sum, float* product);

/// The same where `added` came before the ReLU. It writes the gradient of `added`, which is that of the
/// output where the output is above 0.
template <class Type> void add_sum_gradients(const Pixels<typename Type::Value>& part, const float* mean,
                                             float* sum, float* product);

/// Writes the gradient of x: a times the gradient of a x + b, plus the function `rest` of x, by which mean
/// and variance depend on x.
template <class Type>
void spread_gradients(const Pixels<typename Type::Value>& part, Affine affine, Affine rest);
template <class Type>
void spread_gradients(const Windows<typename Type::Value>& part, const float* a, Affine rest);

/// Writes the gradient of x where nothing is normalised: the gradient of each window at its argmax, else 0.
template <class Type> void spread_gradients(const Windows<typename Type::Value>& part);

}  // namespace fovea
