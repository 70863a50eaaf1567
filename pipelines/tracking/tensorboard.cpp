#include "pipelines/tracking/tensorboard.hpp"

#include <algorithm>
#include <chrono>

#include "runtime/store/files.hpp"
#include "runtime/store/owner.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr const char* by_fovea = "fovea";

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Adds a point of each series of a part to a file, a summary for each step or epoch.
void add_points(EventFile& file, const std::vector<ScalarSeries>& all, const std::string& part,
                const std::string& prefix, const std::vector<double>& ends) {
  for (std::size_t i = 0; i < ends.size(); ++i) {
    Summary summary;
    for (const auto& one : all) {
      if (one.part == part && i < one.values.size()) summary.scalar(prefix + one.name, one.values[i]);
    }
    file.add(ends[i], static_cast<std::int64_t>(i + 1), summary);
  }
}

bool has_part(const std::vector<ScalarSeries>& all, const std::string& part) {
  return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.part == part; });
}

/// The parts of the data of which a training tells, in its order.
std::vector<std::string> parts_of(const Scalars& scalars) {
  std::vector<std::string> parts;
  for (const auto* all : {&scalars.by_step, &scalars.by_epoch}) {
    for (const auto& one : *all) {
      if (std::find(parts.begin(), parts.end(), one.part) == parts.end()) parts.push_back(one.part);
    }
  }
  return parts;
}

/// Writes a folder for each part, as train/ and validation/, and gives their files.
std::vector<fs::path> write_training(const Training& training, const fs::path& folder) {
  const auto& [by_step, by_epoch, steps_per_epoch, best_epoch] = training.scalars;
  std::vector<fs::path> files;
  for (const auto& part : parts_of(training.scalars)) {
    EventFile file(folder / part, training.begin, by_fovea);
    if (has_part(by_step, part)) add_points(file, by_step, part, "", training.step_ends);
    if (has_part(by_epoch, part)) add_points(file, by_epoch, part, "epoch_", training.epoch_ends);
    file.flush();
    files.push_back(file.path());
  }
  return files;
}

/// Writes the settings that a training stands for, as a table of TensorBoard's has them; gives the file.
fs::path write_settings(const Graph& graph, std::span<const Record> records, const Training& training,
                        const fs::path& folder) {
  const double end = seconds_of(records[training.node].made);
  EventFile file(folder, training.begin, by_fovea);
  file.add(training.begin, 0,
           Summary().settings(params_behind(graph, training.node, false), training.begin, end));
  file.flush();
  return file.path();
}

/// Writes what a node measured of a part as scalars "test_accuracy" and so on; gives the file.
fs::path write_measured(const Measured& measured, const std::string& part, double time,
                        const fs::path& folder) {
  EventFile file(folder, time, by_fovea);
  Summary summary;
  for (const auto& [name, value] : measured.numbers) summary.scalar(part + "_" + name, value);
  file.add(time, 0, summary);
  file.flush();
  return file.path();
}

/// The folder of what a node measured below that of the training, where there is one.
std::string folder_of(const Measured& measured, const Training* training, const Graph& graph) {
  const bool of_itself = training != nullptr && training->node == measured.node;
  return of_itself ? "measured" : name_in_runs(graph.nodes()[measured.node]);
}

/// A picture as it is shown: what came from where, its name, and when it was made.
struct Shown {
  Output from;
  std::string tag;
  double made;
  Item owner;
  std::span<const std::uint8_t> png;
};

/// Every PNG that a run tells of, or nothing where an object is lost.
std::optional<std::vector<Shown>> pictures_of(const Graph& graph, std::span<const Record> records,
                                              Store& store) {
  const auto images = told(graph, records, store, &Tells::images);
  if (!images) return {};
  std::vector<Shown> all;
  for (const auto& [from, item, pictures] : *images) {
    const auto prefix = stands_alone(graph, from.node) ? "" : graph.nodes()[from.node].name + "/";
    const auto made = seconds_of(records[from.node].made);
    for (const auto& one : pictures) all.push_back({from, prefix + one.name, made, item, one.png});
  }
  return all;
}

