#include "stages/learn/train.hpp"

#include "stages/learn/torch_setup.hpp"
#include "stages/learn/trainer.hpp"

namespace fovea {

Train::Out<Value> Train::run(const In<Value>& in, const Params& params, Context& context) {
  set_up_torch();
  Trainer trainer(in, params, context);
  trainer.run();
  return trainer.result();
}

}  // namespace fovea
