#include "stages/train/frozen_weights.hpp"

#include <algorithm>
#include <set>

#include "stages/model/head.hpp"

namespace fovea {
namespace {

constexpr const char* body = "body";

bool is_in(const std::string& name, const std::string& pattern) {
  return fits_pattern(pattern, name) || fits_pattern(pattern + ".*", name);
}

/// Returns the names of all parameters, and those of the layers and blocks that they are in.
std::vector<std::string> names_and_blocks(const NetworkInfo& info) {
  std::set<std::string> names;
  for (const auto& weight : info.weights()) {
    if (weight.role == WeightRole::buffer) continue;
    for (auto end = weight.name.find('.'); end != std::string::npos; end = weight.name.find('.', end + 1))
      names.insert(weight.name.substr(0, end));
    names.insert(weight.name);
  }
  return {names.begin(), names.end()};
}

void expect_fitting(const NetworkInfo& info, const std::vector<std::string>& patterns) {
  const auto weights = info.weights();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const auto& pattern = patterns[i];
    const bool fits = pattern == body || std::ranges::any_of(weights, [&](const WeightInfo& one) {
                        return one.role != WeightRole::buffer && is_in(one.name, pattern);
                      });
    if (fits) continue;
    const auto near = nearest(pattern, names_and_blocks(info));
    throw Error(
        "freeze.layers[" + std::to_string(i) + "]: " + quote(pattern) + " fits no layer and no parameter" +
        (near.empty() ? "; `fovea models NAME` lists the layers" : "; did you mean " + quote(near) + "?"));
  }
}

/// Throws where "body" is named of a network that is one layer, as a module of one's own is.
void expect_body(const NetworkInfo& info, const std::vector<std::string>& patterns) {
  if (info.layers.size() > 1 || std::ranges::find(patterns, body) == patterns.end()) return;
  throw Error(
      "freeze.layers: \"body\" is all layers but the last, and the network is one; "
      "name its parameters, as in \"conv1.*\"");
}

}  // namespace

std::vector<bool> frozen_weights(const NetworkInfo& info, const FreezeParams& freeze) {
  expect_fitting(info, freeze.layers);
  expect_body(info, freeze.layers);
  const auto head = head_of(info);
  std::vector<bool> frozen;
  std::size_t learning = 0;
  for (std::size_t layer = 0; layer < info.layers.size(); ++layer) {
    const auto& weights = info.layers[layer].weights;
    bool all = true;
    std::vector<bool> own;
    for (const auto& weight : weights) {
      const bool is = std::ranges::any_of(freeze.layers, [&](const std::string& pattern) {
        return pattern == body ? layer != head : is_in(weight.name, pattern);
      });
      const bool buffer = weight.role == WeightRole::buffer;
      own.push_back(is);
      if (!buffer) all = all && is;
      if (!buffer && !is) ++learning;
    }
    for (std::size_t i = 0; i < weights.size(); ++i)
      frozen.push_back(weights[i].role == WeightRole::buffer ? all : own[i]);
  }
  if (learning > 0) return frozen;
  throw Error("freeze.layers: nothing is left that learns; leave a layer out, as \"body\" does the last");
}

std::vector<WeightRun> without_frozen(std::vector<WeightRun> runs, const NetworkInfo& info,
                                      const std::vector<bool>& frozen) {
  const auto weights = info.weights();
  auto run = runs.begin();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i].role == WeightRole::buffer) continue;
    if (frozen[i]) run->rate = run->decay = 0;
    ++run;
  }
  return runs;
}

}  // namespace fovea
