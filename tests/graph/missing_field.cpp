// Must not compile: a member is missing from the list of fields. With RIGHT defined it is there, and it must
// compile.
#include "graph/params.hpp"

struct Params {
  double rate = 0.1;
  bool fast = false;
  static auto fields() {
    using namespace fovea;
#ifdef RIGHT
    return std::tuple{field("rate", &Params::rate, "a share"), field("fast", &Params::fast, "at all cost")};
#else
    return std::tuple{field("rate", &Params::rate, "a share")};
#endif
  }
};

int main() {
  return static_cast<int>(fovea::write_params(Params{}).size());
}
