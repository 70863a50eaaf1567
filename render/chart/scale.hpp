#pragma once

#include <limits>
#include <optional>

namespace fovea::render {

enum class ScaleKind { linear, log };

/// An interval of values or pixels; `high` may lie before `low` where pixels run upwards.
struct Range {
  double low = 0;
  double high = 1;
};

/// The smallest and largest of many values. NaN and infinities are passed over, and so is what a log scale
/// cannot show.
class Reach {
 public:
  void add(double value);

  /// What was seen, or nothing where no value can be shown on such a scale.
  [[nodiscard]] std::optional<Range> range(ScaleKind kind) const;

 private:
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
  double lowest_positive_ = std::numeric_limits<double>::infinity();
};

/// A range with `share` of its length added at both ends. A range of one value becomes one around it. Values
/// that are all of one sign never get 0 crossed.
Range padded(Range range, ScaleKind kind, double share);

/// Maps values to pixels, straight or by their logarithm.
class Scale {
 public:
  Scale() = default;
  /// `values.low` must be less than `values.high`, and above 0 on a log scale.
  Scale(ScaleKind kind, Range values, Range pixels);

  /// The pixel of a value: NaN where the value is NaN, or not above 0 on a log scale. Never further than a
  /// million pixels off.
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
