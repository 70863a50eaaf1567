// Must not compile: each case leaves out or mistakes a wire. With RIGHT defined there is none of them, and it
// must compile.
#include "tests/graph/example.hpp"

int main() {
  using namespace example;
  Graph g;
  const auto harvest = g.add<Harvest>({}, {.tons = 5});
  const auto mill = g.add<Mill>({.grain = harvest.grain}, {.threads = 4});
#if defined(RIGHT)
  g.add<Bake>({.flour = mill.flour, .grain = mill.bran});
  g.add<Bake>("bread", {mill.flour, mill.bran});
  g.add<Blend>({.flours = {mill.flour, mill.flour}, .topping = mill.bran}, {.turns = 2}, {});
  g.add<Blend>("blend", {.flours = std::vector{mill.flour}, .topping = mill.bran});
#elif defined(ONE_INPUT)
  g.add<Bake>({.flour = mill.flour});
#elif defined(ALL_INPUTS)
  g.add<Bake>({});
#elif defined(LIST)
  g.add<Blend>({.topping = mill.bran});
#elif defined(EMPTY_LIST)
  g.add<Blend>({.flours = {}, .topping = mill.bran});
#elif defined(BRACES)
  g.add<Bake>({.flour = mill.flour, .grain = {}});
#elif defined(BRACES_FOR_A_NAME)
  g.add<Bake>({}, {.flour = mill.flour, .grain = mill.bran});
#elif defined(NUMBERS)
  g.add<Bake>({.flour = mill.flour, .grain = {0, 0}});
#elif defined(PARAMS)
  g.add<Mill>({.threads = 4});
#elif defined(VARIABLE)
  Ref<Grain> grain;
  g.add<Mill>({.grain = grain});
#else
#error "no case of that name"
#endif
}
