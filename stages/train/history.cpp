// A stored History:
//   /                     attributes: steps_per_epoch, planned_epochs, best_epoch (from 1), stopped_early
//                         (0 or 1), monitor, schedule, warmup_steps, peak_learning_rate, precision, loss
//                         (since version 3), and floor_learning_rate where there is one
//   steps/                loss, learning_rate, gradient_norm: a double for each step
//   logged/names          text: names of the values that callbacks logged (since version 2)
//   logged/values         double, names x epochs (since version 2)
//   train/, validation/   loss, accuracy, top_5: a double for each epoch; top_5 is empty for five classes
//                         or fewer
// A stored Timing, all doubles:
//   step_samples_per_second (1/s), epoch_seconds, epoch_wait_seconds, epoch_decode_seconds,
//   epoch_augment_seconds (s), and since version 2 epoch_forward_seconds, epoch_backward_seconds and
//   epoch_update_seconds (s)
#include "stages/train/history.hpp"

#include <algorithm>

#include "runtime/store/artifact.hpp"
#include "runtime/text_file.hpp"

namespace fovea {

namespace {

void write_part(const std::string& group, const History::Curves& part, H5Writer& file) {
  file.write(group + "/loss", part.loss);
  file.write(group + "/accuracy", part.accuracy);
  file.write(group + "/top_5", part.top_5);
}

History::Curves read_part(const std::string& group, const H5Reader& file) {
  return {file.numbers(group + "/loss"), file.numbers(group + "/accuracy"), file.numbers(group + "/top_5")};
}

void write_logged(const std::map<std::string, std::vector<double>>& logged, H5Writer& file) {
  std::vector<std::string> names;
  std::vector<double> values;
  for (const auto& [name, one] : logged) {
    names.push_back(name);
    values.insert(values.end(), one.begin(), one.end());
  }
  file.write("logged/names", names);
  file.write("logged/values", values, {names.size(), names.empty() ? 0 : values.size() / names.size()});
}

std::map<std::string, std::vector<double>> read_logged(const H5Reader& file) {
  std::map<std::string, std::vector<double>> logged;
  if (!file.has("logged/names")) return logged;
  const auto names = file.texts("logged/names");
  const auto values = file.numbers("logged/values");
  expect_stored(History::kind, names.empty() ? values.empty() : values.size() % names.size() == 0,
                "what was logged and its names differ in number");
  const auto epochs = static_cast<std::ptrdiff_t>(names.empty() ? 0 : values.size() / names.size());
  auto from = values.begin();
  for (const auto& name : names) {
    logged[name] = {from, from + epochs};
    from += epochs;
  }
  return logged;
}

/// Throws where lists have different numbers of epochs or steps.
void check(const History& history) {
  const auto expect = [](bool right, const char* wrong) { expect_stored(History::kind, right, wrong); };
  const auto steps = history.step_loss.size(), epochs = history.epochs();
  expect(history.step_learning_rate.size() == steps && history.step_gradient_norm.size() == steps,
         "its lists of steps differ in length");
  for (const auto* part : {&history.train, &history.validation}) {
    expect(part->loss.size() == epochs && part->accuracy.size() == epochs &&
               (part->top_5.empty() || part->top_5.size() == epochs),
           "its lists of epochs differ in length");
  }
  for (const auto& one : history.logged)
    expect(one.second.size() == epochs, "what was logged has other epochs");
  expect(history.steps_per_epoch >= 0 && history.planned_epochs >= 0 && history.warmup_steps >= 0 &&
             history.best_epoch >= 0 && history.best_epoch <= static_cast<std::int64_t>(epochs),
         "a count is not possible");
}

void write(const History& history, H5Writer& file) {
  file.write("steps/loss", history.step_loss);
  file.write("steps/learning_rate", history.step_learning_rate);
  file.write("steps/gradient_norm", history.step_gradient_norm);
  write_logged(history.logged, file);
  write_part("train", history.train, file);
  write_part("validation", history.validation, file);
  file.attribute("/", "steps_per_epoch", history.steps_per_epoch);
  file.attribute("/", "planned_epochs", history.planned_epochs);
  file.attribute("/", "best_epoch", history.best_epoch);
  file.attribute("/", "stopped_early", std::int64_t{history.stopped_early});
  file.attribute("/", "monitor", history.monitor);
  file.attribute("/", "loss", history.loss);
  file.attribute("/", "schedule", history.schedule);
  file.attribute("/", "warmup_steps", history.warmup_steps);
  file.attribute("/", "peak_learning_rate", history.peak_learning_rate);
  if (history.floor_learning_rate) {
    file.attribute("/", "floor_learning_rate", *history.floor_learning_rate);
  }
  file.attribute("/", "precision", history.precision);
  if (history.chosen_batch_size > 0) file.attribute("/", "chosen_batch_size", history.chosen_batch_size);
}

History read(const H5Reader& file, const Resolve&) {
  History history;
  history.step_loss = file.numbers("steps/loss");
  history.step_learning_rate = file.numbers("steps/learning_rate");
  history.step_gradient_norm = file.numbers("steps/gradient_norm");
  history.logged = read_logged(file);
  history.train = read_part("train", file);
  history.validation = read_part("validation", file);
  history.steps_per_epoch = file.whole_attribute("/", "steps_per_epoch");
  history.planned_epochs = file.whole_attribute("/", "planned_epochs");
  history.best_epoch = file.whole_attribute("/", "best_epoch");
  history.stopped_early = file.whole_attribute("/", "stopped_early") != 0;
  history.monitor = file.text_attribute("/", "monitor");
  if (file.has_attribute("/", "loss")) history.loss = file.text_attribute("/", "loss");
  history.schedule = file.text_attribute("/", "schedule");
  history.warmup_steps = file.whole_attribute("/", "warmup_steps");
  history.peak_learning_rate = file.number_attribute("/", "peak_learning_rate");
  if (file.has_attribute("/", "floor_learning_rate")) {
    history.floor_learning_rate = file.number_attribute("/", "floor_learning_rate");
  }
  history.precision = file.text_attribute("/", "precision");
  if (file.has_attribute("/", "chosen_batch_size"))
    history.chosen_batch_size = file.whole_attribute("/", "chosen_batch_size");
  check(history);
  return history;
}

void export_to(const History& history, const std::filesystem::path&, const std::filesystem::path& target) {
  write_file(target, to_csv(history));
}

void write_timing(const Timing& timing, H5Writer& file) {
  file.write("step_samples_per_second", timing.step_samples_per_second);
  file.write("epoch_seconds", timing.epoch_seconds);
  file.write("epoch_wait_seconds", timing.epoch_wait_seconds);
  file.write("epoch_forward_seconds", timing.epoch_forward_seconds);
  file.write("epoch_backward_seconds", timing.epoch_backward_seconds);
  file.write("epoch_update_seconds", timing.epoch_update_seconds);
  file.write("epoch_decode_seconds", timing.epoch_decode_seconds);
  file.write("epoch_augment_seconds", timing.epoch_augment_seconds);
}

Timing read_timing(const H5Reader& file, const Resolve&) {
  const auto since_2 = [&](const char* name) {
    return file.has(name) ? file.numbers(name) : std::vector<double>{};
  };
  Timing timing{file.numbers("step_samples_per_second"), file.numbers("epoch_seconds"),
                file.numbers("epoch_wait_seconds"),      since_2("epoch_forward_seconds"),
                since_2("epoch_backward_seconds"),       since_2("epoch_update_seconds"),
                file.numbers("epoch_decode_seconds"),    file.numbers("epoch_augment_seconds")};
  for (const auto* part :
       {&timing.epoch_wait_seconds, &timing.epoch_forward_seconds, &timing.epoch_backward_seconds,
        &timing.epoch_update_seconds, &timing.epoch_decode_seconds, &timing.epoch_augment_seconds}) {
    expect_stored(Timing::kind, part->empty() || part->size() == timing.epoch_seconds.size(),
                  "its lists of epochs differ in length");
  }
  return timing;
}

Scalars scalars_of(const History& history) {
  Scalars scalars{.by_step = {{.name = "step_loss", .values = history.step_loss},
                              {.name = "learning_rate", .values = history.step_learning_rate},
                              {.name = "gradient_norm", .values = history.step_gradient_norm}},
                  .by_epoch = {},
                  .steps_per_epoch = history.steps_per_epoch,
                  .best_epoch = history.best_epoch};
  for (const auto& [name, part] :
       {std::pair{"train", &history.train}, std::pair{"validation", &history.validation}}) {
    scalars.by_epoch.insert(
        scalars.by_epoch.end(),
        {{"loss", name, part->loss}, {"accuracy", name, part->accuracy}, {"top_5", name, part->top_5}});
  }
  return scalars;
}

Times times_of(const Timing& timing) {
  return {timing.epoch_seconds, timing.step_samples_per_second};
}

std::string cell(const std::vector<double>& values, std::size_t i) {
  return i < values.size() ? shortest(values[i]) : "";
}

/// Returns whether top-5 accuracy was measured.
bool has_top_5(const History& history) {
  return !history.train.top_5.empty() || history.epochs() == 0;
}

std::string cells(const History::Curves& part, std::size_t epoch) {
  const auto top_5 = part.top_5.empty() ? "" : ',' + cell(part.top_5, epoch);
  return cell(part.loss, epoch) + ',' + cell(part.accuracy, epoch) + top_5;
}

}  // namespace

const Codec& History::codec() {
  static const Codec codec =
      telling(make_codec<History>(3, write, read, export_to), {.scalars = told_by<History>(scalars_of)});
  return codec;
}

const Codec& Timing::codec() {
  static const Codec codec =
      telling(make_codec<Timing>(2, write_timing, read_timing), {.times = told_by<Timing>(times_of)});
  return codec;
}

void write_history(const History& history, const Timing& timing, H5Writer& file) {
  write(history, file);
  write_timing(timing, file);
}

std::pair<History, Timing> read_history(const H5Reader& file) {
  return {read(file, {}), read_timing(file, {})};
}

std::string to_csv(const History& history) {
  std::string csv = has_top_5(history)
                        ? "epoch,loss,accuracy,top_5,val_loss,val_accuracy,val_top_5,learning_rate"
                        : "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate";
  for (const auto& one : history.logged) csv += ',' + csv_cell(one.first);
  csv += '\n';
  const auto& rates = history.step_learning_rate;
  for (std::size_t epoch = 0; epoch < history.epochs(); ++epoch) {
    const auto steps = (epoch + 1) * static_cast<std::size_t>(history.steps_per_epoch);
    csv += std::to_string(epoch + 1) + ',' + cells(history.train, epoch) + ',' +
           cells(history.validation, epoch) + ',' + (steps > 0 ? cell(rates, steps - 1) : "");
    for (const auto& one : history.logged) csv += ',' + cell(one.second, epoch);
    csv += '\n';
  }
  return csv;
}

}  // namespace fovea
