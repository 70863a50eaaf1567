#include "stages/data/synthetic.hpp"

#include <set>

#include "tests/catch.hpp"
#include "tests/stages/data/data_fixture.hpp"

namespace fovea {
namespace {

using namespace testing;

Dataset drawn(const Synthetic& params) {
  auto data = make_synthetic(params);
  measure_statistics(data);
  return data;
}

TEST_CASE("synthetic data has a sixth as many test images, and classes of equal size") {
  const auto data = drawn({.samples = 120, .classes = 5});
  CHECK(data.size() == 140);
  CHECK(class_counts(data) == std::vector<std::size_t>(5, 28));
  CHECK(std::count(data.parts.begin(), data.parts.end(), 1) == 120);
  CHECK(std::count(data.parts.begin(), data.parts.end(), 3) == 20);
}

TEST_CASE("synthetic data is the same for the same seed, also where more of it is drawn") {
  const auto data = drawn({.samples = 40});
  CHECK(to_vector(drawn({.samples = 40}).pixels) == to_vector(data.pixels));
  CHECK(to_vector(drawn({.samples = 40, .seed = 1}).pixels) != to_vector(data.pixels));
  const auto more = drawn({.samples = 80});
  CHECK(std::equal(more.image(39).begin(), more.image(39).end(), data.image(39).begin()));
}

TEST_CASE("no two synthetic images are alike") {
  const auto data = drawn({.samples = 600, .channels = 3});
  std::set<Bytes> different;
  for (std::size_t i = 0; i < data.size(); ++i) different.emplace(data.image(i).begin(), data.image(i).end());
  CHECK(different.size() == data.size());
}

TEST_CASE("a thousand classes have a thousand names, in colour and in gray") {
  for (const std::size_t channels : {1, 3}) {
    std::set<std::string> names;
    for (std::size_t label = 0; label < 1000; ++label)
      names.insert(synthetic_class_name(label, 1000, channels));
    CHECK(names.size() == 1000);
  }
  CHECK(synthetic_class_name(3, 10, 3) == "cross");
  CHECK(synthetic_class_name(13, 100, 3) == "orange cross");
  CHECK(synthetic_class_name(113, 200, 3) == "orange striped cross");
  CHECK(synthetic_class_name(13, 20, 1) == "brightness-1 cross");
}

/// The share of test images whose nearest training image, of the same place and size or not, has their class.
double nearest_neighbour_accuracy(const Dataset& data, std::size_t train) {
  std::size_t right = 0;
  for (std::size_t i = train; i < data.size(); ++i) {
    std::size_t best = 0;
    double best_distance = 1e300;
    for (std::size_t j = 0; j < train; ++j) {
      double distance = 0;
      const auto *one = data.image(i).data(), *other = data.image(j).data();
      for (std::size_t k = 0; k < data.image_bytes(); ++k)
        distance += (one[k] - other[k]) * (one[k] - other[k]);
      if (distance < best_distance) best = j;
      best_distance = std::min(distance, best_distance);
    }
    right += data.labels[i] == data.labels[best] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(data.size() - train);
}

TEST_CASE("classes can be told apart: the nearest training image beats chance by far") {
  CHECK(nearest_neighbour_accuracy(drawn({.samples = 1200, .classes = 10, .height = 16, .width = 16}), 1200) >
        0.3);
  CHECK(nearest_neighbour_accuracy(
            drawn({.samples = 1200, .classes = 20, .height = 16, .width = 16, .channels = 3}), 1200) > 0.3);
}

TEST_CASE("synthetic sizes are checked before memory is taken") {
  CHECK_THROWS_WITH(make_synthetic({.samples = 10'000'000, .height = 1024, .width = 1024, .channels = 3}),
                    "synthetic.samples: the images take 34179 GiB; at most 16 GiB are made");
  CHECK_THROWS_WITH(make_synthetic({.channels = 2}),
                    "synthetic.channels: 2 is not allowed; it must be 1 or 3");
}

}  // namespace
}  // namespace fovea
