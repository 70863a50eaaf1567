#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "graph/json.hpp"
#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/pipelines/command/command.hpp"

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(folder)) all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  return all;
}

std::size_t count_files(const fs::path& folder) {
  return static_cast<std::size_t>(std::count_if(fs::recursive_directory_iterator(folder),
                                                fs::recursive_directory_iterator(),
                                                [](const auto& entry) { return entry.is_regular_file(); }));
}

}  // namespace

TEST_CASE("fashion-mnist: the saved pipeline reaches 0.91, and the C++ program finds all its results") {
  if (!fs::exists("/usr/share/datasets/fashion-mnist")) {
    skipped("the package dataset-fashion-mnist is not there");
    return;
  }
  const Folder folder;
  const auto saved =
      run_program("fovea", {"run", FOVEA_SOURCE_DIR "/pipelines/fashion_mnist.json"}, folder.path());
  INFO(saved.out << saved.err);
  REQUIRE(saved.code == 0);
  const auto first = entries(folder / "results");
  REQUIRE(first.size() == 1);
  std::ifstream metrics(first[0] / "metrics.json");
  const auto measured = fovea::Json::parse(metrics);
  CHECK(measured["accuracy"].get<double>() >= 0.91);
  CHECK(measured["samples"] == 10000);

  const auto records = count_files(folder / ".fovea/keys");
  const auto composed = run_program("fashion_mnist", {}, folder.path());
  INFO(composed.out << composed.err);
  REQUIRE(composed.code == 0);
  CHECK(entries(folder / "results").size() == 2);
  CHECK(count_files(folder / ".fovea/keys") == records);
  CHECK(composed.out.find("epoch") == std::string::npos);
}
