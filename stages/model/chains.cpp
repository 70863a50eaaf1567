#include "stages/model/chains.hpp"

namespace fovea {
namespace {

constexpr auto nobody = LayerInfo::image;

/// For each layer the only one that takes from it, or `nobody` where there is not exactly one.
std::vector<std::size_t> only_users(const NetworkInfo& info) {
  std::vector<std::size_t> user(info.layers.size(), nobody), count(info.layers.size(), 0);
  for (std::size_t i = 0; i < info.layers.size(); ++i) {
    for (const auto from : info.layers[i].inputs) {
      if (from != LayerInfo::image) user[from] = count[from]++ == 0 ? i : nobody;
    }
  }
  return user;
}

bool is_relu(const LayerKind& kind) {
  return std::holds_alternative<Relu>(kind);
}

bool is_small_pool(const LayerKind& kind) {
  const auto* pool = std::get_if<MaxPool>(&kind);
  return pool != nullptr && pool->kernel == 2 && pool->stride == 2 && pool->padding == 0;
}

}  // namespace

std::vector<std::vector<std::size_t>> chains(const Specification& specification, const NetworkInfo& info) {
  const auto only_user = only_users(info);
  std::vector<bool> done(info.layers.size(), false);
  std::vector<std::vector<std::size_t>> all;
  for (const auto first : info.order) {
    if (done[first]) continue;
    auto& chain = all.emplace_back(1, first);
    const auto goes_on = [&](auto fits) {
      const auto next = only_user[chain.back()];
      const bool joins = next != nobody && fits(specification.layers[next].kind);
      if (joins) chain.push_back(next);
      return joins;
    };
    const auto& kind = specification.layers[first].kind;
    if ((std::holds_alternative<BatchNorm>(kind) && goes_on(is_relu)) || is_relu(kind))
      goes_on(is_small_pool);
    for (const auto layer : chain) done[layer] = true;
  }
  return all;
}

}  // namespace fovea
