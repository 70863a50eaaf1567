#pragma once

#include "graph/stage.hpp"

/// What a small stage has unless it says otherwise: ports that it shares with others or none, the first
/// version, and no parameters.
template <template <template <class> class> class Inputs = fovea::NoPorts,
          template <template <class> class> class Outputs = fovea::NoPorts>
struct TestStage {
  static constexpr int version = 1;
  template <template <class> class As> using In = Inputs<As>;
  template <template <class> class As> using Out = Outputs<As>;
  using Params = fovea::NoParams;
};
