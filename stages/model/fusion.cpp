#include "stages/model/fusion.hpp"

#include <map>

namespace fovea {
namespace {

constexpr auto nobody = LayerInfo::image;

/// Returns for each layer the only layer that uses it, or `nobody` where there is not exactly one.
std::vector<std::size_t> only_users(const NetworkInfo& info) {
  std::vector<std::size_t> user(info.layers.size(), nobody), count(info.layers.size(), 0);
  for (std::size_t i = 0; i < info.layers.size(); ++i) {
    for (const auto from : info.layers[i].inputs) {
      if (from != LayerInfo::image) user[from] = count[from]++ == 0 ? i : nobody;
    }
  }
  return user;
}

bool is_plain_conv(const LayerKind& kind) {
  const auto* conv = std::get_if<Conv>(&kind);
  return conv != nullptr && !conv->bias;
}

bool is_norm(const LayerKind& kind) {
  return std::holds_alternative<BatchNorm>(kind);
}

bool is_relu(const LayerKind& kind) {
  return std::holds_alternative<Relu>(kind);
}

bool is_small_pool(const LayerKind& kind) {
  const auto* pool = std::get_if<MaxPool>(&kind);
  return pool != nullptr && pool->kernel == 2 && pool->stride == 2 && pool->padding == 0 && !pool->ceil_mode;
}

bool is_sum_of_two(const LayerKind& kind, const LayerInfo& info) {
  return std::holds_alternative<Add>(kind) && info.inputs.size() == 2;
}

/// Builds groups from their first layers.
class FusionGroups {
 public:
  FusionGroups(const Specification& specification, const NetworkInfo& info,
               const std::vector<std::size_t>& kept)
      : specification_(specification),
        info_(info),
        only_user_(only_users(info)),
        done_(info.layers.size(), false) {
    for (const auto layer : kept) only_user_[layer] = nobody;
  }

  std::vector<std::vector<std::size_t>> all() {
    std::map<std::size_t, std::vector<std::size_t>> by_last;
    for (const auto first : info_.order) {
      if (!done_[first]) chain_from(first).swap(by_last[chain_.back()]);
    }
    std::vector<std::vector<std::size_t>> all;
    for (const auto last : info_.order) {
      if (by_last.contains(last)) all.push_back(std::move(by_last[last]));
    }
    return all;
  }

 private:
  std::vector<std::size_t>& chain_from(std::size_t first) {
    chain_ = {first};
    if (is_plain_conv(kind(first)) && next_is(is_norm)) take();
    const bool normalises = is_norm(kind(chain_.back()));
    if (normalises && next_is(is_sum_of_two) && is_relu_behind(next())) {
      take();
      take();
    } else {
      if (normalises && next_is(is_relu)) take();
      if (is_relu(kind(chain_.back())) && next_is(is_small_pool)) take();
    }
    for (const auto layer : chain_) done_[layer] = true;
    return chain_;
  }

  const LayerKind& kind(std::size_t layer) const { return specification_.layers[layer].kind; }
  std::size_t next() const { return only_user_[chain_.back()]; }
  bool next_is(bool (*fits)(const LayerKind&, const LayerInfo&)) const {
    return next() != nobody && !done_[next()] && fits(kind(next()), info_.layers[next()]);
  }
  bool next_is(bool (*fits)(const LayerKind&)) const {
    return next() != nobody && !done_[next()] && fits(kind(next()));
  }
  bool is_relu_behind(std::size_t layer) const {
    return only_user_[layer] != nobody && is_relu(kind(only_user_[layer]));
  }
  void take() { chain_.push_back(next()); }

  const Specification& specification_;
  const NetworkInfo& info_;
  std::vector<std::size_t> only_user_;
  std::vector<bool> done_;
  std::vector<std::size_t> chain_;
};

}  // namespace

std::vector<std::vector<std::size_t>> fusion_groups(const Specification& specification,
                                                    const NetworkInfo& info,
                                                    const std::vector<std::size_t>& kept) {
  return FusionGroups(specification, info, kept).all();
}

}  // namespace fovea
