#include "render/table.hpp"

#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

using namespace fovea::render;

namespace {

Table pairs(int rows) {
  Table table{.title = "Most confused pairs",
              .headings = {"true", "predicted", "share"},
              .align = {Align::start, Align::start, Align::end}};
  for (int i = 0; i < rows; ++i) table.rows.push_back({"shirt " + std::to_string(i), "coat", "12.5%"});
  return table;
}

}  // namespace

TEST_CASE("table: it has the approved shapes") {
  approve("table", to_text({page.size(), draw(pairs(3), page, plain_style())}));
}

TEST_CASE("table: rows that do not fit are counted, and all is within the box") {
  const Rect box{0, 0, 400, 300};
  const Drawing drawing{box.size(), draw(pairs(100), box, plain_style())};
  const auto lines = words(drawing.shapes);
  const auto shown = static_cast<int>(std::ranges::count(lines, "coat"));
  CHECK(lines.back() == "and " + std::to_string(100 - shown) + " more");
  CHECK(misplaced_texts(drawing, approximate_size) == std::vector<std::string>{});
}

TEST_CASE("table: of two columns too wide the wider is cut") {
  Table table{.headings = {"a", "b"}, .rows = {{std::string(200, 'x'), "short enough"}}};
  const auto lines = words(draw(table, {0, 0, 400, 300}, plain_style()));
  CHECK(std::ranges::find(lines, "short enough") != lines.end());
  CHECK(lines[2].ends_with("x…"));
}

TEST_CASE("table: a text panel wraps its sentences and says where it had to stop") {
  const TextPanel panel{.title = "What stands out", .text = std::string("word ") + std::string(400, 'a')};
  const Rect box{0, 0, 300, 120};
  const Drawing drawing{box.size(), draw(panel, box, plain_style())};
  CHECK(words(drawing.shapes).back().ends_with("…"));
  CHECK(misplaced_texts(drawing, approximate_size) == std::vector<std::string>{});
}
