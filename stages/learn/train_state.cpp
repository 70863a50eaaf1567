// A stored TrainState:
//   weights/parameters, weights/buffers     float: the network, flat, in the order of its specification
//   best/parameters, best/buffers           float: the same after the best epoch; empty before the first
//   optimizer/moment_0, optimizer/moment_1  float: what the optimizer remembers, as long as the parameters
//   counters    int64: epochs finished, steps of the next, steps of the optimizer, epochs waited, and the
//               samples of the tally
//   sums        double: the tally's loss; the monitor's best value and that of early stopping, as `has_best`
//   and
//               `has_patience_best` (attributes of the root, 0 or 1) tell whether there is one; the tally's
//               hits and hits among five
// and a History and a Timing as history.cpp describes them.
#include "stages/learn/train_state.hpp"

#include "runtime/store/artifact.hpp"

namespace fovea {
namespace {

std::vector<float> floats(const H5Reader& file, const std::string& name) {
  const auto values = file.read<float>(name);
  return {values.begin(), values.end()};
}

void write_weights(const std::string& group, const Weights& weights, H5Writer& file) {
  file.write(group + "/parameters", weights.parameters);
  file.write(group + "/buffers", weights.buffers);
}

Weights read_weights(const std::string& group, const H5Reader& file) {
  return {floats(file, group + "/parameters"), floats(file, group + "/buffers")};
}

std::string moment_name(std::size_t number) {
  return "optimizer/moment_" + std::to_string(number);
}

void write(const TrainState& state, H5Writer& file) {
  write_weights("weights", state.weights, file);
  write_weights("best", state.best_weights, file);
  for (std::size_t i = 0; i < state.optimizer.moments.size(); ++i)
    file.write(moment_name(i), state.optimizer.moments[i]);
  const auto& tally = state.tally;
  file.write("counters", std::vector<std::int64_t>{state.epoch, state.step_in_epoch, state.optimizer.step,
                                                   state.waited, tally.samples});
  file.write("sums", std::vector<double>{tally.loss, state.best.value_or(0), state.patience_best.value_or(0),
                                         tally.hits, tally.hits_5});
  file.attribute("/", "has_best", std::int64_t{state.best.has_value()});
  file.attribute("/", "has_patience_best", std::int64_t{state.patience_best.has_value()});
  write_history(state.history, state.timing, file);
}

TrainState read(const H5Reader& file, const Resolve&) {
  TrainState state;
  state.weights = read_weights("weights", file);
  state.best_weights = read_weights("best", file);
  for (std::size_t i = 0; file.has(moment_name(i)); ++i)
    state.optimizer.moments.push_back(floats(file, moment_name(i)));
  const auto counters = file.read<std::int64_t>("counters");
  state.epoch = counters[0];
  state.step_in_epoch = counters[1];
  state.optimizer.step = counters[2];
  state.waited = counters[3];
  const auto sums = file.read<double>("sums");
  state.tally = {sums[0], counters[4], sums[3], sums[4]};
  if (file.whole_attribute("/", "has_best") != 0) state.best = sums[1];
  if (file.whole_attribute("/", "has_patience_best") != 0) state.patience_best = sums[2];
  std::tie(state.history, state.timing) = read_history(file);
  return state;
}

}  // namespace

const Codec& TrainState::codec() {
  static const Codec codec = make_codec<TrainState>(1, write, read);
  return codec;
}

}  // namespace fovea
