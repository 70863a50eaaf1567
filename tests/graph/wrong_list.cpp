// Must not compile: among the flours of the list is grain. With RIGHT defined all are flours, and it must
// compile.
#include "tests/graph/example.hpp"

int main() {
  fovea::Graph g;
  const auto mill = g.add<example::Mill>({.grain = g.add<example::Harvest>({}).grain});
#ifdef RIGHT
  g.add<example::Blend>({.flours = {mill.flour, mill.flour}, .topping = mill.bran});
#else
  g.add<example::Blend>({.flours = {mill.flour, mill.bran}, .topping = mill.bran});
#endif
}
