#include "stages/model/norm_loop_bodies.hpp"

namespace fovea {

FOVEA_NORM_LOOPS(FOVEA_VECTOR_LOOPS, Fp32)
FOVEA_NORM_LOOPS(FOVEA_VECTOR_LOOPS, Bf16)

}  // namespace fovea
