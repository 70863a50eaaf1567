#include "pipelines/tracking/tensorboard.hpp"

#include "tests/pipelines/tracking/event_reader.hpp"
#include "tests/pipelines/trained.hpp"

namespace {

/// The only event file of a folder.
std::string event_file_in(const fs::path& folder) {
  REQUIRE(fs::is_directory(folder));
  REQUIRE(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 1);
  const auto path = fs::directory_iterator(folder)->path();
  CHECK(path.filename().string().starts_with("events.out.tfevents."));
  return bytes_of(path);
}

/// The only event file that lies in a folder itself.
std::string only_event_file_of(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  REQUIRE(files.size() == 1);
  return bytes_of(files[0]);
}

/// The cells of training_log.csv below its header, by line.
std::vector<std::vector<double>> log_of(const fs::path& run) {
  std::vector<std::vector<double>> rows;
  auto lines = lines_of(bytes_of(run / "training_log.csv"));
  lines.erase(lines.begin());
  for (const auto& line : lines) {
    rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(std::stod(cell));
  }
  return rows;
}

std::vector<float> values_of(const std::vector<event_reader::Point>& points) {
  std::vector<float> values;
  for (const auto& point : points) values.push_back(point.value);
  return values;
}

std::vector<std::int64_t> steps_of(const std::vector<event_reader::Point>& points) {
  std::vector<std::int64_t> steps;
  for (const auto& point : points) steps.push_back(point.step);
  return steps;
}

bool times_rise(const std::vector<event_reader::Point>& points) {
  return std::is_sorted(points.begin(), points.end(),
                        [](const auto& a, const auto& b) { return a.time < b.time; });
}

}  // namespace

TEST_CASE("tensorboard: a run directory has the history, epochs in both folders and steps in one") {
  const Trained scratch;
  const auto run = run_directories(scratch)[0];
  const auto log = log_of(run);
  const auto train = event_reader::scalars(event_file_in(run / "tensorboard_logs/train/train"));
  const auto validation = event_reader::scalars(event_file_in(run / "tensorboard_logs/train/validation"));
  int column = 1;
  for (const auto* part : {&train, &validation}) {
    for (const char* tag : {"epoch_loss", "epoch_accuracy"}) {
      INFO(tag);
      const auto& points = part->at(tag);
      CHECK(steps_of(points) == std::vector<std::int64_t>{1, 2});
      CHECK(values_of(points) ==
            std::vector<float>{static_cast<float>(log[0][column]), static_cast<float>(log[1][column])});
      CHECK(times_rise(points));
      ++column;
    }
  }
  CHECK(validation.size() == 2);  // hits among five tell nothing of three classes
  for (const char* tag : {"step_loss", "learning_rate", "gradient_norm", "samples_per_second"}) {
    INFO(tag);
    CHECK(train.at(tag).size() == 12);
    CHECK(train.at(tag).back().step == 12);
    CHECK(times_rise(train.at(tag)));
  }
  CHECK(train.at("learning_rate").back().value == static_cast<float>(log[1][5]));
  CHECK(train.at("step_loss").back().time == Approx(train.at("epoch_loss").back().time));
}

TEST_CASE("tensorboard: a training's folder has its settings, and what was measured of its model") {
  auto definition = small_pipeline();
  definition["each"] = fovea::parse_json(R"({"train.learning_rate": [0.001, 0.002]})");
  for (const auto* figure : {"curves", "rate", "confusion"}) definition["stages"].erase(figure);
  definition["stages"]["train"]["params"]["epochs"] = 1;
  const ScratchFolder scratch(definition);
  REQUIRE(scratch.fovea({"run", "pipeline.json", "--tensorboard", "live"}).code == 0);
  const auto run = run_directories(scratch)[0];
  for (const auto* copy : {"1", "2"}) {
    const auto folder = run / "tensorboard_logs" / ("train_" + std::string(copy));
    const auto settings = event_reader::settings(only_event_file_of(folder));
    CHECK(settings.at("train.learning_rate") == (copy[0] == '1' ? "0.001" : "0.002"));
    CHECK(settings.at("train.batch_size") == "32");
    CHECK(settings.at("load.format") == "synthetic");
    CHECK(settings.at("seed") == "1");
    const auto measured = event_reader::scalars(event_file_in(folder / "evaluate"));
    const auto metrics =
        fovea::parse_json(bytes_of(run / ("evaluate_" + std::string(copy)) / "metrics.json"));
    CHECK(measured.at("test_accuracy")[0].value == metrics["accuracy"].get<float>());
    CHECK(measured.at("test_macro_f1")[0].value == metrics["macro"]["f1"].get<float>());
  }
  int live = 0;
  for (const auto& entry : fs::directory_iterator(scratch.folder / "live/small")) {
    if (!entry.path().filename().string().starts_with("train_")) continue;
    ++live;
    CHECK(event_reader::settings(only_event_file_of(entry.path())).contains("train.learning_rate"));
    CHECK(event_reader::scalars(event_file_in(entry.path() / "evaluate")).contains("test_loss"));
  }
  CHECK(live == 2);
}

