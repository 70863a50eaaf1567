#include "render/chart/legend.hpp"

#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

using namespace fovea::render;

namespace {

std::vector<LegendEntry> many(int count, const std::string& name = "series ") {
  std::vector<LegendEntry> result;
  for (int i = 0; i < count; ++i) result.push_back({.name = name + std::to_string(i)});
  return result;
}

bool within(const Legend& legend, double width) {
  for (const auto& text : all<Text>(legend.shapes)) {
    if (bounds(text, approximate_size).right() > width + 0.01) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("legend: marks without a name have no key, and a name is listed once") {
  const std::vector<Mark> marks{Line{.name = "train"}, Line{}, Band{.name = "train"}, Rule{.label = "x"},
                                Scatter{.name = "points"}};
  const auto entries = legend_entries(marks);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].name == "train");
  CHECK(entries[1].sign == LegendEntry::Sign::marker);
}

TEST_CASE("legend: entries that do not fit in a row go on in the next") {
  const Legend one = legend_in_rows(many(2), 400, 3, plain_style());
  const Legend two = legend_in_rows(many(6), 400, 3, plain_style());
  CHECK(two.size.height == Approx(2 * one.size.height));
  CHECK(within(two, 400));
}

TEST_CASE("legend: what does not fit in the rows is counted") {
  const Legend legend = legend_in_rows(many(100), 400, 2, plain_style());
  CHECK(within(legend, 400));
  const auto last = words(legend.shapes).back();
  CHECK(last == "and " + std::to_string(100 - static_cast<int>(words(legend.shapes).size()) + 1) + " more");
}

TEST_CASE("legend: very long names are cut to the width") {
  CHECK(within(legend_in_rows(many(3, std::string(200, 'w')), 300, 3, plain_style()), 300));
  CHECK(within(legend_in_column(many(3, std::string(200, 'w')), 120, 500, plain_style()), 120));
}

TEST_CASE("legend: a column shorter than its entries counts the rest") {
  const Legend legend = legend_in_column(many(50), 200, 120, plain_style());
  CHECK(legend.size.height <= 120);
  CHECK(words(legend.shapes).back().ends_with(" more"));
}

TEST_CASE("legend: no entries take no room") {
  CHECK(legend_in_rows({}, 400, 3, plain_style()).size.height == 0);
}
