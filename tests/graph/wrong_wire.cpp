// Must not compile: the mill wants grain and gets flour. With RIGHT defined the wire is right, and it must
// compile.
#include "tests/graph/example.hpp"

int main() {
  fovea::Graph g;
  const auto harvest = g.add<example::Harvest>({});
  const auto mill = g.add<example::Mill>({.grain = harvest.grain});
#ifdef RIGHT
  g.add<example::Mill>({.grain = mill.bran});
#else
  g.add<example::Mill>({.grain = mill.flour});
#endif
}
