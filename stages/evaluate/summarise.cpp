#include "stages/evaluate/summarise.hpp"

namespace fovea {

Summarise::Out<Value> Summarise::run(const In<Value>& in, const Params& params, Context&) {
  return {.summary = summarised(in.metrics, params.each)};
}

}  // namespace fovea
