#include "stages/evaluate/evaluate.hpp"
#include "stages/evaluate/tally.hpp"

namespace fovea {

std::int64_t Evaluate::Params::k_of(std::size_t classes) const {
  constexpr std::int64_t usual = 5;
  const auto k = top_k.or_else(counts_top_5(classes) ? usual : 0);
  if (k <= static_cast<std::int64_t>(classes)) return k;
  throw Error("top_k: " + std::to_string(k) + " is more than the " + std::to_string(classes) +
              " classes; give at most " + std::to_string(classes) + ", or \"auto\"");
}

Evaluate::Out<Value> Evaluate::run(const In<Value>& in, const Params& params, Context&) {
  return {measure(*in.predictions, params.k_of(in.predictions->classes()))};
}

}  // namespace fovea
