// What MLflow's file store reads, times being milliseconds since 1970:
//   <experiment id>/meta.yaml                  what the experiment is called
//   <experiment id>/<run id>/meta.yaml         when the run was and what became of it
//   <experiment id>/<run id>/params/NAME       a file for each parameter: its value
//   <experiment id>/<run id>/metrics/NAME      a file for each metric: lines "time value step"
//   <experiment id>/<run id>/tags/NAME         a file for each tag
//   <experiment id>/<run id>/artifacts/        any files
#include "pipelines/tracking/mlflow.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <memory>
#include <sstream>

#include "graph/sha256.hpp"
#include "pipelines/tracking/run_facts.hpp"
#include "runtime/store/draft.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/owner.hpp"
#include "runtime/text_file.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The longest value of a parameter that MLflow takes.
constexpr std::size_t longest_value = 6000;

std::int64_t milliseconds(double seconds) {
  return std::llround(1000 * seconds);
}

/// A text between quotes as YAML reads it: JSON's are YAML's.
std::string yaml(const std::string& text) {
  return quote(text);
}

std::string user() {
  const char* name = std::getenv("USER");
  return name != nullptr && *name != '\0' ? name : "unknown";
}

/// A path as the `file:` address that MLflow keeps.
std::string address(const fs::path& path) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string text = "file://";
  for (const char c : fs::absolute(path).lexically_normal().string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("/-_.~").find(c) != std::string_view::npos) {
      text += c;
    } else {
      text += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return text;
}

/// Adds metrics to a run, each a file of lines.
class MetricFiles {
 public:
  explicit MetricFiles(fs::path folder) : folder_(std::move(folder)) {}

  void series(const std::string& name, const std::vector<double>& values, const std::vector<double>& times) {
    std::string lines;
    for (std::size_t i = 0; i < std::min(values.size(), times.size()); ++i) {
      lines += line(times[i], values[i], i + 1);
    }
    if (!lines.empty()) write(name, lines);
  }
  void number(const std::string& name, double value, double time) { write(name, line(time, value, 0)); }

 private:
  static std::string line(double time, double value, std::size_t step) {
    const auto text = std::isnan(value)   ? std::string("nan")
                      : std::isinf(value) ? std::string(value > 0 ? "inf" : "-inf")
                                          : shortest(value);
    return std::to_string(milliseconds(time)) + " " + text + " " + std::to_string(step) + "\n";
  }
  void write(const std::string& name, const std::string& lines) const {
    fs::create_directories((folder_ / name).parent_path());
    write_file(folder_ / name, lines);
  }
  fs::path folder_;
};

void write_params(const Json& params, const fs::path& folder) {
  fs::create_directories(folder);
  for (const auto& [name, value] : params.items()) {
    const auto text = value.is_string() ? value.get<std::string>() : value.dump();
    write_file(folder / name, text.substr(0, longest_value));
  }
}

void add_params(const std::string& name, const Json& value, Json& params) {
  if (value.is_object() && !value.empty()) {
    for (const auto& [key, member] : value.items()) add_params(name + "." + key, member, params);
    return;
  }
  params[name] = value;
}

/// Every parameter of every node, under its name.
Json params_of_all(const Graph& graph) {
  Json params = {{"seed", graph.seed()}};
  for (const auto& node : graph.nodes()) {
    add_params(node.name, node.params, params);
    if (node.seed != graph.seed()) params[node.name + ".seed"] = node.seed;
  }
  return params;
}

/// What stands before the names of a node's metrics: nothing where its stage is there once.
std::string prefix_of(const Graph& graph, std::size_t node) {
  return stands_alone(graph, node) ? "" : graph.nodes()[node].name + "/";
}

void write_scalars(const Training& training, const std::string& prefix, MetricFiles& files) {
  for (const auto& one : training.scalars.by_epoch)
    files.series(prefix + prefix_of_part(one.part) + one.name, one.values, training.epoch_ends);
  for (const auto& one : training.scalars.by_step)
    files.series(prefix + prefix_of_part(one.part) + one.name, one.values, training.step_ends);
}

/// What MLflow is told of a run.
struct Facts {
  const Graph& graph;
  std::span<const Record> records;
  std::vector<Training> trainings;
  std::vector<Measured> measured;
};

void write_measured(const Facts& facts, const Measured& measured, const std::string& prefix,
                    MetricFiles& files) {
  const double time = seconds_of(facts.records[measured.node].made);
  const auto part = part_of(facts.trainings, facts.graph, measured.node);
  for (const auto& [name, value] : measured.numbers) files.number(prefix + part + "_" + name, value, time);
}

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// The number of the experiment of that name, which is made where it is not there.
std::string experiment_of(const std::string& name, const fs::path& folder) {
  const auto line = "name: " + yaml(name) + "\n";
  const auto plain = "name: " + name + "\n";
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto meta = "\n" + text_of(entry.path() / "meta.yaml");
    if (meta.find("\n" + line) != std::string::npos || meta.find("\n" + plain) != std::string::npos)
      return entry.path().filename().string();
  }
  const auto digest = sha256(name);
  const auto number = std::stoull(digest.substr(0, 15), nullptr, 16) % 900'000'000'000'000'000ULL;
  auto id = std::to_string(100'000'000'000'000'000ULL + number);
  const auto made = std::to_string(milliseconds(seconds_of(now_as_text())));
  fs::create_directories(folder / id);
  write_file(folder / id / "meta.yaml", "artifact_location: " + yaml(address(folder / id)) +
                                            "\ncreation_time: " + made + "\nexperiment_id: '" + id +
                                            "'\nlast_update_time: " + made + "\nlifecycle_stage: active\n" +
                                            line);
  return id;
}

