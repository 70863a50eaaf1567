#include "stages/evaluate/torch/scoring.hpp"

#include "tests/catch.hpp"
#include "tests/stages/model/torch/walled_device.hpp"
#include "tests/stages/train/torch/toy.hpp"

using namespace fovea;

namespace {

struct Scored {
  std::vector<float> scores;
  std::vector<std::int64_t> labels;
  std::vector<std::size_t> sizes;
  std::size_t up = 0, down = 0, read = 0;  ///< what crossed a device's wall, the weights apart
};

/// Scores images in batches of 8 on a device.
Scored scored_on(at::Device device, const Model& model, const Dataset& data) {
  Network network(model, device);
  toy::Heard heard;
  const auto context = toy::context(heard);
  Scored all;
  const auto before = walled::crossed();
  score(network, model.specification, BatchStream::plain(data, model.preprocessing, 8, 1), Precision::fp32,
        context, [&](const at::Tensor& scores, const Batch& batch) {
          const auto values = values_of(scores);
          all.scores.insert(all.scores.end(), values.begin(), values.end());
          all.labels.insert(all.labels.end(), batch.labels.begin(), batch.labels.end());
          all.sizes.push_back(batch.size());
        });
  const auto after = walled::crossed();
  all.up = after.up - before.up;
  all.down = after.down - before.down;
  all.read = after.read - before.read;
  return all;
}

}  // namespace

TEST_CASE("scoring: a device apart gets each batch in one piece, and gives all scores back together") {
  const auto data = toy::images(20);
  const auto model = toy::model(toy::specification(), data);
  const auto there = scored_on(walled::device(), model, data);
  const auto of_more = scored_on(walled::device(), model, toy::images(44));
  CHECK(of_more.sizes.size() == there.sizes.size() + 3);
  CHECK(of_more.up == there.up + 3);
  CHECK(of_more.down == 1);
  CHECK(there.down == 1);
  CHECK(there.read == 0);

  const auto here = scored_on(at::kCPU, model, data);
  CHECK(there.sizes == std::vector<std::size_t>{8, 8, 4});
  CHECK(there.labels == here.labels);
  REQUIRE(there.scores.size() == here.scores.size());
  for (std::size_t i = 0; i < here.scores.size(); ++i)
    CHECK(there.scores[i] == Approx(here.scores[i]).margin(1e-5));
}
