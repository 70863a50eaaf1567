#include "render/svg.hpp"

#include <set>

#include "render/cairo.hpp"
#include "render/chart/panel.hpp"
#include "render/heat/heat_map.hpp"
#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

using namespace fovea::render;

namespace {

std::string chart(const std::string& title, const Metadata& metadata = {}) {
  const Figure figure{
      .title = title,
      .size = {600, 300},
      .columns = {1, 1},
      .subplots = {
          Panel{.marks = {Line{.name = "a & b", .y = {3, 1, 2}}}},
          HeatMap{
              .rows = 60, .columns = 60, .values = std::vector<double>(3600, 0.5), .range = Range{0, 1}}}};
  const auto bytes = svg(draw(figure, measure_text), metadata);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Whether every tag is closed in order, nothing else holds a bare < or &, and there is one root.
bool is_well_formed(const std::string& xml) {
  std::vector<std::string> open;
  int roots = 0;
  for (std::size_t i = 0; i < xml.size(); ++i) {
    if (xml[i] == '&' && xml.substr(i, 8).find(';') == std::string::npos) return false;
    if (xml[i] != '<') continue;
    const auto end = xml.find('>', i);
    if (end == std::string::npos || xml.substr(i + 1, end - i - 1).find('<') != std::string::npos)
      return false;
    const std::string tag = xml.substr(i + 1, end - i - 1);
    i = end;
    if (tag.starts_with("?") || tag.starts_with("!")) continue;
    if (tag.starts_with("/")) {
      if (open.empty() || open.back() != tag.substr(1)) return false;
      open.pop_back();
    } else {
      roots += open.empty();
      if (!tag.ends_with("/")) open.push_back(tag.substr(0, tag.find_first_of(" \n")));
    }
  }
  return open.empty() && roots == 1;
}

// What stands after each occurrence of a mark, up to a quote or bracket.
std::vector<std::string> after_each(const std::string& text, const std::string& mark) {
  std::vector<std::string> found;
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const auto start = at + mark.size();
    found.push_back(text.substr(start, text.find_first_of("\")", start) - start));
  }
  return found;
}

}  // namespace

TEST_CASE("svg: a figure is well-formed, whatever its title") {
  CHECK(is_well_formed(chart("loss")));
  CHECK(is_well_formed(chart("a < b & \"c\"", {{"Title", "a < b & \"c\""}, {"Note", "\x01 <tag>"}})));
  CHECK_FALSE(is_well_formed("<svg><g></svg>"));
}

TEST_CASE("svg: every id is defined once and every reference has its id") {
  const std::string file = chart("loss");
  const auto ids = after_each(file, " id=\"");
  const std::set<std::string> defined(ids.begin(), ids.end());
  CHECK(defined.size() == ids.size());
  auto references = after_each(file, "href=\"#");
  const auto urls = after_each(file, "url(#");
  references.insert(references.end(), urls.begin(), urls.end());
  CHECK(references.size() > 20);
  for (const auto& reference : references) CHECK(defined.contains(reference));
}

TEST_CASE("svg: two drawings in one page share no ids") {
  const auto first = after_each(chart("loss"), " id=\"");
  const auto second = after_each(chart("accuracy"), " id=\"");
  const std::set<std::string> ids(first.begin(), first.end());
  CHECK(!first.empty());
  for (const auto& id : second) CHECK_FALSE(ids.contains(id));
}

TEST_CASE("svg: what was drawn before does not change the file") {
  const std::string before = chart("loss");
  chart("another");
  CHECK(chart("loss") == before);
}

TEST_CASE("svg: metadata are in the file, the title as its title") {
  const std::string file = chart("loss", {{"Title", "Loss & more"}, {"Key", "ab12"}});
  CHECK(file.find("<title>Loss &amp; more</title>") != std::string::npos);
  CHECK(file.find("<m:entry key=\"Key\">ab12</m:entry>") != std::string::npos);
}

TEST_CASE("svg: ids are renamed together with what refers to them") {
  const std::string file =
      finished_svg("<svg><g id=\"surface17\"/><use href=\"#surface17\"/><a b=\"url(#clip1)\"/></svg>", {});
  const auto ids = after_each(file, " id=\"");
  REQUIRE(ids.size() == 1);
  CHECK(after_each(file, "href=\"#") == ids);
  CHECK(after_each(file, "url(#").at(0) != ids[0]);
  CHECK(file.find("surface17") == std::string::npos);
}

TEST_CASE("svg: a file of eighty thousand ids of one kind is finished within a second") {
  std::string file = "<svg>";
  for (int i = 0; i < 40'000; ++i) file += "<g id=\"glyph" + std::to_string(i) + "\"/>";
  for (int i = 0; i < 40'000; ++i)
    file += "<use xlink:href=\"#glyph" + std::to_string(i) + "\" x=\"0\" y=\"0\"/>";
  const double begin = seconds_of_this_thread();
  const auto finished = finished_svg(file + "</svg>", {});
  CHECK(seconds_of_this_thread() - begin < 1);
  CHECK(after_each(finished, " id=\"") == after_each(finished, "href=\"#"));
}
