#include "stages/train/weight_groups.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace fovea {
namespace {

std::vector<WeightInfo> parameters_of(const NetworkInfo& info) {
  auto all = info.weights();
  std::erase_if(all, [](const WeightInfo& weight) { return weight.role == WeightRole::buffer; });
  return all;
}

void expect_fitting(const std::vector<WeightInfo>& parameters, const std::vector<ParameterGroup>& groups) {
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto& pattern = groups[i].names;
    if (std::any_of(parameters.begin(), parameters.end(),
                    [&](const WeightInfo& one) { return fits_pattern(pattern, one.name); })) {
      continue;
    }
    std::vector<std::string> names;
    for (const auto& one : parameters) names.push_back(one.name);
    throw Error("optimizer.parameter_groups[" + std::to_string(i) + "].names: " + quote(pattern) +
                " fits no parameter" + suggestion(pattern, names));
  }
}

/// Returns the name up to its last part that is a number: "layer1.0" of "layer1.0.conv1.weight"; "" where
/// there is none.
std::string numbered_block(const std::string& name) {
  std::string block;
  for (std::size_t begin = 0; begin < name.size();) {
    const auto end = std::min(name.find('.', begin), name.size());
    const auto part = name.substr(begin, end - begin);
    const bool number =
        std::all_of(part.begin(), part.end(), [](unsigned char c) { return std::isdigit(c); });
    if (number && begin > 0) block = name.substr(0, end);
    begin = end + 1;
  }
  // Numbers after ".downsample." lie inside of a block.
  const auto path = block.find(".downsample.");
  return path == std::string::npos ? block : block.substr(0, path);
}

std::int64_t matrix_rows(const std::vector<WeightInfo>& parameters, std::size_t i) {
  const auto is_matrix = [&](std::size_t j) { return parameters[j].role == WeightRole::weight; };
  if (!is_matrix(i)) return 0;
  bool before = false, after = false;
  for (std::size_t j = 0; j < parameters.size(); ++j) {
    if (j < i) before |= is_matrix(j);
    if (j > i) after |= is_matrix(j);
  }
  return before && after ? parameters[i].shape[0] : 0;
}

}  // namespace

bool fits_pattern(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

std::vector<std::size_t> blocks_of(const NetworkInfo& info) {
  std::vector<std::size_t> blocks;
  std::string current;
  for (const auto& parameter : parameters_of(info)) {
    const auto numbered = numbered_block(parameter.name);
    const bool begins = numbered.empty() ? parameter.role == WeightRole::weight : numbered != current;
    const auto last = blocks.empty() ? 0 : blocks.back();
    blocks.push_back(begins && !blocks.empty() ? last + 1 : last);
    current = numbered;
  }
  return blocks;
}

std::vector<WeightRun> weight_runs(const NetworkInfo& info, const OptimizerParams& params) {
  const auto parameters = parameters_of(info);
  const auto& groups = params.parameter_groups;
  expect_fitting(parameters, groups);
  const auto blocks = blocks_of(info);
  std::vector<WeightRun> runs;
  std::size_t first = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& parameter = parameters[i];
    const bool decays = parameter.role == WeightRole::weight || params.decay_norm_and_bias;
    WeightRun run{first, static_cast<std::size_t>(parameter.count()), decays ? params.weight_decay : 0};
    run.rate = std::pow(params.layer_decay, static_cast<double>(blocks.back() - blocks[i]));
    run.rows = matrix_rows(parameters, i);
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const ParameterGroup& one) {
      return fits_pattern(one.names, parameter.name);
    });
    if (group != groups.end()) {
      run.rate *= group->rate;
      run.decay = group->weight_decay.value_or(run.decay);
    }
    first += run.count;
    runs.push_back(run);
  }
  return runs;
}

std::vector<WeightRun> merged(const std::vector<WeightRun>& runs) {
  std::vector<WeightRun> all;
  for (const auto& run : runs) {
    if (!all.empty() && all.back().decay == run.decay && all.back().rate == run.rate) {
      all.back().count += run.count;
    } else {
      all.push_back({run.first, run.count, run.decay, run.rate, 0});
    }
  }
  return all;
}

}  // namespace fovea
