#include "graph/graph.hpp"
#include "runtime/run.hpp"
#include "stages/data/builder.hpp"
#include "tests/catch.hpp"
#include "tests/errors.hpp"
#include "tests/graph/test_stage.hpp"
#include "tests/stages/data/images/image_fixture.hpp"

namespace fovea {
namespace {

using namespace testing;
using Texts = std::vector<std::string>;

template <template <class> class As> struct CheckersOut {
  As<Dataset> data;
  static auto ports() { return std::tuple{field("data", &CheckersOut::data, "the checkerboards")}; }
};

/// A stage of one's own: checkerboards, whose class is how wide their squares are.
struct Checkers : TestStage<NoPorts, CheckersOut> {
  static constexpr std::string_view name = "checkers";
  static constexpr std::string_view doc = "draws checkerboards with narrow or wide squares";

  struct Params {
    std::int64_t samples = 8;
    static auto fields() {
      return std::tuple{field("samples", &Params::samples, "images of each part", between(2, 1000))};
    }
  };

  static Out<Value> run(const In<Value>&, const Params& params, Context&) {
    DatasetBuilder builder(8, 8, 1, {"narrow", "wide"});
    for (const auto part : {Part::train, Part::test}) {
      for (std::size_t i = 0; i < static_cast<std::size_t>(params.samples); ++i)
        builder.add(board(1 + i % 2, i / 2), i % 2, part);
    }
    return {.data = builder.build()};
  }

  static Bytes board(std::size_t side, std::size_t shift) {
    Bytes pixels(64);
    for (std::size_t i = 0; i < 64; ++i)
      pixels[i] = (i / 8 / side + (i % 8 + shift) / side) % 2 == 0 ? 255 : 0;
    return pixels;
  }
};

TEST_CASE("a stage of one's own makes a data set, and a graph runs it and keeps it") {
  const Folder folder;
  Store store(folder / "store", [](const std::string&) {});
  const auto world = world_of(store, [](const Node&) { return Json::object(); });
  Libraries libraries([](const std::string&) {});
  Listener listener;
  Graph g("own");
  g.add<Checkers>({}, {.samples = 4});
  const auto result = run(g, store, world, libraries, listener, {.threads = 1});
  REQUIRE(result.done());
  const auto item = store.load(Dataset::codec(), result.nodes[0].record.objects.at(0));
  REQUIRE(item);
  const auto& data = *static_cast<const Dataset*>(item->data.get());
  CHECK(data.class_names == Texts{"narrow", "wide"});
  CHECK(to_vector(data.labels) == std::vector<std::int32_t>{0, 1, 0, 1, 0, 1, 0, 1});
  CHECK(to_vector(data.parts) == Bytes{1, 1, 1, 1, 3, 3, 3, 3});
  CHECK(data.mean == std::vector{0.5});
  CHECK(data.std == std::vector{0.5});
}

TEST_CASE("a data set is built of files as well as of pixels") {
  DatasetBuilder builder(32, 32, 3, {"a", "b"});
  const auto first = png(5, 6), second = jpeg(70, 90);
  builder.add_file(first, 1);
  builder.add_file(second, 0, Part::validation);
  const auto data = stored(builder.build());
  REQUIRE(data.is_encoded());
  CHECK(Bytes(data.file(1).begin(), data.file(1).end()) == second);
  CHECK(to_vector(data.extents) == std::vector<std::int32_t>{5, 6, 70, 90});
  CHECK(to_vector(data.parts) == Bytes{1, 2});
  CHECK(data.mean.size() == 3);
}

TEST_CASE("a builder begins anew with the same classes") {
  DatasetBuilder builder(1, 1, 1, {"a"});
  builder.add_file(png(2, 2), 0);
  builder.build();
  CHECK(builder.size() == 0);
  builder.add(Bytes{5}, 0);
  CHECK(to_vector(builder.build().pixels) == Bytes{5});
}

TEST_CASE("a builder refuses what is no image of its own, and says what would be right") {
  CHECK(error_of([] { DatasetBuilder(2, 2, 4, {"a"}); }) ==
        "DatasetBuilder: images of 2 x 2 x 4; 1 or 3 channels are read");
  CHECK(error_of([] { DatasetBuilder(2, 2, 1, {}); }) ==
        "DatasetBuilder: no class names; give one for each class");
  CHECK(error_of([] {
          DatasetBuilder(2, 2, 1, {"a", "b", "a"});
        }) == "DatasetBuilder: class name \"a\" is there twice; each name must differ");
  DatasetBuilder builder(2, 2, 1, {"a", "b"});
  CHECK(error_of([&] { builder.build(); }) == "DatasetBuilder: no images; add one before it is built");
  CHECK(error_of([&] { builder.add(Bytes(12), 0); }) ==
        "DatasetBuilder: image 0 has 12 bytes; 2 x 2 x 1 are 4");
  CHECK(error_of([&] { builder.add(Bytes(4), 2); }) ==
        "DatasetBuilder: image 0 has label 2; the 2 classes are from 0 to 1");
  builder.add(Bytes(4), 1);
  CHECK(error_of([&] { builder.add_file(png(2, 2), 0); }) ==
        "DatasetBuilder: a file behind pixels; add all images with \"add\" or all with \"add_file\"");
  CHECK(builder.size() == 1);
}

}  // namespace
}  // namespace fovea
