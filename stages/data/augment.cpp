#include "stages/data/augment.hpp"

#include <algorithm>

#include "runtime/context.hpp"

namespace fovea {

Augment::Out<Value> Augment::run(const In<Value>& in, const Params& params, Context& context) {
  const auto& data = *in.data;
  if (data.size() == 0) throw Error("data: no samples; at least one is needed to train on");
  const auto tests = std::count(data.parts.begin(), data.parts.end(), static_cast<std::uint8_t>(Part::test));
  if (tests > 0) {
    context.warn(std::to_string(tests) + " of the " + std::to_string(data.size()) +
                 " samples are of the source's test part; put a \"split\" before, and use its \"train\"");
  }
  return {.batches = Batches{.data = in.data,
                             .policy = params.policy,
                             .seed = context.seed,
                             .mean = data.mean,
                             .deviation = data.deviation}};
}

}  // namespace fovea
