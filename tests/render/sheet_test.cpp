#include "render/sheet.hpp"

#include "tests/catch.hpp"
#include "tests/render/drawings.hpp"

using namespace fovea::render;

namespace {

SheetPicture picture(const std::string& caption) {
  return {.columns = 2, .rows = 2, .rgb = std::vector<std::uint8_t>(12, 99), .caption = caption};
}

/// All that is written, line ends as spaces.
std::string words_of(const Shapes& shapes) {
  std::string all_words;
  for (auto word : words(shapes)) {
    std::ranges::replace(word, '\n', ' ');
    all_words += word + "|";
  }
  return all_words;
}

}  // namespace

TEST_CASE("sheet: a caption of many words is whole, below its picture and above the next") {
  const std::string caption = "random_crop, flip_horizontal, rotate, color_jitter, cutout, gaussian_noise";
  const Sheet sheet{.pictures = {{picture(caption), picture("short")}, {picture(caption), picture("")}}};
  const Drawing drawing{{420, 500}, draw(sheet, {0, 0, 420, 500}, plain_style())};
  CHECK(words_of(drawing.shapes).find(caption + "|") != std::string::npos);
  CHECK(misplaced_texts(drawing, approximate_size) == std::vector<std::string>{});
  const auto images = all<Image>(drawing.shapes);
  for (const auto& text : all<Text>(drawing.shapes)) {
    for (const auto& image : images) CHECK(shared_area(image.box, bounds(text, approximate_size)) == 0);
  }
}

TEST_CASE("sheet: short captions leave the room to the pictures") {
  const auto height = [](const std::string& caption) {
    return all<Image>(draw(Sheet{.pictures = {{picture(caption)}}}, {0, 0, 200, 100}, plain_style()))
        .at(0)
        .box.height;
  };
  CHECK(height("one") > height("more words than one line of the sheet can take"));
}

TEST_CASE("sheet: a caption without end is cut, and leaves more than half of the room to the pictures") {
  std::string endless;
  for (int i = 0; i < 200; ++i) endless += "endless ";
  const auto shapes = draw(Sheet{.pictures = {{picture(endless)}}}, {0, 0, 400, 400}, plain_style());
  CHECK(words(shapes).at(0).ends_with("…"));
  CHECK(all<Image>(shapes).at(0).box.height >= 200);
}
