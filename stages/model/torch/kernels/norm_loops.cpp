#include "stages/model/torch/kernels/norm_loop_bodies.hpp"

namespace fovea {

FOVEA_NORM_LOOPS(Fp32)
FOVEA_NORM_LOOPS(Bf16)

}  // namespace fovea
