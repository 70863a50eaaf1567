#include "stages/data/dataset.hpp"

#include <cmath>

#include "graph/error.hpp"
#include "tests/catch.hpp"
#include "tests/stages/data/data_fixture.hpp"

namespace fovea {
namespace {

using namespace testing;

TEST_CASE("statistics are those of the textbook, per channel") {
  for (const std::size_t channels : {1, 3}) {
    const auto data = small_dataset(std::vector<std::int32_t>(13, 0), 17, 11, channels);
    for (std::size_t c = 0; c < channels; ++c) {
      std::vector<double> values;
      for (std::size_t i = c; i < data.pixels.size(); i += channels) values.push_back(data.pixels[i] / 255.0);
      const auto count = static_cast<double>(values.size());
      const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
      double squares = 0;
      for (const auto value : values) squares += (value - mean) * (value - mean);
      CHECK(data.mean[c] == Approx(mean).epsilon(1e-12));
      CHECK(data.std[c] == Approx(std::sqrt(squares / count)).epsilon(1e-12));
    }
  }
}

TEST_CASE("statistics of large images of the largest value do not overflow") {
  Dataset data;
  data.height = data.width = 4000;
  data.channels = 1;
  data.pixels = Bytes(data.image_bytes(), 255);
  data.index = std::vector<std::uint32_t>(3, 0);
  measure_statistics(data);
  CHECK(data.mean[0] == 1);
  CHECK(data.std[0] == 0);
}

TEST_CASE("a view shows the chosen samples of its source without a copy of the pixels") {
  const auto data = small_dataset({0, 1, 2, 0, 1, 2});
  const auto part = view(data, "id", {1, 4, 5});
  CHECK(part.source == "id");
  CHECK(part.pixels.data() == data.pixels.data());
  CHECK(to_vector(part.labels) == std::vector<std::int32_t>{1, 1, 2});
  CHECK(part.image(2).data() == data.image(5).data());
  CHECK(class_counts(part) == std::vector<std::size_t>{0, 2, 1});
}

TEST_CASE("a view of a view refers to the owner of the pixels") {
  const auto data = small_dataset({0, 1, 2, 0, 1, 2});
  const auto part = view(view(data, "owner", {1, 4, 5}), "middle", {0, 2});
  CHECK(part.source == "owner");
  CHECK(to_vector(part.index) == std::vector<std::uint32_t>{1, 5});
}

TEST_CASE("statistics of a view are its own, and do not depend on the order") {
  const auto data = small_dataset({0, 0, 0, 0, 0});
  CHECK(view(data, "id", {0, 3}).mean != data.mean);
  CHECK(view(data, "id", {3, 0, 2}).std == view(data, "id", {0, 2, 3}).std);
  CHECK(view(data, "id", {}).size() == 0);
}

TEST_CASE("a data set comes back from its file as it was") {
  const auto data = small_dataset({0, 2, 1, 0}, 3, 2, 3);
  const auto back = stored(data);
  CHECK(to_vector(back.pixels) == to_vector(data.pixels));
  CHECK(to_vector(back.index) == to_vector(data.index));
  CHECK(to_vector(back.labels) == to_vector(data.labels));
  CHECK(to_vector(back.parts) == to_vector(data.parts));
  CHECK(back.class_names == data.class_names);
  CHECK(back.mean == data.mean);
  CHECK(back.std == data.std);
  CHECK(back.source.empty());
}

TEST_CASE("a stored view holds no pixels and finds those of its source, also where it is empty") {
  const auto data = std::make_shared<const Dataset>(small_dataset({0, 1, 0, 1}));
  const auto others = [&](const Codec& codec, const std::string& object) {
    CHECK(codec.kind == "Dataset");
    CHECK(object == "id");
    return Item{data, object};
  };
  const auto back = stored(view(*data, "id", {3, 1}), others);
  CHECK(back.pixels.data() == data->pixels.data());
  CHECK(to_vector(back.index) == std::vector<std::uint32_t>{3, 1});
  CHECK(stored(view(*data, "id", {}), others).size() == 0);
}

TEST_CASE("a stored data set whose parts contradict each other is refused") {
  auto data = small_dataset({0, 1, 0, 1});
  data.index = std::vector<std::uint32_t>{0, 1, 2, 4};
  CHECK_THROWS_WITH(stored(data), Catch::EndsWith("Dataset: a sample has no image; make it again"));
  data = small_dataset({0, 1, 0, 1});
  data.labels = std::vector<std::int32_t>{0, 1, 0, 2};
  CHECK_THROWS_WITH(stored(data), Catch::EndsWith("Dataset: a label has no class; make it again"));
}

}  // namespace
}  // namespace fovea
