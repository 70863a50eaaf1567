#include "render/chart/ticks.hpp"

#include <cmath>
#include <map>
#include <set>

#include "tests/catch.hpp"
#include "tests/render/reading.hpp"

using namespace fovea::render;

namespace {

using Words = std::vector<std::string>;

Words labels(Range range, int at_most, bool integers = false) {
  return linear_labels(linear_ticks(range, at_most, integers));
}

/// Each label means its tick, to a hundredth of the way to the next one.
template <class Label>
void check_labels(const std::vector<double>& ticks, NumberFormat format, const Label& label) {
  const auto texts = label(ticks, format);
  REQUIRE(texts.size() == ticks.size());
  CHECK(std::set<std::string>(texts.begin(), texts.end()).size() == texts.size());
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    const double near =
        ticks.size() == 1 ? std::abs(ticks[i]) : std::abs(ticks[i] - ticks[i == 0 ? 1 : i - 1]);
    CHECK(meant(texts[i]).value() == Approx(ticks[i]).margin(near / 100).epsilon(1e-15));
  }
}

}  // namespace

TEST_CASE("ticks: a range of 0 to 0.93 gets round numbers") {
  CHECK(labels({0, 0.93}, 6) == Words{"0.0", "0.2", "0.4", "0.6", "0.8"});
}

TEST_CASE("ticks: epochs get whole numbers only") {
  CHECK(labels({0.5, 3.5}, 9, true) == Words{"1", "2", "3"});
  CHECK(labels({1, 30}, 7, true) == Words{"5", "10", "15", "20", "25", "30"});
}

TEST_CASE("ticks: never more than asked for, whatever the range") {
  for (const double length : {1e-12, 3e-5, 0.7, 1.0, 42.0, 1e3, 7e9, 1e300}) {
    for (const double start : {0.0, -length / 3, length * 5}) {
      for (int most = 2; most < 12; ++most) {
        const auto ticks = linear_ticks({start, start + length}, most);
        CHECK(ticks.size() <= static_cast<std::size_t>(most));
        CHECK(!ticks.empty());
      }
    }
  }
}

TEST_CASE("ticks: all lie within the range and at equal distances") {
  const auto ticks = linear_ticks({-3.3, 8.1}, 8);
  CHECK(ticks.front() >= -3.3);
  CHECK(ticks.back() <= 8.1);
  for (std::size_t i = 2; i < ticks.size(); ++i)
    CHECK(ticks[i] - ticks[i - 1] == Approx(ticks[1] - ticks[0]));
}

TEST_CASE("ticks: a range too narrow for doubles has one tick") {
  CHECK(linear_ticks({1e9, std::nextafter(1e9, 2e9)}, 5).size() == 1);
}

