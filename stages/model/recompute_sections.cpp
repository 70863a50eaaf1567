#include "stages/model/recompute_sections.hpp"

#include <cmath>

namespace fovea {

std::vector<std::size_t> recompute_sections(const std::vector<std::size_t>& values_ended) {
  const auto steps = values_ended.size();
  const auto least = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(steps))));
  std::vector<std::size_t> ends;
  std::size_t begin = 0, alive = 1;
  for (std::size_t i = 0; i + 1 < steps; ++i) {
    alive += 1 - values_ended[i];
    if (alive != 1 || i + 1 - begin < least) continue;
    ends.push_back(i + 1);
    begin = i + 1;
  }
  ends.push_back(steps);
  return ends;
}

}  // namespace fovea
