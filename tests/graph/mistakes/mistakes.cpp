// Every line marked `wrong` or `forgotten` must be an error where WRONG is defined; where it is not, all must
// compile.
#include "tests/graph/example.hpp"

namespace {

using namespace example;

/// Wires, all there and of the right kinds.
void compose(Graph& g) {
  const auto harvest = g.add<Harvest>({}, {.tons = 5});
  const auto mill = g.add<Mill>({.grain = harvest.grain}, {.threads = 4});
  g.add<Mill>({.grain = mill.bran});
  g.add<Bake>({.flour = mill.flour, .grain = mill.bran});
  g.add<Bake>("bread", {mill.flour, mill.bran});
  g.add<Blend>({.flours = {mill.flour, mill.flour}, .topping = mill.bran}, {.turns = 2}, {});
  g.add<Blend>("blend", {.flours = std::vector{mill.flour}, .topping = mill.bran});
}

#ifdef WRONG
/// Wires of the wrong kind, and wires that are left out.
void mistake(Graph& g) {
  const auto harvest = g.add<Harvest>({}, {.tons = 5});
  const auto mill = g.add<Mill>({.grain = harvest.grain}, {.threads = 4});
  g.add<Mill>({.grain = mill.flour});                                       // wrong
  g.add<Blend>({.flours = {mill.flour, mill.bran}, .topping = mill.bran});  // wrong
  g.add<Bake>({.flour = mill.flour});                                       // forgotten
  g.add<Bake>({});                                                          // forgotten
  g.add<Blend>({.topping = mill.bran});                                     // forgotten
  g.add<Blend>({.flours = {}, .topping = mill.bran});                       // forgotten
  g.add<Bake>({.flour = mill.flour, .grain = {}});                          // forgotten
  g.add<Bake>({}, {.flour = mill.flour, .grain = mill.bran});               // forgotten
  g.add<Bake>({.flour = mill.flour, .grain = {0, 0}});                      // forgotten
  g.add<Mill>({.threads = 4});                                              // forgotten
  Ref<Grain> grain;                                                         // forgotten
}
#endif

/// Parameters of which one is not in the list of fields.
struct Params {
  double rate = 0.1;
  bool fast = false;
  static auto fields() {
#ifdef WRONG
    return std::tuple{field("rate", &Params::rate, "a share")};
#else
    return std::tuple{field("rate", &Params::rate, "a share"), field("fast", &Params::fast, "at all cost")};
#endif
  }
};

}  // namespace

int main() {
  Graph g;
  compose(g);
  return static_cast<int>(write_params(Params{}).size());  // wrong
}
