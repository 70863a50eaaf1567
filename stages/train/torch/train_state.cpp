// A stored TrainState:
//   weights/, best/, average/    parameters, buffers: float, the network, flat, in the order of its
//                                specification; empty where there is none
//   optimizer/moment_0, ...      float: the moments of the optimizer, as long as the parameters
//   counters    int64: finished epochs, steps of the next, steps of the optimizer, samples of the tally;
//               epochs without improvement for early stopping and for the schedule; reductions of the rate
//   sums        double: the tally's loss, hits and top-5 hits; seconds of waiting, forward, backward, update,
//               and since version 4 of everything, decoding and augmenting, in the unfinished epoch
//   loss_scale  double: the scale and its good steps; only where the loss is scaled, since version 3
//
//   best_values double: the best for the monitor, early stopping and the schedule; NaN where there is none
//
//   gradient_sums/sum, /largest  double, by parameter: norms in the unfinished epoch
//
//   callbacks/logged_names, /logged      values logged in the unfinished epoch
//   callbacks/names, /sizes, /state      the states of callbacks, one after the other
//   callbacks/figures (names), callbacks/figure_<number> (bytes); `told_to_stop` is an attribute of the root
// A History, a Timing and a GradientHistory follow as their own sources describe them.
#include "stages/train/torch/train_state.hpp"

#include <limits>

#include "runtime/store/artifact.hpp"

