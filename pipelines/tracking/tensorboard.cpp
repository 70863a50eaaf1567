#include "pipelines/tracking/tensorboard.hpp"

#include <algorithm>
#include <chrono>

#include "runtime/store/files.hpp"
#include "runtime/store/owner.hpp"
#include "stages/figures/figures.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr const char* by_fovea = "fovea";

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::optional<double> number(const std::vector<double>& values, std::size_t i) {
  return i < values.size() ? std::optional(values[i]) : std::nullopt;
}

void add(Summary& summary, const char* tag, std::optional<double> value) {
  if (value) summary.scalar(tag, *value);
}

void add_epochs(EventFile& file, const History::Curves& part, const std::vector<double>& ends) {
  for (std::size_t epoch = 0; epoch < ends.size(); ++epoch) {
    Summary summary;
    add(summary, "epoch_loss", number(part.loss, epoch));
    add(summary, "epoch_accuracy", number(part.accuracy, epoch));
    add(summary, "epoch_top_5", number(part.top_5, epoch));
    file.add(ends[epoch], static_cast<std::int64_t>(epoch + 1), summary);
  }
}

void add_steps(EventFile& file, const Training& training) {
  const auto& history = *training.history;
  for (std::size_t step = 0; step < history.step_loss.size(); ++step) {
    Summary summary;
    add(summary, "step_loss", number(history.step_loss, step));
    add(summary, "learning_rate", number(history.step_learning_rate, step));
    add(summary, "gradient_norm", number(history.step_gradient_norm, step));
    add(summary, "samples_per_second", number(training.step_samples_per_second, step));
    file.add(training.step_ends[step], static_cast<std::int64_t>(step + 1), summary);
  }
}

/// Writes train/ and validation/ and gives their files.
std::vector<fs::path> write_training(const Training& training, const fs::path& folder) {
  EventFile train(folder / "train", training.begin, by_fovea);
  add_steps(train, training);
  add_epochs(train, training.history->train, training.epoch_ends);
  train.flush();
  EventFile validation(folder / "validation", training.begin, by_fovea);
  add_epochs(validation, training.history->validation, training.epoch_ends);
  validation.flush();
  return {train.path(), validation.path()};
}

/// Writes the settings that a training stands for, as a table of TensorBoard's has them; gives the file.
fs::path write_settings(const Graph& graph, const RunResult& result, const Training& training,
                        const fs::path& folder) {
  const double end = seconds_of(result.nodes[training.node].record.made);
  EventFile file(folder, training.begin, by_fovea);
  file.add(training.begin, 0,
           Summary().settings(params_behind(graph, training.node, false), training.begin, end));
  file.flush();
  return file.path();
}

/// Writes what a node measured as scalars "test_accuracy" and so on; gives the file.
fs::path write_measured(const Graph& graph, const RunResult& result, const Measured& measured,
                        const fs::path& folder) {
  const double time = seconds_of(result.nodes[measured.node].record.made);
  EventFile file(folder, time, by_fovea);
  Summary summary;
  const auto prefix = part_of(graph, measured.node) + "_";
  for (const auto& [name, value] : numbers_of(*measured.metrics)) summary.scalar(prefix + name, value);
  file.add(time, 0, summary);
  file.flush();
  return file.path();
}

/// A figure as it is shown: what came from where, its name, and when it was made.
struct Shown {
  std::size_t node, port;
  std::string tag;
  double made;
  std::shared_ptr<const Figures> figures;
  const Figures::File* file;
};

