#include "tests/pipelines/scratch_folder.hpp"

namespace {

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() && entry.path().filename() != ".trash") all.push_back(entry.path());
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

TEST_CASE("mlflow: runs of a pipeline are runs of one experiment, each with params, metrics and artifacts") {
  const ScratchFolder scratch;
  for (const char* rate : {"0.001", "0.002"}) {
    const auto done = scratch.fovea(
        {"run", "pipeline.json", "--mlflow", "mlruns", "--set", std::string("train.learning_rate=") + rate});
    INFO(done.err);
    REQUIRE(done.code == 0);
  }
  const auto experiments = folders_in(scratch.folder / "mlruns");
  REQUIRE(experiments.size() == 1);
  CHECK(bytes_of(experiments[0] / "meta.yaml").find("\nname: \"small\"\n") != std::string::npos);
  const auto runs = folders_in(experiments[0]);
  REQUIRE(runs.size() == 2);
  std::vector<std::string> rates;
  for (const auto& run : runs) {
    auto files = files_in(run);
    rates.push_back(files.at("params/train.learning_rate"));
    CHECK(files.at("params/train.epochs") == "2");
    CHECK(files.at("params/seed") == "1");
    CHECK(lines_of(files.at("metrics/val_accuracy")).size() == 2);
    CHECK(lines_of(files.at("metrics/step_loss")).size() == 12);
    CHECK(files.at("metrics/step_loss").ends_with(" 12\n"));
    CHECK(lines_of(files.at("metrics/test_accuracy")).size() == 1);
    CHECK(files.contains("artifacts/best_model.h5"));
    CHECK(files.at("meta.yaml").find("\nrun_id: \"" + run.filename().string() + "\"\n") != std::string::npos);
    CHECK(files.at("meta.yaml").find("\nstatus: 3\n") != std::string::npos);
    const auto directory = scratch.folder / "results" / files.at("tags/mlflow.runName");
    for (const auto& [name, bytes] : files_in(directory)) CHECK(files.at("artifacts/" + name) == bytes);
  }
  std::sort(rates.begin(), rates.end());
  CHECK(rates == std::vector<std::string>{"0.001", "0.002"});
}

TEST_CASE("mlflow: a folder that can't be made is an error before anything is computed") {
  const ScratchFolder scratch;
  std::ofstream(scratch.folder / "taken") << "a file";
  CHECK(scratch.error({"run", "pipeline.json", "--mlflow", "taken/mlruns"}).starts_with("taken/mlruns"));
  CHECK_FALSE(fs::exists(scratch.folder / "results"));
}
