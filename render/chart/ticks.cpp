#include "render/chart/ticks.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <string_view>

namespace fovea::render {
namespace {

// Returns the smallest of 1, 2, 2.5, 5 and 10 times a power of ten that is not below `least`.
double round_step(double least, bool integers) {
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double multiple : {1.0, 2.0, 2.5, 5.0, 10.0}) {
    const double step = multiple * power;
    if (integers && step != std::floor(step)) continue;
    if (step >= least * (1 - 1e-9)) return step;
  }
  return integers ? 1 : 10 * power;
}

std::vector<double> multiples(Range range, double step) {
  std::vector<double> ticks;
  const double slack = 1e-6;
  const double first = std::ceil(range.low / step - slack);
  const double last = std::floor(range.high / step + slack);
  for (double i = first; i <= last && ticks.size() < 1000; ++i) ticks.push_back(i == 0 ? 0 : i * step);
  return ticks;
}

std::string fixed(double value, int decimals) {
  char buffer[400];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, decimals).ptr;
  std::string text(buffer, end);
  return text.find_first_not_of("-0.") == std::string::npos && text[0] == '-' ? text.substr(1) : text;
}

std::string with_commas(std::string text) {
  const std::size_t start = text[0] == '-' ? 1 : 0;
  auto i = std::min(text.find('.'), text.size());
  while (i > start + 3) text.insert(i -= 3, 1, ',');
  return text;
}

// Formats a number with an exponent, as 5e-05, without trailing zeros of the mantissa.
std::string with_exponent(double value, int significant) {
  if (value == 0) return "0";
  char buffer[64];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific, significant - 1)
          .ptr;
  std::string text(buffer, end);
  const auto e = text.find('e');
  std::string mantissa = text.substr(0, e);
  const std::string exponent = text.substr(e + 1);
  if (mantissa.find('.') != std::string::npos) {
    mantissa.resize(mantissa.find_last_not_of('0') + 1);
    if (mantissa.back() == '.') mantissa.pop_back();
  }
  return mantissa + "e" + exponent;
}

double largest_of(std::span<const double> ticks) {
  double largest = 0;
  for (const double tick : ticks) largest = std::max(largest, std::abs(tick));
  return largest;
}

// Returns the number of decimals that tells ticks apart, at most 16: smaller numbers have exponents.
int decimals_of(std::span<const double> ticks) {
  constexpr int most = 16;
  double step = std::abs(ticks[1] - ticks[0]);
  for (int decimals = 0; decimals < most; ++decimals, step *= 10) {
    if (std::abs(step - std::round(step)) < 1e-3 * step && std::round(step) >= 1) return decimals;
  }
  return most;
}

// Returns the number of significant digits that tells ticks apart.
int digits_of(std::span<const double> ticks) {
  const double step = std::abs(ticks[1] - ticks[0]);
  return std::clamp(static_cast<int>(std::ceil(std::log10(largest_of(ticks) / step))) + 3, 4, 17);
}

// Whether a number is so small that it is written with an exponent, as by C's %g.
bool is_tiny(double magnitude) {
  return magnitude < 0.9995e-4;
}

struct Unit {
  double size;
  std::string_view letter;
};

// Returns the unit for large round ticks, so that no label has more than a few digits.
Unit unit_of(std::span<const double> ticks) {
  const double largest = largest_of(ticks);
  for (const Unit unit : {Unit{1e9, "G"}, Unit{1e6, "M"}, Unit{1e3, "k"}}) {
    const auto round_in = [&](double tick) {
      return std::abs(tick / unit.size * 2 - std::round(tick / unit.size * 2)) < 1e-9;
    };
    if (largest >= std::max(unit.size, 1e4) && std::ranges::all_of(ticks, round_in)) return unit;
  }
  return {1, ""};
}

// Formats a tick that is a multiple of half a unit, as 0.5M.
std::string in_unit(double tick, const Unit& unit) {
  if (tick == 0) return "0";
  std::string text = fixed(tick / unit.size, 1);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return with_commas(text) + std::string(unit.letter);
}

// Returns labels of ticks at equal distances, all multiples of half a unit.
std::vector<std::string> labels_in(const Unit& unit, std::span<const double> ticks) {
  if (ticks.size() == 1) return {number(ticks[0], 4)};
  std::vector<std::string> labels;
  for (const double tick : ticks) {
    if (const double largest = largest_of(ticks); is_tiny(largest) || largest >= 1e13) {
      labels.push_back(with_exponent(tick, digits_of(ticks)));
    } else {
      labels.push_back(unit.size > 1 ? in_unit(tick, unit) : with_commas(fixed(tick, decimals_of(ticks))));
    }
  }
  return labels;
}

}  // namespace

