#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "stages/data/preprocessing.hpp"

namespace fovea {

/// Converts the bytes of images to the values of a network: (byte x scale - mean) / std, per channel, as a
/// product and a sum that are each rounded to fp32.
class Normalisation {
 public:
  /// A standard deviation of 0 counts as 1.
  explicit Normalisation(const Preprocessing& how);

  /// Converts `count` bytes of whole pixels.
  void operator()(const std::uint8_t* bytes, std::size_t count, float* out) const;

  /// Returns the factor of each channel, and what is added to the products.
  std::span<const float> factor() const { return {factor_.data(), channels_}; }
  std::span<const float> shift() const { return {shift_.data(), channels_}; }
  /// Returns the mean colour, rounded to bytes: its values are nearly 0.
  std::array<std::uint8_t, 3> mean_colour() const { return mean_colour_; }

  /// Constants repeat every 48 values, a multiple of the channels and of every vector width.
  static constexpr std::size_t period = 48;

 private:
  std::size_t channels_;
  std::array<float, period> factor_{}, shift_{};
  std::array<std::uint8_t, 3> mean_colour_{};
};

}  // namespace fovea
