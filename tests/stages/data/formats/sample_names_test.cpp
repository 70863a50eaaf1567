#include "stages/data/builder.hpp"
#include "stages/data/formats/idx.hpp"
#include "stages/data/load.hpp"
#include "stages/data/names.hpp"
#include "stages/data/resize.hpp"
#include "stages/data/split.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/formats/zip_fixture.hpp"
#include "tests/stages/data/images/image_fixture.hpp"

namespace fovea {
namespace {

using namespace testing;
using Texts = std::vector<std::string>;

Texts names_of(const Dataset& data) {
  Texts names;
  for (std::size_t i = 0; i < data.size(); ++i) names.push_back(data.name(i));
  return names;
}

Dataset loaded(const std::filesystem::path& path, const std::string& on_broken = "error") {
  Alone alone("load");
  return *Load::run({}, {.path = path, .on_broken = on_broken}, alone.context).data;
}

TEST_CASE("sample names: images are called by their paths below the folder, without those left out") {
  const Folder folder;
  for (const char* name : {"a/1.png", "a/deep/2.png", "b/3.png"}) write_image(folder / name, png(70, 4));
  write_image(folder / "b/2.png", {});
  CHECK(names_of(loaded(folder.path(), "skip")) == Texts{"a/1.png", "a/deep/2.png", "b/3.png"});
}

TEST_CASE("sample names: what has no files of its own is called by file and row") {
  const Folder folder;
  write_bytes(folder / "train-images-idx3-ubyte", idx({2, 2, 2}, counted_bytes(8)));
  write_bytes(folder / "train-labels-idx1-ubyte", idx({2}, {0, 1}));
  CHECK(names_of(loaded(folder.path())) == Texts{"train-images-idx3-ubyte:0", "train-images-idx3-ubyte:1"});
  write_bytes(folder / "d.npz", zip({{"x_train.npy", npy("|u1", "(2, 2, 2)", counted_bytes(8))},
                                     {"y_train.npy", npy("|u1", "(2,)", {0, 1})},
                                     {"x_test.npy", npy("|u1", "(1, 2, 2)", counted_bytes(4))},
                                     {"y_test.npy", npy("|u1", "(1,)", {1})}}));
  CHECK(names_of(loaded(folder / "d.npz")) == Texts{"d.npz:x_train:0", "d.npz:x_train:1", "d.npz:x_test:0"});
  CHECK(small_dataset({0, 1}).name(1) == "1");
}

Dataset named(std::size_t count) {
  DatasetBuilder builder(2, 2, 1, {"x", "y"});
  for (std::size_t i = 0; i < count; ++i)
    builder.add(counted_bytes(4), i % 2, Part::train, "s" + std::to_string(i));
  return builder.build();
}

TEST_CASE("sample names: parts and resized data keep them") {
  const auto item = std::make_shared<const Dataset>(named(20));
  Alone alone("split");
  const auto parts =
      Split::run({.data = Value<Dataset>(Item{item, "id"})}, {.validation = 5, .test = 5}, alone.context);
  for (const auto* part : {&parts.train, &parts.validation, &parts.test}) {
    for (std::size_t i = 0; i < (*part)->size(); ++i)
      CHECK((*part)->name(i) == "s" + std::to_string((*part)->index[i]));
  }
  const auto resized = Resize::run({.data = parts.test}, {.height = 3, .width = 3}, alone.context);
  CHECK(names_of(*resized.data) == names_of(*parts.test));
}

TEST_CASE("sample names: what is stored is what is read, and a view has those of its source") {
  const auto whole = named(4);
  CHECK(names_of(stored(whole)) == names_of(whole));
  const auto part = view(whole, "id", {3, 1});
  const auto source = std::make_shared<const Dataset>(whole);
  const auto read = stored(part, [&](const Codec&, const std::string&) { return Item{source, "id"}; });
  CHECK(names_of(read) == Texts{"s3", "s1"});
}

/// "red, x": what each sample is told to be, by all attributes.
Texts told_of(const Dataset& data) {
  Texts all;
  for (std::size_t i = 0; i < data.size(); ++i) {
    Texts values;
    for (std::size_t k = 0; k < data.attributes.size(); ++k) values.emplace_back(data.attribute(k, i));
    all.push_back(join(values, ", "));
  }
  return all;
}

TEST_CASE(
    "sample attributes: other columns of a table stay with its images, through all that is made of them") {
  const Folder folder;
  for (const char* name : {"1.png", "2.png", "4.png"}) write_image(folder / name, png(70, 4));
  write_image(folder / "3.png", {});
  write_text(folder / "labels.csv",
             ",path,Camera,label,note\n0,1.png,red,a,\"one, two\"\n1,2.png,blue,b,\n2,3.png,none,a,x\n"
             "3,4.png,grün,b,last\n");
  const auto data = loaded(folder.path(), "skip");
  REQUIRE(data.attributes.size() == 2);
  CHECK(data.attributes[0].name == "Camera");
  CHECK(data.attributes[1].name == "note");
  CHECK(told_of(data) == Texts{"red, one, two", "blue, ", "grün, last"});
  CHECK(told_of(stored(data)) == told_of(data));
  const auto source = std::make_shared<const Dataset>(data);
  const auto part = stored(view(data, "id", {2, 0}), [&](const Codec&, const std::string&) {
    return Item{source, "id"};
  });
  CHECK(told_of(part) == Texts{"grün, last", "red, one, two"});
  Alone alone("resize");
  const auto resized = Resize::run({.data = part}, {.height = 3, .width = 3}, alone.context);
  CHECK(resized.data->attributes[1].name == "note");
  CHECK(told_of(stored(*resized.data)) == told_of(part));
}

TEST_CASE("sample attributes: each part of a split has those of its images") {
  auto data = named(20);
  data.attributes = {{"same as the name", data.names}};
  const auto item = std::make_shared<const Dataset>(std::move(data));
  Alone alone("split");
  const auto parts =
      Split::run({.data = Value<Dataset>(Item{item, "id"})}, {.validation = 5, .test = 5}, alone.context);
  CHECK(parts.test->size() == 5);
  for (const auto* part : {&parts.train, &parts.validation, &parts.test})
    CHECK(told_of(**part) == names_of(**part));
}

TEST_CASE(
    "sample attributes: two columns of one name are refused, and so is what is not one for each image") {
  const Folder folder;
  write_image(folder / "1.png", png(4, 4));
  write_text(folder / "labels.csv", "path,label,x,x\n1.png,a,1,2\n");
  CHECK(error_of([&] { loaded(folder.path()); }) ==
        (folder / "labels.csv").string() +
            ": line 1, column 4: another column is called \"x\"; keep one of them");
  auto data = named(3);
  data.attributes = {{"x", named(2).names}};
  CHECK(error_of([&] { stored(data); }) ==
        "Dataset: its images and what is told of them differ in number; make it again");
}

TEST_CASE("sample names: names that are not one for each image are refused") {
  auto data = named(3);
  data.names = named(2).names;
  CHECK(error_of([&] { stored(data); }) ==
        "Dataset: its images and their names differ in number; make it again");
  data.names = named(3).names;
  data.names.offsets = std::vector<std::int64_t>{0, 9, 4, 6};
  CHECK(error_of([&] { stored(data); }) ==
        "Dataset: its names do not lie one after the other; make it again");
}

}  // namespace
}  // namespace fovea
