#include "stages/train/train.hpp"

#include "stages/model/torch/setup.hpp"
#include "stages/train/torch/trainer.hpp"

namespace fovea {

Train::Out<Value> Train::run(const In<Value>& in, const Params& params, Context& context) {
  Out<Value> out;
  with_torch([&] {
    const Repeatable as_asked(params.deterministic);
    Trainer trainer(in, params, context);
    trainer.run();
    out = trainer.result();
  });
  return out;
}

}  // namespace fovea