/// Writes all pictures into one file; gives its path.
fs::path write_pictures(const std::vector<Shown>& pictures, const fs::path& folder) {
  const auto first = std::min_element(pictures.begin(), pictures.end(),
                                      [](const auto& a, const auto& b) { return a.made < b.made; });
  EventFile file(folder, first->made, by_fovea);
  for (const auto& one : pictures) {
    file.add(one.made, 0,
             Summary().image(one.tag, {reinterpret_cast<const char*>(one.png.data()), one.png.size()}));
  }
  file.flush();
  return file.path();
}

/// How files end that grow while this process trains, whoever else writes into the same folder.
std::string live_ending() {
  return own_name() + "." + by_fovea;
}

/// One histogram of each weight that a training's outputs tell, at the best epoch.
void write_best_weights(const std::vector<Told<std::vector<WeightValues>>>& outputs, const Training& training,
                        const fs::path& folder) {
  EventFile file(folder, training.begin, by_fovea);
  for (const auto& output : outputs) {
    for (const auto& weight : output.told) {
      const auto histogram = histogram_of(weight.values);
      if (histogram.count > 0)
        file.add(training.epoch_ends.back(), training.scalars.best_epoch,
                 Summary().histogram(weight.name, histogram));
    }
  }
  file.flush();
}

}  // namespace

std::optional<std::vector<Exported>> write_tensorboard(const Graph& graph, std::span<const Record> records,
                                                       Store& store, const fs::path& directory) {
  const auto trainings = trainings_of(graph, records, store);
  const auto measured = measured_of(graph, records, store);
  const auto pictures = pictures_of(graph, records, store);
  if (!trainings || !measured || !pictures) return {};
  std::vector<Exported> written;
  const auto logs = directory / "tensorboard_logs";
  for (const auto& training : *trainings) {
    const auto folder = logs / graph.nodes()[training.node].name;
    auto files = write_training(training, folder);
    files.push_back(write_settings(graph, records, training, folder));
    for (const auto& file : files)
      written.push_back({training.node, training.port, file.lexically_relative(directory)});
  }
  for (const auto& one : *measured) {
    const auto number = training_of(*trainings, graph, one.node);
    const auto* training = number ? &(*trainings)[*number] : nullptr;
    const auto parent = training != nullptr ? logs / graph.nodes()[training->node].name : logs;
    const auto file =
        write_measured(one, part_of(*trainings, graph, one.node), seconds_of(records[one.node].made),
                       parent / folder_of(one, training, graph));
    written.push_back({one.node, one.port, file.lexically_relative(directory)});
  }
  if (!pictures->empty()) {
    const auto file = write_pictures(*pictures, logs / "figures");
    const auto& [node, port] = pictures->back().from;
    written.push_back({node, port, file.lexically_relative(directory)});
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

void LiveTensorBoard::finish(const Graph& graph, std::span<const Record> records, Store& store) {
  const auto trainings = trainings_of(graph, records, store).value_or(std::vector<Training>{});
  const auto measured = measured_of(graph, records, store).value_or(std::vector<Measured>{});
  const auto pictures = pictures_of(graph, records, store);
  const auto folder_of_training = [&](const Training& training) {
    return folder_ / (graph.nodes()[training.node].name + "-" + records[training.node].key.substr(0, 8));
  };
  for (const auto& one : measured) {
    const auto number = training_of(trainings, graph, one.node);
    if (!number) continue;
    const auto& training = trainings[*number];
    write_measured(one, part_of(trainings, graph, one.node), seconds_of(records[one.node].made),
                   folder_of_training(training) / folder_of(one, &training, graph));
  }
  for (const auto& training : trainings) {
    const auto folder = folder_of_training(training);
    if (!fs::exists(folder / "train")) write_training(training, folder);
    write_settings(graph, records, training, folder);
    if (training.epoch_ends.empty() || fs::exists(folder / "weights")) continue;
    auto outputs = outputs_telling(graph, &Tells::weights);
    std::erase_if(outputs, [&](const Output& output) { return output.node != training.node; });
    const auto weights = told(graph, records, store, outputs, &Tells::weights);
    if (weights && !weights->empty()) write_best_weights(*weights, training, folder / "weights");
  }
  if (pictures && !pictures->empty()) write_pictures(*pictures, folder_ / "figures");
}

}  // namespace fovea
