#include "stages/model/load_model.hpp"

#include "graph/plan.hpp"
#include "stages/evaluate/predictions.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/runtime/file_bytes.hpp"
#include "tests/stages/data/data_fixture.hpp"
#include "tests/stages/model/small_model.hpp"

using namespace fovea;
using testing::small_model;

namespace {

/// A folder with a model file in it.
struct Place {
  testing::Folder folder;
  std::filesystem::path file = folder / "best_model.h5";
  explicit Place(const Model& model = small_model()) { write_artifact(Model::codec(), &model, file); }

  Model load() const {
    testing::Alone alone("load_model");
    return *LoadModel::run({}, {.path = file}, alone.context).model;
  }
  /// The error of loading, without the file's path in front.
  std::string error() const {
    const auto whole = error_of([&] { load(); });
    REQUIRE(whole.starts_with(file.string() + ": "));
    return whole.substr(file.string().size() + 2);
  }
};

/// What decides the key of `load_model` for a file of that digest.
Json parts(const std::filesystem::path& file, const std::string& digest) {
  Graph graph;
  graph.add<LoadModel>({}, {.path = file});
  World world;
  world.digest = [&](const auto&) { return digest; };
  return key_parts(graph, 0, {}, world);
}

}  // namespace

TEST_CASE("load_model: gives the model in a file whole, and needs the file no more") {
  const Place place;
  const auto loaded = place.load();
  std::filesystem::resize_file(place.file, 0);
  const auto model = small_model();
  CHECK(write_params(loaded.specification) == write_params(model.specification));
  CHECK(loaded.class_names == model.class_names);
  CHECK(loaded.preprocessing == model.preprocessing);
  REQUIRE(loaded.weights.size() == 2);
  CHECK(loaded.weights[0].name == "fc.weight");
  CHECK(loaded.weights[0].shape == Shape{2, 3});
  CHECK(testing::to_vector(loaded.weights[0].values) == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(testing::to_vector(loaded.weights[1].values) == std::vector<float>{7, 8});
}

TEST_CASE("load_model: its key has what the file holds, and not where it lies") {
  const Place one, two;
  CHECK(parts(one.file, "first") == parts(two.file, "first"));
  CHECK(parts(one.file, "first") != parts(one.file, "second"));
}

TEST_CASE("load_model: a path that is missing, or leads to nothing, is an error before anything runs") {
  Graph graph;
  CHECK(
      error_of([&] { graph.add<LoadModel>({}, {}); }) ==
      "stages.load_model.params.path: missing; give a model file, such as best_model.h5 of a run directory");
  CHECK(error_of([] { LoadModel::sources({.path = "nowhere.h5"}); }) ==
        "nowhere.h5: no such file; give a model file, such as best_model.h5 of a run directory");
  const Place place;
  CHECK(error_of([&] { LoadModel::sources({.path = place.folder.path()}); }) ==
        place.folder.path().string() + ": a folder; give the model in it, such as \"" +
            (place.folder / "best_model.h5").string() + "\"");
}

TEST_CASE("load_model: what is no model is refused with what it is") {
  const Place place;
  testing::write_bytes(place.file, {'P', 'K', 3, 4});
  CHECK(place.error() == "not HDF5, as models are; give the best_model.h5 of a run directory");
  testing::write_bytes(place.file, {});
  CHECK(place.error() == "not HDF5, as models are; give the best_model.h5 of a run directory");
  const Predictions predictions{std::vector<float>{}, std::vector<std::int32_t>{}, {"a"}};
  write_artifact(Predictions::codec(), &predictions, place.file);
  CHECK(place.error() ==
        "format \"fovea.Predictions\" instead of \"fovea.Model\"; give the best_model.h5 of a run directory");
}

TEST_CASE("load_model: a file of a newer program is refused, with both versions") {
  auto newer = Model::codec();
  ++newer.version;
  const Place place;
  const auto model = small_model();
  write_artifact(newer, &model, place.file);
  CHECK(place.error() ==
        "version " + std::to_string(newer.version) + " of \"fovea.Model\", but this program reads up to " +
            std::to_string(newer.version - 1) + "; give the best_model.h5 of a run directory");
}

TEST_CASE("load_model: a content that does not hang together is refused") {
  auto model = small_model();
  model.class_names = {"cat", "cat"};
  CHECK(Place(model).error() ==
        "its content is refused (two of its classes are called \"cat\"); get the file again");
  model.class_names = {"cat", "d\xff"};
  CHECK(Place(model).error() ==
        "its content is refused (a class has a name that is not UTF-8); get the file again");
  model = small_model();
  model.weights[0] = {"fc.weight", {3, 2}, std::vector<float>(6)};
  CHECK(
      Place(model).error() ==
      "its content is refused (weights: \"fc.weight\" is 3 x 2, but the layers have \"fc.weight\" of 2 x 3); "
      "get the file again");
}

TEST_CASE("load_model: a file that is cut off is refused") {
  const Place place;
  const auto size = std::filesystem::file_size(place.file);
  for (const auto left : {size - 1, size / 2, std::uintmax_t{20}}) {
    std::filesystem::resize_file(place.file, left);
    CHECK_THAT(place.error(), Catch::EndsWith("; make the file again"));
  }
}

TEST_CASE("load_model: of 300 damaged copies each is refused with its path, or differs in numbers alone") {
  const Place place;
  const auto whole = bytes_of(place.file);
  std::uint32_t noise = 1;
  std::size_t refused = 0;
  for (int copy = 0; copy < 300; ++copy) {
    auto bytes = whole;
    for (int i = 0; i <= copy % 4; ++i) {
      noise = noise * 1664525 + 1013904223;
      const auto at = (noise >> 8) % bytes.size();
      bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U + noise % 255));
    }
    testing::write_bytes(place.file, {bytes.begin(), bytes.end()});
    const auto error = error_of([&] {
      const auto model = place.load();
      CHECK(model.weights[0].shape == Shape{2, 3});
      CHECK(model.weights[0].values.size() == 6);
    });
    if (error == "(nothing was thrown)") continue;
    INFO(error);
    CHECK(error.starts_with(place.file.string()));
    ++refused;
  }
  CHECK(refused > 100);
}
