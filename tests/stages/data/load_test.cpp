#include "stages/all.hpp"

#include "graph/plan.hpp"
#include "graph/registry.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/stages/data/images/image_fixture.hpp"

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
      (folder / "notes.txt").string() +
          ": a file, not a folder; give the folder that holds the data, or a .csv or .npz file");
  CHECK_THROWS_WITH(
      Load::sources(from(folder)),
      folder.path().string() +
          ": no data in a known format; \"idx\" needs a file \"train-images-idx3-ubyte\", plain or .gz, "
          "\"cifar\" needs \"data_batch_1.bin\" or \"train.bin\", \"csv\" needs a file \"labels.csv\", "
          "\"npz\" needs a .npz file, \"folder\" needs class folders of .jpg, .jpeg or .png files");
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

Load::Params params_of(const std::filesystem::path& path, const char* more = "{}") {
  auto json = parse_json(more);
  json["path"] = path.string();
  return read_params<Load::Params>(stage_info<Load>().complete(json, "params"), "params");
}

void write_pets(const Folder& folder) {
  write_image(folder / "cat/1.png", png(2, 3, 1));
  write_image(folder / "dog/1.png", png(2, 3, 1));
  write_image(folder / "dog/2.png", png(2, 3, 1));
}

TEST_CASE("load finds the format of a folder or a file by what is there") {
  const Folder folder;
  write_pets(folder);
  Alone alone("load");
  const auto pets = load(params_of(folder.path()), alone);
  CHECK(pets.class_names == std::vector<std::string>{"cat", "dog"});
  CHECK(pets.mean.size() == 1);
  write_text(folder / "labels.csv", "path,label\ncat/1.png,7\ndog/1.png,8\n");
  CHECK(load(params_of(folder.path()), alone).class_names == std::vector<std::string>{"7", "8"});
  CHECK(load(params_of(folder / "labels.csv"), alone).size() == 2);
  CHECK(load(params_of(folder.path(), R"({"format": "folder"})"), alone).size() == 3);
}

TEST_CASE("load: class names order the classes of a folder") {
  const Folder folder;
  write_pets(folder);
  Alone alone("load");
  const auto data = load(params_of(folder.path(), R"({"class_names": ["owl", "dog", "cat"]})"), alone);
  CHECK(to_vector(data.labels) == std::vector<std::int32_t>{2, 1, 1});
  CHECK(alone.listener.warnings ==
        std::vector<std::string>{"load: " + folder.path().string() + ": no image has label 0, \"owl\""});
  CHECK(error_of([&] { load(params_of(folder.path(), R"({"class_names": ["cat", "dogs"]})"), alone); }) ==
        folder.path().string() + ": class \"dog\" is not among \"class_names\"; did you mean \"dogs\"?");
}

TEST_CASE("load: classes that are numbers are places in the class names") {
  const Folder folder;
  write_pets(folder);
  write_text(folder / "labels.csv", "path,label\ncat/1.png,2\ndog/1.png,0\n");
  Alone alone("load");
  const auto data = load(params_of(folder.path(), R"({"class_names": ["dog", "owl", "cat"]})"), alone);
  CHECK(to_vector(data.labels) == std::vector<std::int32_t>{2, 0});
  CHECK(error_of([&] { load(params_of(folder.path(), R"({"class_names": ["dog", "owl"]})"), alone); }) ==
        folder.path().string() + ": class \"2\" is not among \"class_names\"; add it there");
}

TEST_CASE("load: an empty class folder is an error, unless it was named") {
  const Folder folder;
  write_pets(folder);
  std::filesystem::create_directory(folder / "owl");
  Alone alone("load");
  CHECK(error_of([&] { load(params_of(folder.path()), alone); }) ==
        folder.path().string() +
            ": no image has label 2, \"owl\"; give \"class_names\" for all 3 classes if that is meant");
  CHECK(load(params_of(folder.path(), R"({"class_names": ["cat", "dog", "owl"]})"), alone).classes() == 3);
}

TEST_CASE("load: how image files are taken is a matter of parameters") {
  const Folder folder;
  write_pets(folder);
  write_image(folder / "dog/3.png", {});
  Alone alone("load");
  const auto data = load(
      params_of(folder.path(), R"({"on_broken": "skip", "channels": 3, "image_size": [20, 30]})"), alone);
  CHECK(data.size() == 3);
  CHECK(data.channels == 3);
  CHECK(data.height == 20);
  CHECK(data.width == 30);
  CHECK(data.is_encoded());
  REQUIRE(data.mean.size() == 3);
  CHECK((data.mean[0] > 0.2 && data.mean[0] < 0.8 && data.std[0] > 0));
}

TEST_CASE("load: settings of image files are refused where there are none") {
  const Folder folder;
  write_training(folder.path(), {0, 1});
  CHECK(error_of([&] { Load::sources(params_of(folder.path(), R"({"channels": 3})")); }) ==
        folder.path().string() + ": \"channels\" is set, but \"idx\" has no image files; leave it out");
  CHECK(error_of([&] { params_of(folder.path(), R"({"channels": 2})"); }) ==
        "params.channels: 2 is not allowed; it must be 1 or 3");
  CHECK(error_of([&] { params_of(folder.path(), R"({"image_size": [32]})"); }) ==
        "params.image_size: [32]; it must be [height, width]");
  CHECK(error_of([&] {
          stage_info<Load>().complete(parse_json(R"({"format": "synthetic", "on_broken": "skip"})"),
                                      "params");
        }) == "params.on_broken: not used by \"format\": \"synthetic\"; leave it out");
}

TEST_CASE("load: adding, removing or renaming an image or a class changes the key") {
  const Folder folder;
  write_pets(folder);
  const auto key = [&] {
    Graph g("pets");
    g.add<Load>({}, params_of(folder.path()));
    World world;
    world.digest = [](const std::filesystem::path& path) { return path.extension().string(); };
    return key_parts(g, 0, {}, world).at("files").dump();
  };
  CHECK(
      key() ==
      R"({"./":"folder","cat/":"folder","dog/":"folder","cat/1.png":".png","dog/1.png":".png","dog/2.png":".png"})");
  std::vector<std::string> keys{key()};
  std::filesystem::rename(folder / "dog/2.png", folder / "dog/3.png");
  keys.push_back(key());
  std::filesystem::rename(folder / "cat", folder / "bat");
  keys.push_back(key());
  std::filesystem::create_directory(folder / "owl");
  keys.push_back(key());
  std::filesystem::remove(folder / "dog/3.png");
  keys.push_back(key());
  std::sort(keys.begin(), keys.end());
  CHECK(std::unique(keys.begin(), keys.end()) == keys.end());
}

}  // namespace
}  // namespace fovea
