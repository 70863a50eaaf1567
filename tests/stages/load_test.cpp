#include "stages/all.hpp"

#include "graph/registry.hpp"
#include "tests/catch.hpp"
#include "tests/stages/data_fixture.hpp"

namespace fovea {
namespace {

using namespace testing;

void write_training(const std::filesystem::path& folder, const Bytes& labels) {
  std::filesystem::create_directories(folder);
  const auto count = static_cast<std::uint32_t>(labels.size());
  write_bytes(folder / "train-images-idx3-ubyte", idx({count, 3, 4}, counted_bytes(labels.size() * 12)));
  write_bytes(folder / "train-labels-idx1-ubyte", idx({count}, labels));
}

Dataset load(const Load::Params& params, Alone& alone) {
  return *Load::run({}, params, alone.context).data;
}

Load::Params from(const Folder& folder, std::vector<std::string> names = {}) {
  return {.path = folder.path(), .format = "auto", .class_names = std::move(names), .synthetic = {}};
}

TEST_CASE("load reads a folder, numbers its classes and measures its statistics") {
  const Folder folder;
  write_training(folder.path(), {1, 0, 2, 1});
  Alone alone("load");
  const auto data = load(from(folder), alone);
  CHECK(data.size() == 4);
  CHECK(data.class_names == std::vector<std::string>{"0", "1", "2"});
  auto again = data;
  measure_statistics(again);
  CHECK(data.mean == again.mean);
  CHECK(alone.listener.warnings.empty());
}

TEST_CASE("load: a class without images is an error, unless it was named") {
  const Folder folder;
  write_training(folder.path(), {3, 0, 2, 0});
  Alone alone("load");
  CHECK_THROWS_WITH(load(from(folder), alone),
                    folder.path().string() +
                        ": no image has label 1; give \"class_names\" for all 4 classes if that is meant");
  CHECK(load(from(folder, {"a", "b", "c", "d", "e"}), alone).classes() == 5);
  CHECK(alone.listener.warnings ==
        std::vector<std::string>{"load: " + folder.path().string() + ": no image has label 1, \"b\"",
                                 "load: " + folder.path().string() + ": no image has label 4, \"e\""});
}

TEST_CASE("load: a label beyond the class names is an error with its place") {
  const Folder folder;
  write_training(folder.path(), {0, 1, 1, 2});
  Alone alone("load");
  CHECK_THROWS_WITH(
      load(from(folder, {"cat", "dog"}), alone),
      folder.path().string() + ": image 3 has label 2, but \"class_names\" has 2 names; give at least 3");
}

TEST_CASE("load lists the files that it will read") {
  const Folder folder;
  write_training(folder.path(), {0});
  CHECK(Load::sources(from(folder)) ==
        std::vector<std::filesystem::path>{folder / "train-images-idx3-ubyte",
                                           folder / "train-labels-idx1-ubyte"});
  CHECK(Load::sources({.path = {}, .format = "synthetic", .class_names = {}, .synthetic = {}}).empty());
}

TEST_CASE("load: a folder that is not there is an error that names the nearest one") {
  const Folder folder;
  write_training(folder / "fashion-mnist", {0});
  CHECK_THROWS_WITH(
      Load::sources({.path = folder / "fashion-mnst/", .format = "auto", .class_names = {}, .synthetic = {}}),
      (folder / "fashion-mnst").string() + ": no such folder; did you mean \"" +
          (folder / "fashion-mnist").string() + "\"?");
  CHECK_THROWS_WITH(
      Load::sources({.path = "/nowhere/at/all", .format = "idx", .class_names = {}, .synthetic = {}}),
      "/nowhere/at/all: no such folder; give the folder that holds the data");
}

TEST_CASE("load: a file in place of a folder, and a folder of something else, are errors") {
  const Folder folder;
  write_bytes(folder / "notes.txt", {1});
  CHECK_THROWS_WITH(
      Load::sources({.path = folder / "notes.txt", .format = "auto", .class_names = {}, .synthetic = {}}),
      (folder / "notes.txt").string() + ": a file, not a folder; give the folder that it is in, \"" +
          folder.path().string() + "\"");
  CHECK_THROWS_WITH(
      Load::sources(from(folder)),
      folder.path().string() +
          ": no data in a known format; \"idx\" needs a file \"train-images-idx3-ubyte\", plain or .gz");
}

TEST_CASE("load: parameters that contradict each other are refused before anything is read") {
  const auto complete = [](const char* params) {
    return stage_info<Load>().complete(parse_json(params), "params");
  };
  CHECK_THROWS_WITH(
      complete("{}"),
      "params.path: missing; give the folder that holds the data, or \"format\": \"synthetic\"");
  CHECK_THROWS_WITH(complete(R"({"path": "/x", "format": "synthetic"})"),
                    "params.path: \"/x\" is not used by \"format\": \"synthetic\"; leave it out");
  CHECK_THROWS_WITH(complete(R"({"path": "/x", "class_names": ["b", "a", "b"]})"),
                    "params.class_names: \"b\" is there twice; each name must differ");
  CHECK_THROWS_WITH(complete(R"({"format": "synthetic", "synthetic": {"samples": 5}})"),
                    "params.synthetic.samples: 5 for 10 classes; there must be at least one for each");
}

TEST_CASE("load draws synthetic data and names its classes by their shapes") {
  Alone alone("load");
  Load::Params params{.path = {}, .format = "synthetic", .class_names = {}, .synthetic = {.samples = 60}};
  const auto data = load(params, alone);
  CHECK(data.size() == 70);
  CHECK(data.class_names[4] == "ring");
  params.class_names = {"only", "two"};
  CHECK_THROWS_WITH(load(params, alone),
                    "synthetic: image 9 has label 9, but \"class_names\" has 2 names; give at least 10");
}

}  // namespace
}  // namespace fovea
