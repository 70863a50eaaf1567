#include "tests/render/drawings.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>

#include "tests/catch.hpp"

namespace fovea::render {

std::vector<std::string> words(const Shapes& shapes) {
  std::vector<std::string> result;
  for (const auto& text : all<Text>(shapes)) result.push_back(text.text);
  return result;
}

bool says(const Shapes& shapes, const std::string& text) {
  return std::ranges::any_of(all<Text>(shapes), [&](const Text& one) { return one.text == text; });
}

namespace {

// The corners of a text's own, turned box.
std::vector<Point> corners(const Text& text, const Measure& measure) {
  Text level = text;
  level.degrees = 0;
  const Rect box = bounds(level, measure).inset(1);
  const double turn = -text.degrees * 3.14159265358979 / 180;
  std::vector<Point> points;
  for (const Point p :
       {Point{box.x, box.y}, {box.right(), box.y}, {box.right(), box.bottom()}, {box.x, box.bottom()}}) {
    const Point from{p.x - text.at.x, p.y - text.at.y};
    points.push_back({text.at.x + from.x * std::cos(turn) - from.y * std::sin(turn),
                      text.at.y + from.x * std::sin(turn) + from.y * std::cos(turn)});
  }
  return points;
}

// Two convex outlines are apart if an edge of one separates them.
bool apart(const std::vector<Point>& a, const std::vector<Point>& b) {
  for (const auto* outline : {&a, &b}) {
    for (std::size_t i = 0; i < 4; ++i) {
      const Point from = (*outline)[i];
      const Point to = (*outline)[(i + 1) % 4];
      const auto outside = [&](Point p) {
        return (to.x - from.x) * (p.y - from.y) - (to.y - from.y) * (p.x - from.x) <= 0;
      };
      if (std::ranges::all_of(outline == &a ? b : a, outside)) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<std::string> misplaced_texts(const Drawing& drawing, const Measure& measure) {
  std::vector<std::string> complaints;
  const auto texts = all<Text>(drawing.shapes);
  const Rect canvas{0, 0, drawing.size.width, drawing.size.height};
  std::vector<std::vector<Point>> outlines;
  for (const auto& text : texts) {
    outlines.push_back(corners(text, measure));
    if (!text.text.empty() && !canvas.inset(-1).contains(bounds(text, measure)))
      complaints.push_back("\"" + text.text + "\" leaves the canvas");
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (std::size_t j = i + 1; j < texts.size(); ++j) {
      if (texts[i].text.empty() || texts[j].text.empty() || apart(outlines[i], outlines[j])) continue;
      complaints.push_back("\"" + texts[i].text + "\" covers \"" + texts[j].text + "\"");
    }
  }
  return complaints;
}

int ink_in(const Pixels& pixels, const Rect& box) {
  int count = 0;
  for (int y = std::max(0, static_cast<int>(box.y)); y < std::min<double>(pixels.height, box.bottom()); ++y) {
    for (int x = std::max(0, static_cast<int>(box.x)); x < std::min<double>(pixels.width, box.right()); ++x) {
      const auto* pixel = &pixels.rgb[(static_cast<std::size_t>(y) * static_cast<std::size_t>(pixels.width) +
                                       static_cast<std::size_t>(x)) *
                                      3];
      count += pixel[0] != 255 || pixel[1] != 255 || pixel[2] != 255;
    }
  }
  return count;
}

double seconds_of_this_thread() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void approve(const std::string& name, const std::string& text) {
  const std::string path = FOVEA_SOURCE_DIR "/tests/render/approved/" + name + ".txt";
  if (const char* wanted = std::getenv("APPROVE"); wanted && std::string(wanted) == "1") {
    std::ofstream(path, std::ios::binary) << text;
  }
  std::ifstream file(path, std::ios::binary);
  const std::string approved{std::istreambuf_iterator<char>(file), {}};
  if (text != approved)
    std::ofstream(FOVEA_BINARY_DIR "/" + name + ".received.txt", std::ios::binary) << text;
  INFO("compare with " FOVEA_BINARY_DIR "/" << name
                                            << ".received.txt, and run with APPROVE=1 if that is right");
  CHECK(text == approved);
}

}  // namespace fovea::render
