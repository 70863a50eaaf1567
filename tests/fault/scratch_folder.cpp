#include "tests/fault/scratch_folder.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/catch.hpp"
#include "tests/pipelines/small_pipeline.hpp"
#include "tests/runtime/file_bytes.hpp"

using fovea::Json;
namespace fs = std::filesystem;

int rounds(int few, int many) {
  const char* const count = std::getenv("FOVEA_FAULT_COUNT");
  return count != nullptr && std::string(count) == "full" ? many : few;
}

Json tiny_pipeline(int epochs) {
  auto definition = small_pipeline();
  definition["stages"]["train"]["params"]["epochs"] = epochs;
  return definition;
}

void ScratchFolder::write(const Json& definition) const {
  std::ofstream(folder / "pipeline.json") << definition.dump();
}

std::vector<std::string> ScratchFolder::run_in(const std::string& store, std::vector<std::string> more) {
  std::vector<std::string> all{"run", "pipeline.json", "--json",          "--store",
                               store, "--output-dir",  store + "-results"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<Json> events_of(const std::string& out) {
  std::vector<Json> all;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    auto event = Json::parse(line, nullptr, false);
    if (!event.is_discarded()) all.push_back(std::move(event));
  }
  return all;
}

std::vector<std::string> computed(const std::string& out) {
  std::vector<std::string> all;
  for (const auto& event : events_of(out)) {
    if (event.at("event") == "stage_finished" && !event.value("cached", true))
      all.push_back(event.at("node").get<std::string>() + " " + event.value("key", ""));
  }
  return all;
}

std::map<std::string, std::string> exported(const fs::path& results) {
  std::map<std::string, std::string> files;
  std::vector<fs::path> runs;
  for (const auto& entry : fs::directory_iterator(results)) runs.push_back(entry.path());
  REQUIRE_FALSE(runs.empty());
  const auto newest = *std::max_element(runs.begin(), runs.end(), [](const auto& a, const auto& b) {
    return fs::last_write_time(a) < fs::last_write_time(b);
  });
  for (const auto& entry : fs::recursive_directory_iterator(newest)) {
    const auto name = entry.path().lexically_relative(newest).string();
    const bool timed = name == "run.log" || name.starts_with("tensorboard_logs/");
    if (entry.is_regular_file() && !timed) files[name] = bytes_of(entry.path());
  }
  REQUIRE_FALSE(files.empty());
  return files;
}

std::map<std::string, std::string> stored(const fs::path& store) {
  std::map<std::string, std::string> all;
  for (const auto& name : names_below(store, "keys")) {
    const auto record = fovea::parse_json(bytes_of(store / name));
    for (std::size_t port = 0; port < record["objects"].size(); ++port) {
      const bool measured = name.starts_with("keys/train/") && port == 3;
      if (!measured) all[name + "/" + std::to_string(port)] = record["objects"][port];
    }
  }
  REQUIRE_FALSE(all.empty());
  return all;
}

std::set<std::string> names_below(const fs::path& store, const std::string& folder) {
  std::set<std::string> names;
  if (!fs::exists(store / folder)) return names;
  for (const auto& entry : fs::recursive_directory_iterator(store / folder)) {
    if (!entry.is_directory()) names.insert(entry.path().lexically_relative(store).string());
  }
  return names;
}