std::vector<double> linear_ticks(Range range, int at_most, bool integers) {
  assert(range.low < range.high && at_most >= 2);
  const double length = range.high - range.low;
  const double magnitude = std::max(std::abs(range.low), std::abs(range.high));
  if (length < magnitude * 1e-9) return {range.low + length / 2};
  double least = length / at_most;
  if (integers) least = std::max(least, 1.0);
  for (;;) {
    const double step = round_step(least, integers);
    auto ticks = multiples(range, step);
    if (ticks.size() <= static_cast<std::size_t>(at_most)) return ticks;
    least = step * 1.01;
  }
}

std::vector<double> log_ticks(Range range, int at_most) {
  assert(0 < range.low && range.low < range.high && at_most >= 2);
  if (range.high / range.low < 4) return linear_ticks(range, at_most);
  const auto within = [&](double value) {
    return value >= range.low * (1 - 1e-9) && value <= range.high * (1 + 1e-9);
  };
  const int first = static_cast<int>(std::floor(std::log10(range.low)));
  const int last = static_cast<int>(std::ceil(std::log10(range.high)));
  std::vector<double> decades;
  std::vector<double> finer;
  for (int power = first; power <= last; ++power) {
    for (const double multiple : {1.0, 2.0, 5.0}) {
      const double value = multiple * std::pow(10, power);
      if (!within(value)) continue;
      finer.push_back(value);
      if (multiple == 1) decades.push_back(value);
    }
  }
  const auto most = static_cast<std::size_t>(at_most);
  if (finer.size() <= most && decades.size() < 4) return finer;
  const auto stride = (decades.size() + most - 1) / most;
  std::vector<double> ticks;
  for (std::size_t i = 0; i < decades.size(); i += stride) ticks.push_back(decades[i]);
  return ticks.empty() ? finer : ticks;
}

std::vector<double> log_minor_ticks(Range range) {
  std::vector<double> ticks;
  if (range.high / range.low > 1e10) return ticks;
  const int first = static_cast<int>(std::floor(std::log10(range.low)));
  const int last = static_cast<int>(std::ceil(std::log10(range.high)));
  for (int power = first; power <= last; ++power) {
    for (int multiple = 2; multiple < 10; ++multiple) {
      const double value = multiple * std::pow(10, power);
      if (value >= range.low && value <= range.high) ticks.push_back(value);
    }
  }
  return ticks;
}

std::vector<std::string> linear_labels(std::span<const double> ticks, NumberFormat format) {
  if (format == NumberFormat::plain) return labels_in(unit_of(ticks), ticks);
  std::vector<double> hundreds(ticks.begin(), ticks.end());
  for (double& tick : hundreds) tick *= 100;
  auto labels = labels_in({1, ""}, hundreds);
  for (auto& label : labels) label += "%";
  return labels;
}

std::vector<std::string> log_labels(std::span<const double> ticks, NumberFormat format) {
  if (ticks.empty() || ticks.back() / ticks.front() < 4) return linear_labels(ticks, format);
  std::vector<std::string> labels;
  for (const double tick : ticks) {
    const Unit unit = unit_of({&tick, 1});
    if (format == NumberFormat::percent) {
      labels.push_back(number(tick * 100) + "%");
    } else if (tick >= 1e13) {
      labels.push_back(with_exponent(tick, 3));
    } else {
      labels.push_back(unit.size > 1 ? in_unit(tick, unit) : number(tick));
    }
  }
  return labels;
}

std::string number(double value, int significant) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  if (value == 0) return "0";
  const double magnitude = std::abs(value);
  if (is_tiny(magnitude) || magnitude >= 1e15) return with_exponent(value, significant);
  const int whole_digits = static_cast<int>(std::floor(std::log10(magnitude))) + 1;
  const int decimals = std::max(0, significant - whole_digits);
  std::string text = fixed(value, decimals);
  if (decimals > 0) {
    text.resize(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return with_commas(text);
}

std::string grouped(long long value) {
  return with_commas(std::to_string(value));
}

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
  return grouped(static_cast<long long>(count)) + " " + (count == 1 ? one : many);
}

std::string percent(double share, int decimals) {
  return fixed(share * 100, decimals) + "%";
}

}  // namespace fovea::render