TEST_CASE("tensorboard: figures are images, byte for byte those of the run directory") {
  using namespace event_reader;
  const Trained scratch;
  const auto run = run_directories(scratch)[0];
  std::map<std::string, std::string> drawn;
  for (const auto& record : records(event_file_in(run / "tensorboard_logs/figures"))) {
    const auto event = message(record);
    if (!event.contains(5)) continue;
    const auto value = message(only(message(only(event, 5).text), 1).text);
    drawn[only(value, 1).text] = only(message(only(value, 4).text), 4).text;
  }
  CHECK(drawn.size() == 4);
  for (const auto& [tag, png] : drawn) {
    INFO(tag);
    CHECK(png == bytes_of(run / "visualizations" / (tag + ".png")));
  }
}

TEST_CASE("tensorboard: an event file is explained as what it came from") {
  const Trained scratch;
  const auto logs = run_directories(scratch)[0] / "tensorboard_logs/train/train";
  const auto told = scratch.fovea({"explain", fs::directory_iterator(logs)->path().string()});
  CHECK(told.code == 0);
  CHECK(told.out.starts_with("from   train (train)\n"));
}

TEST_CASE("tensorboard: while training runs, event files grow in the folder that was named") {
  auto definition = small_pipeline();
  definition["stages"]["train"]["params"]["epochs"] = 3;
  const ScratchFolder scratch(definition);
  const auto done = scratch.fovea({"run", "pipeline.json", "--tensorboard", "live"});
  INFO(done.err);
  REQUIRE(done.code == 0);
  const auto log = log_of(run_directories(scratch)[0]);
  fs::path training;
  for (const auto& entry : fs::directory_iterator(scratch.folder / "live/small")) {
    if (entry.path().filename().string().starts_with("train-")) training = entry.path();
  }
  const auto train = event_reader::scalars(event_file_in(training / "train"));
  const auto validation = event_reader::scalars(event_file_in(training / "validation"));
  CHECK(steps_of(train.at("epoch_loss")) == std::vector<std::int64_t>{1, 2, 3});
  for (std::size_t epoch = 0; epoch < 3; ++epoch) {
    CHECK(train.at("epoch_accuracy")[epoch].value == static_cast<float>(log[epoch][2]));
    CHECK(validation.at("epoch_loss")[epoch].value == static_cast<float>(log[epoch][3]));
  }
  for (const char* tag : {"step_loss", "learning_rate", "gradient_norm", "samples_per_second"})
    CHECK(train.at(tag).back().step == 18);
  CHECK(train.at("learning_rate").back().value == static_cast<float>(log[2][5]));
  CHECK(fs::is_directory(scratch.folder / "live/small/figures"));
}

TEST_CASE(
    "tensorboard: weights are histograms after each epoch where that is asked for, under the same key") {
  const ScratchFolder scratch;
  REQUIRE(scratch
              .fovea({"run", "pipeline.json", "--tensorboard", "live", "--set",
                      "train.visualize.weight_histograms=true"})
              .code == 0);
  fs::path training;
  for (const auto& entry : fs::directory_iterator(scratch.folder / "live/small")) {
    if (entry.path().filename().string().starts_with("train-")) training = entry.path();
  }
  const auto weights = event_reader::histograms(event_file_in(training / "weights"));
  CHECK(weights.at("fc.bias") == std::vector<std::pair<std::int64_t, double>>{{1, 3}, {2, 3}});
  for (const auto& [tag, points] : weights) CHECK(points.size() == 2);
  for (const auto& [name, stage] : planned(scratch)) CHECK(stage.at("status") == "hit");
}

TEST_CASE("tensorboard: a training that was in the store is written whole into the folder that was named") {
  const Trained scratch;
  for (int i = 0; i < 2; ++i)
    REQUIRE(scratch.fovea({"run", "pipeline.json", "--tensorboard", "live"}).code == 0);
  int trainings = 0;
  for (const auto& entry : fs::directory_iterator(scratch.folder / "live/small")) {
    if (!entry.path().filename().string().starts_with("train-")) continue;
    ++trainings;
    CHECK(event_reader::scalars(event_file_in(entry.path() / "train")).at("step_loss").size() == 12);
  }
  CHECK(trainings == 1);
}

TEST_CASE("tensorboard: a folder that can't be made is an error before anything is computed") {
  const ScratchFolder scratch;
  std::ofstream(scratch.folder / "taken") << "a file";
  CHECK(scratch.error({"run", "pipeline.json", "--tensorboard", "taken/logs"}).starts_with("taken/logs"));
  CHECK_FALSE(fs::exists(scratch.folder / "results"));
}

TEST_CASE("tensorboard: live logs that can't be written are one warning, and the run goes on") {
  struct Listener : fovea::Report {
    std::vector<fovea::Event> events;
    void event(const fovea::Event& event) override { events.push_back(event); }
    void progress(const std::string&, std::size_t, std::size_t, const std::string&) override {}
  } listener;
  const Folder folder;
  fovea::LiveTensorBoard live(listener, folder.path(), "small");
  std::ofstream(folder / "small" / "train-12345678") << "in the way";
  const fovea::Json step = {{"step", 1},
                            {"loss", 0.5},
                            {"learning_rate", 0.1},
                            {"gradient_norm", 2.0},
                            {"samples_per_second", 10.0}};
  live.event({"stage_started", "train", "", {{"key", "1234567890"}}});
  live.event({"step", "train", "", step});
  live.event({"step", "train", "", step});
  REQUIRE(listener.events.size() == 4);
  CHECK(listener.events[1].name == "warning");
  CHECK(listener.events[1].line.find("train-12345678") != std::string::npos);
  CHECK(listener.events[1].line.ends_with("; the live logs end here, and the run goes on"));
}
