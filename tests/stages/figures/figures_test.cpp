#include "stages/figures/figures.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/store/artifact.hpp"
#include "stages/figures/picture.hpp"
#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/runtime/file_bytes.hpp"

using namespace fovea;

namespace {

render::Drawing square() {
  return {{40, 30}, {render::Rectangle{{10, 10, 20, 10}, render::okabe_ito::blue}}};
}

Figures saved(const std::vector<std::string>& formats) {
  Context context;
  context.key = "0123abcd";
  return save(square(), "square", "A square", formats, context);
}

std::string text_of(const Array<std::uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

struct Params {
  std::vector<std::string> formats{"png"};
  std::int64_t width = 1600;
  std::int64_t height = 1000;
  static auto fields() { return picture_fields<Params>(); }
};

Params read(const char* text) {
  return read_params<Params>(parse_json(text), "plot.params");
}

}  // namespace

TEST_CASE("figures: a drawing becomes a file of each format") {
  const auto figures = saved({"png", "svg", "pdf"});
  REQUIRE(figures.files.size() == 3);
  CHECK(figures.files[0].name == "square.png");
  CHECK(text_of(figures.files[0].bytes).substr(1, 3) == "PNG");
  CHECK(figures.files[1].name == "square.svg");
  CHECK_THAT(text_of(figures.files[1].bytes), Catch::Contains("<svg"));
  CHECK(figures.files[2].name == "square.pdf");
  CHECK(text_of(figures.files[2].bytes).substr(0, 5) == "%PDF-");
}

TEST_CASE("figures: PNG and SVG carry the key of what they came from, and a title") {
  for (const auto& file : saved({"png", "svg"}).files) {
    CHECK_THAT(text_of(file.bytes), Catch::Contains("fovea-key") && Catch::Contains("0123abcd"));
    CHECK_THAT(text_of(file.bytes), Catch::Contains("A square"));
  }
}

TEST_CASE("figures: the same drawing gives the same bytes") {
  const auto first = saved({"png", "svg", "pdf"});
  const auto second = saved({"png", "svg", "pdf"});
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(text_of(first.files[i].bytes) == text_of(second.files[i].bytes));
  }
}

TEST_CASE("figures: what is stored is what is read, in order") {
  const Folder folder;
  const auto figures = saved({"svg", "png"});
  H5Writer writer(folder / "figures.h5");
  Figures::codec().write(&figures, writer);
  writer.close();
  const auto read_back =
      std::static_pointer_cast<const Figures>(Figures::codec().read(H5Reader(folder / "figures.h5"), {}));
  REQUIRE(read_back->files.size() == 2);
  CHECK(read_back->files[0].name == "square.svg");
  CHECK(text_of(read_back->files[1].bytes) == text_of(figures.files[1].bytes));
}

TEST_CASE("figures: exporting writes each file into the folder") {
  const Folder folder;
  const auto figures = saved({"png", "svg"});
  Figures::codec().export_to(&figures, "", folder / "visualizations");
  CHECK(bytes_of(folder / "visualizations/square.png") == text_of(figures.files[0].bytes));
  CHECK(std::filesystem::exists(folder / "visualizations/square.svg"));
}

TEST_CASE("figures: the parameters say what is wrong with them") {
  CHECK(read(R"({"formats": ["pdf", "svg"]})").formats.size() == 2);
  CHECK_THROWS_WITH(read(R"({"formats": ["jpg"]})"),
                    "plot.params.formats: [\"jpg\"] is not allowed; it must be a list with at least one of "
                    "\"png\", \"svg\", \"pdf\"");
  CHECK_THROWS_WITH(read(R"({"formats": []})"),
                    "plot.params.formats: [] is not allowed; it must be a list with at least one of \"png\", "
                    "\"svg\", \"pdf\"");
  CHECK_THROWS_WITH(read(R"({"width": 100000})"),
                    "plot.params.width: 100000 is not allowed; it must be from 480 to 8192");
}
