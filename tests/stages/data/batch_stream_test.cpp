#include "stages/data/batch_stream.hpp"

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/stages/data/data_fixture.hpp"
#include "tests/stages/data/normalising.hpp"

namespace fovea {
namespace {

using namespace testing;

AugmentationRecipe recipe(std::size_t samples, std::uint64_t seed = 4) {
  std::vector<std::int32_t> labels(samples);
  for (std::size_t i = 0; i < samples; ++i) labels[i] = static_cast<std::int32_t>(i % 20);
  auto data = small_dataset(labels, 6, 5, 3);
  return {.data = data,
          .policy = {FlipHorizontal{}, Translate{.max = 0.3}, Rotate{}, Contrast{}, RandomErasing{}},
          .seed = seed,
          .preprocessing = own_preprocessing(data)};
}

/// All batches of a pass, one behind the other.
Batch joined(BatchStream stream) {
  Batch all;
  while (const auto* batch = stream.next()) {
    all.images.insert(all.images.end(), batch->images.begin(), batch->images.end());
    all.labels.insert(all.labels.end(), batch->labels.begin(), batch->labels.end());
  }
  return all;
}

TEST_CASE("a training pass has the same bytes with 1, 2 and 4 threads") {
  const auto batches = recipe(103);
  const auto one = joined(BatchStream::training(batches, 3, 10, 1));
  CHECK(one.size() == 103);
  for (const std::size_t threads : {2, 4}) {
    const auto more = joined(BatchStream::training(batches, 3, 10, threads));
    CHECK(more.images == one.images);
    CHECK(more.labels == one.labels);
  }
}

TEST_CASE("a training pass has every sample once, the last batch being smaller") {
  auto stream = BatchStream::training(recipe(23), 0, 10, 2);
  std::vector<std::size_t> sizes;
  std::vector<std::int64_t> labels;
  while (const auto* batch = stream.next()) {
    sizes.push_back(batch->size());
    CHECK(batch->images.size() == batch->size() * 90);
    labels.insert(labels.end(), batch->labels.begin(), batch->labels.end());
  }
  CHECK(sizes == std::vector<std::size_t>{10, 10, 3});
  std::sort(labels.begin(), labels.end());
  CHECK(labels == std::vector<std::int64_t>{
                      0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
                  });
}

TEST_CASE("a training pass that begins with batch 4 goes on as the whole one does") {
  const auto batches = recipe(64);
  const auto whole = joined(BatchStream::training(batches, 1, 8, 2));
  const auto rest = joined(BatchStream::training(batches, 1, 8, 2, 4));
  CHECK(rest.labels == std::vector<std::int64_t>(whole.labels.begin() + 32, whole.labels.end()));
  CHECK(rest.images == std::vector<std::uint8_t>(whole.images.begin() + 32 * 90, whole.images.end()));
  CHECK(joined(BatchStream::training(batches, 1, 8, 2, 8)).size() == 0);
}

TEST_CASE("another epoch or another seed gives another order and other images") {
  const auto first = joined(BatchStream::training(recipe(40), 0, 8, 1));
  CHECK(joined(BatchStream::training(recipe(40), 1, 8, 1)).labels != first.labels);
  CHECK(joined(BatchStream::training(recipe(40, 5), 0, 8, 1)).labels != first.labels);
}

TEST_CASE("any sample of a training pass can be made again on its own") {
  const auto batches = recipe(30);
  const auto pass = joined(BatchStream::training(batches, 2, 7, 2));
  const auto order = permutation(30, Random(batches.seed, Purpose::shuffle, 2));
  std::vector<std::uint8_t> alone(90);
  for (std::size_t i = 0; i < 30; ++i) {
    augment_sample(batches, 2, order[i], alone.data());
    CHECK(std::equal(alone.begin(), alone.end(), pass.images.begin() + static_cast<std::ptrdiff_t>(i * 90)));
  }
}

TEST_CASE("an image is augmented alike in every view of its source") {
  auto batches = recipe(30);
  auto part = batches;
  part.data = view(*batches.data, "id", {3, 11, 28});
  std::vector<std::uint8_t> whole(90), of_view(90);
  augment_sample(batches, 5, 11, whole.data());
  augment_sample(part, 5, 1, of_view.data());
  CHECK(whole == of_view);
}

TEST_CASE("a plain pass has the samples in their own order, and their bytes as they are") {
  const auto data = small_dataset({3, 1, 2, 0, 1}, 3, 3, 1);
  const auto all = joined(BatchStream::plain(data, normalising({3, 3, 1}, {0.5}, {0.25}), 2, 2));
  CHECK(all.labels == std::vector<std::int64_t>{3, 1, 2, 0, 1});
  CHECK(all.images == std::vector<std::uint8_t>(data.pixels.begin(), data.pixels.end()));
}

TEST_CASE("a pass with cutmix has its regions pasted, and one with mixup tells the share to blend by") {
  auto batches = recipe(40);
  batches.policy = {};
  const auto whole = joined(BatchStream::training(batches, 2, 8, 1));
  batches.policy = {Mixup{.alpha = 1}};
  auto stream = BatchStream::training(batches, 2, 8, 1);
  std::vector<std::uint8_t> bytes;
  while (const auto* batch = stream.next()) {
    CHECK((batch->blended > 0 && batch->blended < 1));
    CHECK(batch->share == batch->blended);
    bytes.insert(bytes.end(), batch->images.begin(), batch->images.end());
  }
  CHECK(bytes == whole.images);
  batches.policy = {CutMix{}};
  const auto pasted = joined(BatchStream::training(batches, 2, 8, 1));
  CHECK(pasted.blended == 1);
  for (std::size_t i = 0; i < 40; ++i) {
    const auto partner = i / 8 * 8 + 7 - i % 8;
    for (std::size_t k = 0; k < 90; ++k) {
      const auto value = pasted.images[i * 90 + k];
      CHECK((value == whole.images[i * 90 + k] || value == whole.images[partner * 90 + k]));
    }
  }
  CHECK(pasted.images != whole.images);
}

TEST_CASE("a stream may be moved and left in the middle") {
  const auto batches = recipe(1000);
  const auto whole = joined(BatchStream::training(batches, 0, 10, 2));
  auto stream = BatchStream::training(batches, 0, 10, 2);
  REQUIRE(stream.next() != nullptr);
  auto moved = std::move(stream);
  const auto* second = moved.next();
  REQUIRE(second != nullptr);
  CHECK(std::equal(second->images.begin(), second->images.end(), whole.images.begin() + 10 * 90));
}

TEST_CASE("a training pass that varies nothing shows pixels of another size as the plain pass does") {
  const auto data = small_dataset({0, 1, 2, 0, 1}, 9, 14, 3);
  for (const auto* fit : {"crop", "short_side", "letterbox", "stretch"}) {
    const auto how = FitSettings{.fit = fit}.of(data, std::vector<std::int64_t>{8, 6});
    const AugmentationRecipe batches{.data = data, .policy = {}, .seed = 3, .preprocessing = how};
    const auto order = permutation(5, Random(batches.seed, Purpose::shuffle, 0));
    const auto trained = joined(BatchStream::training(batches, 0, 2, 2));
    const auto plain = joined(BatchStream::plain(data, how, 2, 1));
    for (std::size_t i = 0; i < 5; ++i) {
      const auto values = static_cast<std::ptrdiff_t>(how.size.values());
      const auto from = trained.images.begin() + static_cast<std::ptrdiff_t>(i) * values;
      CHECK(std::equal(from, from + values, plain.images.begin() + order[i] * values));
    }
  }
}

TEST_CASE("a recipe from before there was a preprocessing is seen in the size of its data") {
  const Folder folder;
  H5Writer file(folder / "recipe.h5");
  file.attribute("/", "data", "id");
  file.attribute("/", "policy", "[]");
  file.attribute("/", "seed", std::int64_t{7});
  file.write("mean", std::vector<double>{0.5});
  file.write("std", std::vector<double>{0.25});
  file.close();
  const auto data = std::make_shared<const Dataset>(small_dataset({0, 1}, 4, 5, 1));
  const auto resolve = [&](const Codec&, const std::string& object) { return Item{data, object}; };
  const auto read = AugmentationRecipe::codec().read(H5Reader(folder / "recipe.h5"), resolve);
  const auto& how = std::static_pointer_cast<const AugmentationRecipe>(read)->preprocessing;
  CHECK(how.size == ImageSize{4, 5, 1});
  CHECK(how.fit == Fit::crop);
  CHECK(how.std == std::vector<double>{0.25});
}

TEST_CASE("the recipe comes back from its file, its data found by identity") {
  auto batches = recipe(20, 0xfedcba9876543210);
  const auto data = batches.data.share();
  batches.data = Value<Dataset>(Item{data, "id"});
  const auto back = stored(batches, [&](const Codec&, const std::string& object) {
    return Item{data, object};
  });
  CHECK(back.data.object() == "id");
  CHECK(back.data.share() == data);
  CHECK(back.seed == batches.seed);
  CHECK(back.preprocessing == batches.preprocessing);
  CHECK(Conversion<Policy>::write(back.policy, Keep::all) ==
        Conversion<Policy>::write(batches.policy, Keep::all));
}

}  // namespace
}  // namespace fovea