TEST_CASE("ticks: labels of one axis have equally many decimals") {
  CHECK(labels({0, 1}, 6) == Words{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(labels({0, 1}, 5) == Words{"0.00", "0.25", "0.50", "0.75", "1.00"});
}

TEST_CASE("ticks: zero has no sign") {
  CHECK(labels({-0.2, 0.2}, 5) == Words{"-0.2", "-0.1", "0.0", "0.1", "0.2"});
}

TEST_CASE("ticks: tiny learning rates are written with exponents") {
  CHECK(labels({0, 3e-5}, 4) == Words{"0", "1e-05", "2e-05", "3e-05"});
  CHECK(labels({0, 1e-3}, 3) == Words{"0.0000", "0.0005", "0.0010"});
  CHECK(labels({0, 5e-4}, 3) == Words{"0.0000", "0.0002", "0.0004"});
}

TEST_CASE(
    "ticks: labels read back as their ticks and none is there twice, however flat, small or huge the data "
    "is") {
  for (const double low :
       {1e-300, 3.3e-9, 1e-4, 0.123456, 0.99999, 1.0, 777.7, 12345.6, 1.5e6, 8e13, 1e300}) {
    for (const double share : {1e-9, 3e-8, 1e-6, 2e-4, 0.03, 0.7, 2.9, 50.0, 1e7}) {
      const Range range{low, std::min(low + low * share, 1e305)};
      INFO(low << " and " << share << " of it more");
      check_labels(linear_ticks(range, 6), NumberFormat::plain, linear_labels);
      check_labels(log_ticks(range, 6), NumberFormat::plain, log_labels);
      check_labels(linear_ticks(range, 6), NumberFormat::percent, linear_labels);
      check_labels(log_ticks(range, 6), NumberFormat::percent, log_labels);
    }
  }
}

TEST_CASE("ticks: a number is written alike on axes of any range, and in sentences") {
  std::map<double, std::set<std::string>> written;
  for (const double low : {1e-9, 1e-6, 1e-4, 1e-3, 0.01, 1.0, 100.0}) {
    for (const double decades : {3.0, 4.0, 6.0}) {
      const auto ticks = log_ticks({low, low * std::pow(10, decades)}, 8);
      const auto texts = log_labels(ticks);
      for (std::size_t i = 0; i < ticks.size(); ++i)
        written[std::round(std::log10(ticks[i]) * 100)].insert(texts[i]);
    }
  }
  for (const auto& [tick, texts] : written) {
    INFO(*texts.begin());
    CHECK(texts.size() == 1);
    if (tick < 400) CHECK(*texts.begin() == number(std::pow(10, tick / 100)));
  }
}

TEST_CASE("ticks: halves of large units have their half") {
  CHECK(linear_labels(std::vector{1234567000.0, 1234567500.0, 1234568000.0}) ==
        Words{"1,234,567k", "1,234,567.5k", "1,234,568k"});
}

TEST_CASE("ticks: steps beyond a thousand have commas, large round ones a letter") {
  CHECK(labels({0, 4219}, 6) == Words{"0", "1,000", "2,000", "3,000", "4,000"});
  CHECK(labels({0, 50000}, 6) == Words{"0", "10k", "20k", "30k", "40k", "50k"});
  CHECK(labels({0, 2e6}, 5) == Words{"0", "0.5M", "1M", "1.5M", "2M"});
}

TEST_CASE("ticks: shares are written as percent") {
  CHECK(linear_labels(std::vector{0.0, 0.25, 0.5}, NumberFormat::percent) == Words{"0%", "25%", "50%"});
  CHECK(linear_labels(std::vector{0.99, 0.995, 1.0}, NumberFormat::percent) ==
        Words{"99.0%", "99.5%", "100.0%"});
}

TEST_CASE("ticks: a log axis has its decades, thinned where there are many") {
  CHECK(log_labels(log_ticks({1e-5, 1e-1}, 8)) == Words{"1e-05", "0.0001", "0.001", "0.01", "0.1"});
  CHECK(log_ticks({1e-12, 1e12}, 5).size() <= 5);
  CHECK(log_labels(log_ticks({0.01, 100}, 8)) == Words{"0.01", "0.1", "1", "10", "100"});
}

TEST_CASE("ticks: a log axis of few decades has 2 and 5 times them too") {
  CHECK(log_labels(log_ticks({0.05, 1.2}, 8)) == Words{"0.05", "0.1", "0.2", "0.5", "1"});
}

TEST_CASE("ticks: a log axis within one decade has round numbers") {
  CHECK(log_labels(log_ticks({0.31, 0.62}, 5)) == Words{"0.4", "0.5", "0.6"});
}

TEST_CASE("ticks: minor ticks fill the decades and stop at ten of them") {
  CHECK(log_minor_ticks({1, 100}).size() == 16);
  CHECK(log_minor_ticks({1e-20, 1}).empty());
}

TEST_CASE("ticks: single numbers read as a person would write them") {
  CHECK(number(0.93416) == "0.934");
  CHECK(number(0.5) == "0.5");
  CHECK(number(4220) == "4,220");
  CHECK(number(-1234567) == "-1,234,567");
  CHECK(number(1e-5) == "1e-05");
  CHECK(number(0.00123) == "0.00123");
  CHECK(number(0) == "0");
  CHECK(number(6.02214e23) == "6.02e+23");
  CHECK(number(std::nan("")) == "nan");
  CHECK(number(9.999) == "10");
}

TEST_CASE("ticks: counts and shares for sentences") {
  CHECK(grouped(1281167) == "1,281,167");
  CHECK(grouped(-12) == "-12");
  CHECK(counted(1, "class", "classes") == "1 class");
  CHECK(counted(1000, "class", "classes") == "1,000 classes");
  CHECK(percent(0.9345) == "93.5%");
  CHECK(percent(1, 0) == "100%");
}
