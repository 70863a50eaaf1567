#include "render/cairo.hpp"

#include <zlib.h>

#include <thread>

#include "graph/error.hpp"
#include "render/chart/panel.hpp"
#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

using namespace fovea::render;

namespace {

Drawing chart() {
  return draw(
      Figure{.title = "Größe & <тест>",
             .size = {400, 300},
             .subplots = {Panel{.x = {.label = "epoch"}, .marks = {Line{.name = "loss", .y = {3, 1, 2}}}}}},
      measure_text);
}

std::string text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A PDF with the streams that are packed in it unpacked: from cairo 1.18 on, its texts are in one.
std::string unpacked(const std::string& file) {
  static constexpr std::string_view begin = "stream\n", end = "endstream";
  std::string all = file;
  for (auto at = file.find(begin); at != file.npos; at = file.find(begin, file.find(end, at) + end.size())) {
    auto* const packed = reinterpret_cast<const Bytef*>(file.data() + at + begin.size());
    std::string plain(std::size_t{1} << 20, ' ');
    auto size = static_cast<uLongf>(plain.size());
    if (uncompress(reinterpret_cast<Bytef*>(plain.data()), &size, packed, file.size() - at - begin.size()) ==
        Z_OK)
      all += plain.substr(0, size);
  }
  return all;
}

Color pixel(const Pixels& p, int x, int y) {
  const auto* at =
      &p.rgb[(static_cast<std::size_t>(y) * static_cast<std::size_t>(p.width) + static_cast<std::size_t>(x)) *
             3];
  return {at[0], at[1], at[2]};
}

}  // namespace

TEST_CASE("cairo: the same drawing gives the same bytes in every format") {
  const Drawing drawing = chart();
  const Metadata about{{"Title", "loss"}};
  CHECK(png(drawing, about) == png(drawing, about));
  CHECK(svg(drawing, about) == svg(drawing, about));
  CHECK(pdf(drawing, about) == pdf(drawing, about));
}

TEST_CASE("cairo: several threads draw the same figure alike") {
  std::vector<std::vector<std::byte>> results(4);
  {
    std::vector<std::jthread> threads;
    for (auto& result : results) threads.emplace_back([&result] { result = png(chart()); });
  }
  for (const auto& result : results) CHECK(result == results[0]);
}

TEST_CASE("cairo: a rectangle covers exactly its pixels") {
  const Pixels drawn = pixels({{10, 10}, {Rectangle{.box = {2, 3, 4, 5}, .fill = okabe_ito::blue}}});
  CHECK(pixel(drawn, 2, 3) == okabe_ito::blue);
  CHECK(pixel(drawn, 5, 7) == okabe_ito::blue);
  CHECK(ink_in(drawn, {0, 0, 10, 10}) == 20);
}

TEST_CASE("cairo: the cells of an image stay sharp") {
  const Pixels drawn = pixels({{20, 10}, {Image{{0, 0, 20, 10}, 2, 1, {255, 0, 0, 0, 0, 255}}}});
  CHECK(pixel(drawn, 9, 5) == rgb(0xff0000));
  CHECK(pixel(drawn, 10, 5) == rgb(0x0000ff));
}

TEST_CASE("cairo: nothing is drawn outside the clip of a group") {
  const Pixels drawn =
      pixels({{20, 20}, {Group{{5, 5, 5, 5}, {Rectangle{.box = {0, 0, 20, 20}, .fill = black}}}}});
  CHECK(ink_in(drawn, {0, 0, 20, 20}) == 25);
}

TEST_CASE("cairo: every marker leaves ink about its point, and only there") {
  for (const auto shape : {MarkerShape::circle, MarkerShape::square, MarkerShape::diamond,
                           MarkerShape::triangle, MarkerShape::cross}) {
    const Pixels drawn = pixels({{40, 40}, {Marker{.at = {20, 20}, .radius = 8, .shape = shape}}});
    CHECK(ink_in(drawn, {8, 8, 24, 24}) > 40);
    CHECK(ink_in(drawn, {0, 0, 40, 40}) == ink_in(drawn, {8, 8, 24, 24}));
  }
}

TEST_CASE("cairo: a cross is two strokes with nothing between their ends") {
  const Pixels drawn =
      pixels({{40, 40}, {Marker{.at = {20, 20}, .radius = 14, .shape = MarkerShape::cross}}});
  CHECK(ink_in(drawn, {18, 18, 4, 4}) == 16);
  CHECK(ink_in(drawn, {17, 30, 6, 6}) == 0);
  CHECK(ink_in(drawn, {30, 17, 6, 6}) == 0);
}

TEST_CASE("cairo: a text is drawn within the box that was measured for it") {
  for (const double degrees : {0.0, 45.0, 90.0}) {
    const Text label{
        .at = {100, 100}, .text = "Ångström gjpqy", .font = {20}, .align = Align::middle, .degrees = degrees};
    const Pixels drawn = pixels({{200, 200}, {label}});
    const int ink = ink_in(drawn, {0, 0, 200, 200});
    CHECK(ink > 300);
    CHECK(ink_in(drawn, bounds(label, measure_text).inset(-2)) == ink);
  }
}

TEST_CASE("cairo: a text after another does not draw a line to it") {
  const Shapes shapes{Text{.at = {5, 5}, .text = "a", .font = {12}},
                      Polyline{{{60, 60}, {90, 60}}, {black, 2}}};
  CHECK(ink_in(pixels({{100, 100}, shapes}), {25, 25, 30, 30}) == 0);
}

TEST_CASE("cairo: any script has a width, and bold is wider") {
  for (const auto* name : {"Привет", "القاهرة", "日本語", "שלום", "हिन्दी"})
    CHECK(measure_text(name, {20}).width > 20);
  CHECK(measure_text("validation", {20, true}).width > measure_text("validation", {20}).width);
}

TEST_CASE("cairo: twice the scale has twice the pixels a side") {
  const Pixels drawn = pixels(chart(), 2);
  CHECK(drawn.width == 800);
  CHECK(drawn.height == 600);
}

TEST_CASE("cairo: too many pixels are an error that says how many are right") {
  std::string message;
  try {
    pixels({{40000, 10}, {}});
  } catch (const fovea::Error& error) {
    message = error.what();
  }
  CHECK(message == "figure: 40,000 x 10 pixels; each side must be between 1 and 32767");
}

TEST_CASE("cairo: a PDF has its title and keywords, and no date of today") {
  const std::string file = unpacked(text(pdf(chart(), {{"Title", "loss curves"}, {"Key", "abc123"}})));
  CHECK(file.starts_with("%PDF-1."));
  CHECK(file.find("(loss curves)") != std::string::npos);
  CHECK(file.find("Key: abc123") != std::string::npos);
  CHECK(file.find("/CreationDate (2000") != std::string::npos);
  CHECK(file.find("/ModDate") == std::string::npos);
}
