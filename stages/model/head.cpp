#include "stages/model/head.hpp"

#include <algorithm>

namespace fovea {

std::size_t head_of(const NetworkInfo& info) {
  std::vector<std::size_t> way{info.output};
  for (std::size_t next = 0; next < way.size(); ++next) {
    const auto& layer = info.layers[way[next]];
    if (!layer.weights.empty()) return way[next];
    for (const auto from : layer.inputs) {
      if (from != LayerInfo::image && std::find(way.begin(), way.end(), from) == way.end())
        way.push_back(from);
    }
  }
  throw Error("layers: none of them has weights; there is nothing to train");
}

}  // namespace fovea
