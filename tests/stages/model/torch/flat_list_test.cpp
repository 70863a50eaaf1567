#include "stages/model/torch/flat_list.hpp"

#include <ATen/ops/arange.h>

#include <algorithm>
#include <numeric>

#include "tests/catch.hpp"
#include "tests/stages/model/torch/walled_device.hpp"

using namespace fovea;

namespace {

/// A norm before a filter and a bias, as the order on a device is another.
std::vector<WeightInfo> parameters() {
  return {{"norm.weight", {3}, WeightRole::norm},
          {"conv.weight", {2, 5, 3, 3}, WeightRole::weight},
          {"conv.bias", {2}, WeightRole::bias}};
}

}  // namespace

TEST_CASE("flat layout: on a device apart each weight begins where a GPU's kernels can read it") {
  const FlatLayout layout(parameters(), walled::device());
  for (std::size_t i = 0; i < layout.weights(); ++i) CHECK(layout.begin(i) % FlatLayout::unit == 0);
  CHECK(layout.order() == std::vector<std::size_t>{1, 2, 0});
  CHECK(layout.last_part() == layout.begin(0));
  CHECK(layout.length() == 3 * FlatLayout::unit);
}

TEST_CASE("flat layout: what goes up to a device comes down again, and filters lie channels last there") {
  const FlatLayout layout(parameters(), walled::device());
  std::vector<float> host(95), back(95);
  std::iota(host.begin(), host.end(), 0.0F);
  const auto list = layout.zeros();
  layout.up(host, list);
  CHECK(layout.shaped(list, 1).cpu()[1][2][0][1].item<float>() == 3 + 45 + 18 + 1);
  CHECK(layout.flat(list, 1).cpu()[1].item<float>() == 3 + 9);  // the second channel of the same place
  CHECK(layout.flat(list, 0).cpu()[2].item<float>() == 2);
  CHECK(list.cpu().sum().item<float>() == 94 * 95 / 2);
  const auto gradient = at::arange(90, at::kFloat).view({2, 5, 3, 3}).to(walled::device());
  CHECK(layout.as_laid(gradient, 1).cpu()[1].item<float>() == 9);
  layout.down(list, back);
  CHECK(back == host);
}

TEST_CASE("flat layout: the plain CPU computes with the host's own numbers") {
  const FlatLayout layout(parameters(), at::kCPU);
  CHECK(layout.begin(1) == 3);
  CHECK(layout.begin(2) == 93);
  CHECK(layout.length() == 95);
  const auto list = layout.zeros();
  CHECK(layout.shaped(list, 1).data_ptr<float>() == list.data_ptr<float>() + 3);
}
