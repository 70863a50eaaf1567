#include "runtime/store/files.hpp"
#include "runtime/store/store.hpp"
#include "tests/catch.hpp"
#include "tests/runtime/store_place.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

TEST_CASE(
    "store: an object whose content its codec refuses is set aside with a warning, and can be made again") {
  Place place;
  const Numbers numbers{std::vector<float>{1}};
  const auto other_layout = make_codec<Numbers>(
      2, [](const Numbers& all, H5Writer& file) { file.write("numbers", all.values, {1}); },
      [](const H5Reader&, const Resolve&) { return Numbers{}; });
  const auto object = place.store.publish(other_layout, &numbers);
  const auto path = place.store.object_path(object);
  CHECK_FALSE(place.load(object));
  CHECK_FALSE(place.store.has(object));
  CHECK(fs::exists(place.folder / "damaged" / path.filename()));
  REQUIRE(place.warnings.size() == 1);
  CHECK(place.warnings[0].starts_with(path.string() + ": damaged, its content is refused (" + path.string() +
                                      ": unknown dataset \"values\""));
  CHECK(place.load(place.publish({1})));
}

TEST_CASE("store: an object that refers to a refused one is nothing, and is no worse for it") {
  Place elsewhere, place;
  const auto parent = elsewhere.publish({1, 2, 3});
  const Half half{*elsewhere.load(parent)};
  CHECK(place.publish({1, 2, 3}) == parent);
  const auto object = place.store.publish(Half::codec(), &half);
  auto refusing = Numbers::codec();
  refusing.read = [](const H5Reader&, const Resolve&) -> std::shared_ptr<const void> {
    throw Error("not today");
  };
  CHECK_FALSE(place.store.load(refusing, parent));
  CHECK_FALSE(place.store.load(Half::codec(), object));
  CHECK(place.warnings.size() == 1);
  CHECK(fs::exists(place.store.object_path(object)));
}

TEST_CASE("store: what can't be compared with a result is no sign of an unrepeatable stage") {
  Place place;
  const auto object = place.publish({1});
  const std::string bytes = "no HDF5";
  const auto other = sha256(bytes) + ":" + xxh3(bytes) + ":" + std::to_string(bytes.size());
  make_folder(place.store.object_path(other).parent_path());
  put(place.store.object_path(other), bytes);
  CHECK_FALSE(place.store.difference(other, object));
}

}  // namespace
}  // namespace fovea
