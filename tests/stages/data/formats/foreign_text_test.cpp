#include "stages/data/builder.hpp"
#include "stages/data/formats/image_csv.hpp"
#include "stages/data/load.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/formats/zip_fixture.hpp"
#include "tests/stages/data/images/image_fixture.hpp"

// Tables, names and arrays as other programs write them.

namespace fovea {
namespace {

using namespace testing;
using Texts = std::vector<std::string>;

ImageList table(const std::string& text, const std::string& name = "labels.csv") {
  const Folder folder;
  write_text(folder / name, text);
  return list_image_csv(folder / name);
}

std::string table_error(const std::string& text) {
  const Folder folder;
  write_text(folder / "t.csv", text);
  const auto whole = error_of([&] { list_image_csv(folder / "t.csv"); });
  const auto place = (folder / "t.csv").string() + ": ";
  return whole.starts_with(place) ? whole.substr(place.size()) : whole;
}

Texts names_of(const ImageList& list) {
  Texts names;
  for (const auto& image : list.images) names.push_back(image.name);
  return names;
}

TEST_CASE("table: labels that differ in spaces around them or in Unicode forms are one class") {
  const auto list = table(
      "path, label\na.png,cat\nb.png,cat \nc.png, cat\nd.png,\"cat \"\ne.png,\xc2\xa0"
      "cat\n"
      "f.png,caf\xc3\xa9\ng.png,cafe\xcc\x81\nh.png,Cat\n");
  CHECK(list.class_names == Texts{"Cat", "caf\xc3\xa9", "cat"});
  CHECK(list.warnings ==
        Texts{"classes \"Cat\" and \"cat\" differ in case only; give them one name if they are one class"});
  CHECK(table_error("path,label\na.png,\" \"\n") ==
        "line 2, column 2: \"label\" is empty; each image needs a class");
}

TEST_CASE("table: fields are separated by commas, semicolons or tabs, and lines end in any way") {
  for (const char* text :
       {"path;label\na.png;cat\nb, c.png;dog\n", "path\tlabel\r\na.png\tcat\r\nb, c.png\tdog\r\n",
        "path,label\ra.png,cat\r\"b, c.png\",dog\r",
        "\xef\xbb\xbf\"path\";\"label\"\n\"a.png\";\"cat\"\n\"b, c.png\";dog"}) {
    const auto list = table(text);
    CHECK(names_of(list) == Texts{"a.png", "b, c.png"});
    CHECK(list.class_names == Texts{"cat", "dog"});
  }
  CHECK(names_of(table("path\tlabel\na.png\tx\n", "t.tsv")) == Texts{"a.png"});
  CHECK(holds_image_csv("t.tsv"));
}

TEST_CASE("table: paths with backslashes and from the root are read, and shown as the table has them") {
  const Folder folder;
  write_image(folder / "i/1.png", png(3, 3));
  write_text(folder / "t.csv", "path,label\ni\\1.png,cat\n/nowhere/at/all/0.png,dog\n../2.png,dog\n");
  const auto list = list_image_csv(folder / "t.csv");
  CHECK(names_of(list) == Texts{"i/1.png", "/nowhere/at/all/0.png", "../2.png"});
  CHECK(list.path(1) == "/nowhere/at/all/0.png");
  Alone alone("load");
  CHECK(error_of([&] {
          read_images(list, {}, alone.context);
        }).find("\"/nowhere/at/all/0.png\" (no such file), \"../2.png\" (no such file);") !=
        std::string::npos);
}

TEST_CASE("table: a zero byte and UTF-16 are told by their place") {
  using namespace std::string_literals;
  CHECK(table_error("path,label\na.png,ca\0t\n"s) == "line 2, column 2: a label with a zero byte; remove it");
  CHECK(table_error("path,label,by\na.png,cat,m\0e\n"s) ==
        "line 2, column 3: an attribute with a zero byte; remove it");
  CHECK(table_error("path,label\na\0.png,cat\n"s) == "line 2, column 1: a path with a zero byte; remove it");
  CHECK(table_error("\xff\xfep\0a\0"s) == "UTF-16, as spreadsheets write \"Unicode text\"; save it as UTF-8");
}

TEST_CASE("names: a zero byte or what is not UTF-8 is refused where it enters") {
  using namespace std::string_literals;
  CHECK(error_of([] {
          DatasetBuilder(2, 2, 1, {"a\0b"s});
        }).find(" is no UTF-8 text, or has a zero byte; mend it") != std::string::npos);
  DatasetBuilder builder(1, 1, 1, {"a"});
  const Bytes pixel{1};
  CHECK(error_of([&] {
          builder.add(pixel, 0, Part::train, "caf\xe9");
        }).starts_with("DatasetBuilder: image 0 has the name "));
  const Load::Params params{.path = "/x", .class_names = {"a\0b"s}};
  CHECK(error_of([&] { params.check("params"); }) ==
        "params.class_names: \"a\\u0000b\" is no name; it must have letters and no zero byte");
}

std::string npz_error(const Bytes& labels) {
  const Folder folder;
  write_bytes(folder / "d.npz",
              zip({{"images.npy", npy("|u1", "(2, 2, 2)", counted_bytes(8))}, {"labels.npy", labels}}));
  Alone alone("load");
  auto text = error_of([&] { Load::run({}, {.path = folder / "d.npz"}, alone.context); });
  const auto place = (folder / "d.npz").string() + ": ";
  return text.starts_with(place) ? text.substr(place.size()) : text;
}

TEST_CASE(
    "npz: labels of text, objects and fractions are refused by what they are, true and false are read") {
  CHECK(
      npz_error(npy("<U3", "(2,)", Bytes(24))) ==
      "labels: an array of text; arrays of numbers are read, and np.unique(..., return_inverse=True) numbers "
      "text");
  CHECK(npz_error(npy("|S3", "(2,)", Bytes(6))).starts_with("labels: an array of text; "));
  CHECK(npz_error(npy("|O", "(2,)", Bytes(6))) ==
        "labels: an array of Python objects; arrays of numbers are read");
  CHECK(npz_error(npy("<f4", "(2,)", Bytes(8))) == "labels: labels of float32; whole numbers are read");
  CHECK(npz_error(npy("|b1", "(2,)", {1, 0})) == "(nothing was thrown)");
}

}  // namespace
}  // namespace fovea
