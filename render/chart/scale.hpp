#pragma once

#include <limits>
#include <optional>

namespace fovea::render {

enum class ScaleKind { linear, log };

/// An interval of values or pixels; `high` may be less than `low` if pixels run upwards.
struct Range {
  double low = 0;
  double high = 1;
};

/// The minimum and maximum of many values. NaN, infinities and values that a log scale cannot show are
/// ignored.
class Reach {
 public:
  void add(double value);

  /// Returns the range, or nothing if no value can be shown on such a scale.
  [[nodiscard]] std::optional<Range> range(ScaleKind kind) const;

 private:
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
  double lowest_positive_ = std::numeric_limits<double>::infinity();
};

/// Returns a range extended by `share` of its length at both ends. A range of one value becomes an interval
/// around it. Values of one sign are never extended across 0.
Range padded(Range range, ScaleKind kind, double share);

/// Maps values to pixels, linearly or by their logarithm.
class Scale {
 public:
  Scale() = default;
  /// Requires that `values.low` is less than `values.high`, and above 0 on a log scale.
  Scale(ScaleKind kind, Range values, Range pixels);

  /// Returns the pixel of a value, at most a million pixels off: NaN if the value is NaN, or not above 0 on a
  /// log scale.
  double operator()(double value) const;
  [[nodiscard]] Range values() const { return values_; }
  [[nodiscard]] Range pixels() const { return pixels_; }
  [[nodiscard]] ScaleKind kind() const { return kind_; }

 private:
  ScaleKind kind_ = ScaleKind::linear;
  Range values_;
  Range pixels_;
};

}  // namespace fovea::render
