#pragma once

#include <span>
#include <string>
#include <vector>

#include "render/chart/scale.hpp"

namespace fovea::render {

/// The format of numbers: as they are, or a share of 1 as percent.
enum class NumberFormat { plain, percent };

/// Returns round values within a range: at most `at_most` (at least 2) multiples of 1, 2, 2.5 or 5 times a
/// power of ten. With `integers` only whole numbers.
std::vector<double> linear_ticks(Range range, int at_most, bool integers = false);

/// Returns round values within a range above 0: powers of ten, every n-th if there are many, with 2 and 5
/// times them if there are few; values as on a linear scale if the range is less than a factor of 4.
std::vector<double> log_ticks(Range range, int at_most);

/// Returns 2 to 9 times each power of ten within a range above 0; none for more than ten decades.
std::vector<double> log_minor_ticks(Range range);

/// Returns labels for the ticks of a linear axis: equally many decimals, thousands separated by commas, `k`,
/// `M` or `G` for large round steps, and exponents such as 5e-05 if all are tiny.
std::vector<std::string> linear_labels(std::span<const double> ticks,
                                       NumberFormat format = NumberFormat::plain);

/// Returns labels for the ticks of a log axis, each formatted independently.
std::vector<std::string> log_labels(std::span<const double> ticks, NumberFormat format = NumberFormat::plain);

/// Formats a number with `significant` digits: 0.934, 4,220, 1e-05.
std::string number(double value, int significant = 3);

/// Formats a whole number with thousands separated by commas.
std::string grouped(long long value);

/// Formats a count with its noun: "1 class", "1,000 classes".
std::string counted(std::size_t count, const std::string& one, const std::string& many);

/// Formats a share of 1 as percent: 0.934 is 93.4%.
std::string percent(double share, int decimals = 1);

}  // namespace fovea::render