/// The earliest begin of a training, or else of any stage; seconds since 1970.
double begin_of(const Facts& facts) {
  double begin = seconds_of(now_as_text());
  for (const auto& training : facts.trainings) begin = std::min(begin, training.begin);
  for (const auto& record : facts.records) begin = std::min(begin, seconds_of(record.made) - record.seconds);
  return begin;
}

std::string run_meta(const fs::path& place, const std::string& experiment, const std::string& id,
                     const std::string& name, double begin) {
  const auto end = milliseconds(seconds_of(now_as_text()));
  return "artifact_uri: " + yaml(address(place / "artifacts")) + "\nend_time: " + std::to_string(end) +
         "\nentry_point_name: ''\nexperiment_id: '" + experiment +
         "'\nlifecycle_stage: active\nrun_id: " + yaml(id) + "\nrun_name: " + yaml(name) +
         "\nrun_uuid: " + yaml(id) + "\nsource_name: ''\nsource_type: 4\nsource_version: ''\nstart_time: " +
         std::to_string(milliseconds(begin)) + "\nstatus: 3\ntags: []\nuser_id: " + yaml(user()) + "\n";
}

void write_tags(const std::string& name, const std::string& parent, const fs::path& folder) {
  fs::create_directories(folder);
  write_file(folder / "mlflow.runName", name);
  write_file(folder / "mlflow.user", user());
  write_file(folder / "mlflow.source.name", "fovea");
  write_file(folder / "mlflow.source.type", "LOCAL");
  if (!parent.empty()) write_file(folder / "mlflow.parentRunId", parent);
}

/// A run that is written aside, and how it is called.
struct NewRun {
  std::string id;
  fs::path place;
  std::unique_ptr<Draft> draft;

  NewRun(const fs::path& experiment, const std::string& seed)
      : id(sha256(seed).substr(0, 32)),
        place(experiment / id),
        draft(std::make_unique<Draft>(experiment.parent_path())) {}
  void settle() const {
    if (!draft->move_to(place)) throw file_error(place, EEXIST);
  }
};

/// A run of its own for one of several trainings, below the run of all.
NewRun write_child(const Facts& facts, std::size_t number, const NewRun& parent, const fs::path& experiment) {
  const auto& graph = facts.graph;
  const auto& training = facts.trainings[number];
  const auto& node = graph.nodes()[training.node];
  const auto name = node.name + (node.each.empty() ? "" : ": " + values_in_words(node.each));
  NewRun run(experiment, parent.id + node.name);
  const auto& folder = run.draft->path();
  write_params(params_behind(graph, training.node, true), folder / "params");
  write_tags(name, parent.id, folder / "tags");
  MetricFiles files(folder / "metrics");
  write_scalars(training, "", files);
  std::vector<const Measured*> own;
  for (const auto& one : facts.measured) {
    if (training_of(facts.trainings, graph, one.node) == number) own.push_back(&one);
  }
  for (const auto* one : own) {
    const auto prefix = own.size() == 1 ? "" : name_in_runs(graph.nodes()[one->node]) + "/";
    write_measured(facts, *one, prefix, files);
  }
  fs::create_directories(folder / "artifacts");
  write_file(folder / "meta.yaml",
             run_meta(run.place, experiment.filename().string(), run.id, name, training.begin));
  return run;
}

}  // namespace

void expect_mlflow_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder / ".trash", failed);
  if (failed) throw file_error(folder, failed.value());
}

fs::path write_mlflow(const Graph& graph, std::span<const Record> records, Store& store,
                      const fs::path& directory, const fs::path& folder) try {
  auto trainings = trainings_of(graph, records, store);
  auto measured = measured_of(graph, records, store);
  if (!trainings || !measured)
    throw Error(folder.string() + ": a result was lost while it was written; run the pipeline again");
  const Facts facts{graph, records, std::move(*trainings), std::move(*measured)};
  const auto experiment = folder / experiment_of(graph.name(), folder);
  const auto name = directory.filename().string();
  const NewRun all(experiment, fs::absolute(directory).string() + unique_name());
  const auto& draft = all.draft->path();
  write_params(params_of_all(graph), draft / "params");
  write_tags(name, "", draft / "tags");
  MetricFiles files(draft / "metrics");
  for (const auto& training : facts.trainings)
    write_scalars(training, prefix_of(graph, training.node), files);
  for (const auto& one : facts.measured) write_measured(facts, one, prefix_of(graph, one.node), files);
  fs::copy(directory, draft / "artifacts", fs::copy_options::recursive);
  write_file(draft / "meta.yaml",
             run_meta(all.place, experiment.filename().string(), all.id, name, begin_of(facts)));
  std::vector<NewRun> children;
  for (std::size_t i = 0; facts.trainings.size() > 1 && i < facts.trainings.size(); ++i)
    children.push_back(write_child(facts, i, all, experiment));
  all.settle();
  for (const auto& child : children) child.settle();
  return all.place;
} catch (const fs::filesystem_error& error) {
  throw file_error(error.path2().empty() ? error.path1() : error.path2(), error.code().value());
}

}  // namespace fovea
