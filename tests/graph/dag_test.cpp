#include "graph/dag.hpp"

#include "tests/catch.hpp"

using fovea::topological_order;
using Indices = std::vector<std::size_t>;

TEST_CASE("dag: each node comes after all it depends on, the smallest number first") {
  CHECK(topological_order(4, {{3, 0}, {0, 1}, {2, 1}}).order == Indices{2, 3, 0, 1});
  CHECK(topological_order(3, {}).order == Indices{0, 1, 2});
  CHECK(topological_order(0, {}).order.empty());
}

TEST_CASE("dag: a cycle is told in the direction of its arrows") {
  const auto found = topological_order(4, {{0, 1}, {1, 2}, {2, 3}, {3, 1}});
  CHECK(found.order.empty());
  CHECK(found.cycle == Indices{1, 2, 3});
}

TEST_CASE("dag: an arrow to itself is a cycle of one") {
  CHECK(topological_order(2, {{1, 1}}).cycle == Indices{1});
}

TEST_CASE("dag: two arrows between the same nodes count as one dependency") {
  CHECK(topological_order(2, {{1, 0}, {1, 0}}).order == Indices{1, 0});
}
