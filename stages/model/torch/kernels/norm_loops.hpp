#pragma once

#include "stages/model/torch/kernels/vector_loops.hpp"

// The loops of batch normalisation over values in channels-last order, for fp32 (`float`) and bf16
// (`std::uint16_t`). Every pointer to fp32 is to one number a channel.

namespace fovea {

/// Neighbouring pixels.
template <class Value>
struct Pixels {
  const Value* x = nullptr;
  const Value* added = nullptr;     ///< what is added before the ReLU, or null
  const Value* result = nullptr;    ///< what came out
  const Value* gradient = nullptr;  ///< of what comes out
  Value* out = nullptr;             ///< what comes out, or on the way back the gradient of x
  Value* added_gradient = nullptr;  ///< of `added`
  std::size_t count = 0;
  std::size_t channels = 0;
  bool relu = false;
};

/// One row of windows of 2 x 2 pixels.
template <class Value>
struct Windows {
  const Value* x[2] = {};           ///< the row of pixels above, and the one below
  Value* out[2] = {};               ///< on the way back the gradient of x, likewise
  Value* pooled = nullptr;          ///< one pixel a window
  const Value* gradient = nullptr;  ///< of `pooled`
  std::uint8_t* winner = nullptr;   ///< 0 to 3 row by row, or 4 where no value was above zero
  std::size_t count = 0;
  std::size_t channels = 0;
};

/// y = a x + b.
struct Affine {
  const float* a;
  const float* b;
};

/// The same numbers, more of them at a time; only for a CPU that `has_avx512` with bf16.
struct WideFp32 : Fp32 {
  static constexpr std::size_t at_once = 16;
};
/// Rounded by instructions of AVX-512 BF16, which take numbers below the normal range of fp32 for 0.
struct WideBf16 : Bf16 {
  static constexpr std::size_t at_once = 16;
  template <std::size_t n>
  static void store(const Floats<n>& values, std::uint16_t* to);
};

// Each is compiled for `Fp32`, `Bf16`, and both of the wide ones.

/// Adds up x - pivot and its square.
template <class Type>
void add_moments(const Pixels<typename Type::Value>& part, const float* pivot, float* sum, float* square);

/// Writes a x + b and what is added to it, or 0 where that is below and `relu` asks for it.
template <class Type>
void normalise(const Pixels<typename Type::Value>& part, Affine affine);

/// Writes the largest a x + b of each window, or 0 where none is above, and who that was.
template <class Type>
void normalise(const Windows<typename Type::Value>& part, Affine affine);

/// Adds up the gradients of a x + b, and their products with x - mean.
template <class Type>
void add_gradients(const Pixels<typename Type::Value>& part, Affine affine, const float* mean, float* sum,
                   float* product);
template <class Type>
void add_gradients(const Windows<typename Type::Value>& part, const float* mean, float* sum, float* product);

/// The same where something was added before the ReLU, and writes the gradient of that: the one of what came
/// out where that is above 0.
template <class Type>
void add_sum_gradients(const Pixels<typename Type::Value>& part, const float* mean, float* sum,
                       float* product);

/// Writes the gradient of x: a times that of a x + b, and the line `rest` of x.
template <class Type>
void spread_gradients(const Pixels<typename Type::Value>& part, Affine affine, Affine rest);
template <class Type>
void spread_gradients(const Windows<typename Type::Value>& part, const float* a, Affine rest);

}  // namespace fovea