namespace fovea {
namespace {

void write_weights(const std::string& group, const Weights& weights, H5Writer& file) {
  file.write(group + "/parameters", weights.parameters);
  file.write(group + "/buffers", weights.buffers);
}

Weights read_weights(const std::string& group, const H5Reader& file) {
  return {file.numbers<float>(group + "/parameters"), file.numbers<float>(group + "/buffers")};
}

std::string moment_name(std::size_t number) {
  return "optimizer/moment_" + std::to_string(number);
}

void write_monitor_state(const MonitorState& monitor_state, H5Writer& file) {
  const auto number = [](std::optional<double> value) {
    return value.value_or(std::numeric_limits<double>::quiet_NaN());
  };
  file.write("best_values",
             std::vector<double>{number(monitor_state.best), number(monitor_state.stopping.best),
                                 number(monitor_state.plateau.best)});
  for (const auto& [name, value] : {std::pair{"has_best", monitor_state.best},
                                    {"has_stopping_best", monitor_state.stopping.best},
                                    {"has_plateau_best", monitor_state.plateau.best}}) {
    file.attribute("/", name, std::int64_t{value.has_value()});
  }
}

void expect(bool right, const char* what_is_wrong) {
  expect_stored(TrainState::kind, right, what_is_wrong);
}

MonitorState read_monitor_state(const H5Reader& file, std::span<const std::int64_t> counters) {
  const auto values = file.read<double>("best_values");
  expect(values.size() == 3, "there are not three best values");
  const auto value = [&](const char* name, std::size_t i) {
    return file.whole_attribute("/", name) != 0 ? std::optional(values[i]) : std::nullopt;
  };
  return {value("has_best", 0),
          {value("has_stopping_best", 1), counters[0]},
          {value("has_plateau_best", 2), counters[1]},
          counters[2]};
}

void write_callbacks(const TrainState& state, H5Writer& file) {
  std::vector<std::string> logged, names, figures;
  std::vector<double> values, memory;
  std::vector<std::int64_t> sizes;
  for (const auto& [name, value] : state.logged) {
    logged.push_back(name);
    values.push_back(value);
  }
  for (const auto& [name, numbers] : state.callbacks) {
    names.push_back(name);
    sizes.push_back(static_cast<std::int64_t>(numbers.size()));
    memory.insert(memory.end(), numbers.begin(), numbers.end());
  }
  for (const auto& figure : state.figures) {
    const auto place = "callbacks/figure_" + std::to_string(figures.size());
    file.write(place, figure.bytes, {figure.bytes.size()});
    figures.push_back(figure.name);
  }
  file.write("callbacks/logged_names", logged);
  file.write("callbacks/logged", values);
  file.write("callbacks/names", names);
  file.write("callbacks/sizes", sizes);
  file.write("callbacks/state", memory);
  file.write("callbacks/figures", figures);
  file.attribute("/", "told_to_stop", std::int64_t{state.told_to_stop});
}

void read_callbacks(const H5Reader& file, TrainState& state) {
  const auto logged = file.texts("callbacks/logged_names"), names = file.texts("callbacks/names");
  const auto values = file.numbers("callbacks/logged"), memory = file.numbers("callbacks/state");
  const auto sizes = file.numbers<std::int64_t>("callbacks/sizes");
  expect(logged.size() == values.size(), "what was logged and its names differ in number");
  for (std::size_t i = 0; i < logged.size(); ++i) state.logged[logged[i]] = values[i];
  expect(names.size() == sizes.size(), "callbacks and what they remember differ in number");
  auto left = std::span(memory);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto size = static_cast<std::size_t>(sizes[i]);
    expect(sizes[i] >= 0 && size <= left.size(), "callbacks remember more than there is");
    const auto own = left.first(size);
    state.callbacks[names[i]] = {own.begin(), own.end()};
    left = left.subspan(size);
  }
  for (const auto& name : file.texts("callbacks/figures")) {
    expect_file_name(name);
    const auto place = "callbacks/figure_" + std::to_string(state.figures.size());
    state.figures.push_back({name, file.read<std::uint8_t>(place)});
  }
  state.told_to_stop = file.whole_attribute("/", "told_to_stop") != 0;
}

void write(const TrainState& state, H5Writer& file) {
  write_weights("weights", state.weights, file);
  write_weights("best", state.best_weights, file);
  write_weights("average", state.average, file);
  for (std::size_t i = 0; i < state.optimizer.moments.size(); ++i)
    file.write(moment_name(i), state.optimizer.moments[i]);
  const auto& [tally, phases, monitor_state] = std::tie(state.tally, state.phases, state.monitor_state);
  file.write("counters", std::vector<std::int64_t>{state.epoch, state.step_in_epoch, state.optimizer.step,
                                                   tally.samples, monitor_state.stopping.epochs,
                                                   monitor_state.plateau.epochs, monitor_state.reductions});
  file.write("sums", std::vector<double>{tally.loss, tally.hits, tally.hits_5, phases.waiting, phases.forward,
                                         phases.backward, phases.update, phases.all, phases.decoding,
                                         phases.augmenting});
  write_monitor_state(monitor_state, file);
  if (const auto& loss = state.loss_scale)
    file.write("loss_scale", std::vector<double>{loss->scale, static_cast<double>(loss->good_steps)});
  file.write("gradient_sums/sum", state.gradient_norms.sum);
  file.write("gradient_sums/largest", state.gradient_norms.largest);
  write_history(state.history, state.timing, file);
  write_gradients(state.gradients, file);
  write_callbacks(state, file);
}

/// Reads the phases; version 3 and earlier have no total time.
Phases read_phases(std::span<const double> seconds) {
  Phases phases{seconds[0], seconds[1], seconds[2], seconds[3]};
  if (seconds.size() == 4) {
    phases.all = seconds[0] + seconds[1] + seconds[2] + seconds[3];
  } else {
    phases.all = seconds[4];
    phases.decoding = seconds[5];
    phases.augmenting = seconds[6];
  }
  return phases;
}

void check(const TrainState& state) {
  expect(
      state.epoch >= 0 && state.step_in_epoch >= 0 && state.optimizer.step >= 0 && state.tally.samples >= 0,
      "a counter is below 0");
  expect(state.epoch == static_cast<std::int64_t>(state.history.epochs()),
         "its epochs are not those of its history");
  for (const auto& moment : state.optimizer.moments)
    expect(moment.size() == state.weights.parameters.size(), "the optimizer is of other weights");
  expect(state.gradient_norms.sum.size() == state.gradient_norms.largest.size(),
         "its sums of gradients differ in number");
}

TrainState read(const H5Reader& file, const Resolve&) {
  TrainState state;
  state.weights = read_weights("weights", file);
  state.best_weights = read_weights("best", file);
  state.average = read_weights("average", file);
  for (std::size_t i = 0; file.has(moment_name(i)); ++i)
    state.optimizer.moments.push_back(file.numbers<float>(moment_name(i)));
  const auto counters = file.numbers<std::int64_t>("counters");
  expect(counters.size() == 7, "there are not seven counters");
  state.epoch = counters[0];
  state.step_in_epoch = counters[1];
  state.optimizer.step = counters[2];
  state.monitor_state = read_monitor_state(file, std::span(counters).subspan(4));
  const auto sums = file.numbers("sums");
  expect(sums.size() == 7 || sums.size() == 10, "there are not ten sums");
  state.tally = {sums[0], counters[3], sums[1], sums[2]};
  state.phases = read_phases(std::span(sums).subspan(3));
  if (file.has("loss_scale")) {
    const auto loss = file.numbers("loss_scale");
    expect(loss.size() == 2 && loss[0] > 0 && loss[1] >= 0 && loss[1] < 1e15, "its scale is none");
    state.loss_scale = {loss[0], static_cast<std::int64_t>(loss[1])};
  }
  state.gradient_norms.sum = file.numbers("gradient_sums/sum");
  state.gradient_norms.largest = file.numbers("gradient_sums/largest");
  std::tie(state.history, state.timing) = read_history(file);
  state.gradients = read_gradients(file);
  read_callbacks(file, state);
  check(state);
  return state;
}

}  // namespace

const Codec& TrainState::codec() {
  static const Codec codec = make_codec<TrainState>(4, write, read);
  return codec;
}

}  // namespace fovea