/// Every PNG of a run, or nothing where an object is lost.
std::optional<std::vector<Shown>> pictures_of(const Graph& graph, const RunResult& result, Store& store) {
  std::vector<Shown> all;
  for (const auto& [node, port, path] : exports_of(graph)) {
    const auto& output = graph.nodes()[node].stage->outputs[port];
    if (output.kind != Figures::kind) continue;
    const auto& record = result.nodes[node].record;
    const auto item = store.load(Figures::codec(), record.objects.at(port));
    if (!item) return {};
    const auto figures = std::static_pointer_cast<const Figures>(item->data);
    const auto prefix = stands_alone(graph, node) ? "" : graph.nodes()[node].name + "/";
    for (const auto& file : figures->files) {
      if (!file.name.ends_with(".png")) continue;
      all.push_back({node, port, prefix + fs::path(file.name).stem().string(), seconds_of(record.made),
                     figures, &file});
    }
  }
  return all;
}

/// Writes all pictures into one file; gives its path.
fs::path write_pictures(const std::vector<Shown>& pictures, const fs::path& folder) {
  const auto first = std::min_element(pictures.begin(), pictures.end(),
                                      [](const auto& a, const auto& b) { return a.made < b.made; });
  EventFile file(folder, first->made, by_fovea);
  for (const auto& one : pictures) {
    const auto bytes = one.file->bytes.span();
    file.add(one.made, 0,
             Summary().image(one.tag, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  }
  file.flush();
  return file.path();
}

/// How files end that grow while this process trains, whoever else writes into the same folder.
std::string live_ending() {
  return own_name() + "." + by_fovea;
}

/// One histogram of each weight, at the best epoch.
void write_best_weights(const Model& best, const Training& training, const fs::path& folder) {
  EventFile file(folder, training.begin, by_fovea);
  for (const auto& weight : best.weights) {
    const auto histogram = histogram_of(weight.values.span());
    if (histogram.count > 0)
      file.add(training.epoch_ends.back(), training.history->best_epoch,
               Summary().histogram(weight.name, histogram));
  }
  file.flush();
}

}  // namespace

std::optional<std::vector<Exported>> write_tensorboard(const Graph& graph, const RunResult& result,
                                                       Store& store, const fs::path& directory) {
  const auto trainings = trainings_of(graph, result, store);
  const auto measured = measured_of(graph, result, store);
  const auto pictures = pictures_of(graph, result, store);
  if (!trainings || !measured || !pictures) return {};
  std::vector<Exported> written;
  const auto logs = directory / "tensorboard_logs";
  for (const auto& training : *trainings) {
    const auto folder = logs / graph.nodes()[training.node].name;
    auto files = write_training(training, folder);
    files.push_back(write_settings(graph, result, training, folder));
    for (const auto& file : files)
      written.push_back({training.node, training.history_port, file.lexically_relative(directory)});
  }
  for (const auto& one : *measured) {
    const auto training = training_of(*trainings, graph, one.node);
    const auto parent = training ? logs / graph.nodes()[(*trainings)[*training].node].name : logs;
    const auto file = write_measured(graph, result, one, parent / name_in_runs(graph.nodes()[one.node]));
    written.push_back({one.node, one.port, file.lexically_relative(directory)});
  }
  if (!pictures->empty()) {
    const auto file = write_pictures(*pictures, logs / "figures");
    const auto& last = pictures->back();
    written.push_back({last.node, last.port, file.lexically_relative(directory)});
  }
  return written;
}

LiveTensorBoard::LiveTensorBoard(Report& next, const fs::path& folder, const std::string& pipeline)
    : next_(next), folder_(folder / pipeline) {
  std::error_code failed;
  fs::create_directories(folder_, failed);
  if (failed) throw file_error(folder_, failed.value());
}

void LiveTensorBoard::event(const Event& event) {
  std::string wrong;
  {
    const std::lock_guard lock(mutex_);
    if (!ended_) wrong = error_of_writing(event);
    ended_ |= !wrong.empty();
  }
  if (!wrong.empty()) next_.event({"warning", "", wrong + "; the live logs end here, and the run goes on"});
  next_.event(event);
}

std::string LiveTensorBoard::error_of_writing(const Event& event) try {
  if (event.name == "stage_started") {
    const auto key = event.data.value("key", std::string());
    logs_[event.stage] = {event.stage + "-" + key.substr(0, 8), {}, {}, {}};
  }
  if (event.name == "step") add_step(event);
  if (event.name == "epoch") add_epoch(event);
  if (event.name == "weights") add_weights(event);
  return {};
} catch (const Error& error) {
  return error.what();
}

void LiveTensorBoard::progress(const std::string& stage, std::size_t done, std::size_t total,
                               const std::string& words) {
  next_.progress(stage, done, total, words);
}

LiveTensorBoard::Logs& LiveTensorBoard::open(const Event& event) {
  auto& logs = logs_[event.stage];
  if (logs.train) return logs;
  const auto folder = folder_ / logs.folder;
  const auto ending = live_ending();
  const double time = now();
  logs.train.emplace(folder / "train", time, ending, event.data.value("step", std::int64_t{0}));
  logs.validation.emplace(folder / "validation", time, ending, event.data.value("epoch", std::int64_t{0}));
  return logs;
}

void LiveTensorBoard::add_step(const Event& event) {
  auto& file = *open(event).train;
  Summary summary;
  summary.scalar("step_loss", event.data.at("loss").get<double>());
  for (const char* name : {"learning_rate", "gradient_norm", "samples_per_second"})
    summary.scalar(name, event.data.at(name).get<double>());
  file.add(now(), event.data.at("step").get<std::int64_t>(), summary);
  file.flush();
}

void LiveTensorBoard::add_epoch(const Event& event) {
  auto& [folder, train, validation, weights] = open(event);
  const auto epoch = event.data.at("epoch").get<std::int64_t>();
  const auto part = [&](const std::string& begin) {
    Summary summary;
    for (const char* name : {"loss", "accuracy", "top_5"}) {
      if (const auto value = event.data.find(begin + name); value != event.data.end())
        summary.scalar(std::string("epoch_") + name, value->get<double>());
    }
    return summary;
  };
  const double time = now();
  train->add(time, epoch, part(""));
  validation->add(time, epoch, part("val_"));
  train->flush();
  validation->flush();
}

void LiveTensorBoard::add_weights(const Event& event) {
  auto& logs = logs_[event.stage];
  const auto epoch = event.data.at("epoch").get<std::int64_t>();
  if (!logs.weights) logs.weights.emplace(folder_ / logs.folder / "weights", now(), live_ending(), epoch);
  for (const auto& [name, histogram] : event.data.at("histograms").items())
    logs.weights->add(now(), epoch, Summary().histogram(name, histogram_from(histogram)));
  logs.weights->flush();
}

void LiveTensorBoard::finish(const Graph& graph, const RunResult& result, Store& store) {
  const auto trainings = trainings_of(graph, result, store).value_or(std::vector<Training>{});
  const auto measured = measured_of(graph, result, store).value_or(std::vector<Measured>{});
  const auto pictures = pictures_of(graph, result, store);
  const auto folder_of = [&](const Training& training) {
    const auto& key = result.nodes[training.node].record.key;
    return folder_ / (graph.nodes()[training.node].name + "-" + key.substr(0, 8));
  };
  for (const auto& one : measured) {
    const auto training = training_of(trainings, graph, one.node);
    if (!training) continue;
    write_measured(graph, result, one,
                   folder_of(trainings[*training]) / name_in_runs(graph.nodes()[one.node]));
  }
  for (const auto& training : trainings) {
    const auto folder = folder_of(training);
    if (!fs::exists(folder / "train")) write_training(training, folder);
    write_settings(graph, result, training, folder);
    const auto best = model_of(graph, result, store, training.node);
    if (best == nullptr || training.epoch_ends.empty() || fs::exists(folder / "weights")) continue;
    write_best_weights(*best, training, folder / "weights");
  }
  if (pictures && !pictures->empty()) write_pictures(*pictures, folder_ / "figures");
}

}  // namespace fovea
