#include "stages/model/flat_list.hpp"

#include <ATen/ops/ones.h>

#include <algorithm>
#include <numeric>

#include "tests/catch.hpp"
#include "tests/stages/learn/walled_device.hpp"

using namespace fovea;

TEST_CASE("flat list: on a device apart each weight begins where a GPU's kernels can read it") {
  const FlatList list({3, 70, 1, 64, 5}, at::Device(at::kCPU, 0));
  const auto first = reinterpret_cast<std::uintptr_t>(list.weight(0).data_ptr());
  for (std::size_t i = 0; i < 5; ++i) {
    const auto begin = reinterpret_cast<std::uintptr_t>(list.weight(i).data_ptr());
    CHECK((begin - first) % 256 == 0);
    CHECK((i == 0 || begin > first));
  }
  CHECK(list.host().size() == 143);
}

TEST_CASE("flat list: what goes up to a device comes down again, weight by weight") {
  FlatList list({3, 70, 1}, walled::device());
  std::iota(list.host().begin(), list.host().end(), 0.0F);
  list.up();
  CHECK(list.weight(1).cpu()[0].item<float>() == 3);
  CHECK(list.weight(2).cpu()[0].item<float>() == 73);
  list.weight(1).add_(100);
  std::fill(list.host().begin(), list.host().end(), 0.0F);
  list.down();
  CHECK(list.host()[2] == 2);
  CHECK(list.host()[3] == 103);
  CHECK(list.host()[73] == 73);
  list.clear_there();
  list.down();
  CHECK(std::all_of(list.host().begin(), list.host().end(), [](float number) { return number == 0; }));
}

TEST_CASE("flat list: the plain CPU computes with the host's own numbers") {
  FlatList list({3, 70}, at::kCPU);
  CHECK(list.weight(1).data_ptr<float>() == list.host().data() + 3);
  list.host()[4] = 7;
  list.up();
  list.clear_there();
  list.down();
  CHECK(list.weight(1)[1].item<float>() == 7);
}
