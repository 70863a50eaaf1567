#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/catch.hpp"
#include "tests/folder.hpp"
#include "tests/pipelines/command/command.hpp"
#include "tests/pipelines/small_pipeline.hpp"
#include "tests/runtime/file_bytes.hpp"

using fovea::Json;
namespace fs = std::filesystem;

/// A folder with a definition in it, and the command that runs there.
struct ScratchFolder {
  Folder folder;
  explicit ScratchFolder(const Json& definition = small_pipeline()) { write(definition.dump()); }
  void write(const std::string& text) const { std::ofstream(folder / "pipeline.json") << text; }
  Finished fovea(std::vector<std::string> arguments, const std::vector<std::string>& environment = {}) const {
    return run_program("fovea", arguments, folder.path(), environment);
  }
  /// The one line of an error, after checking that it is one line on stderr and the exit code.
  std::string error(const std::vector<std::string>& arguments, int code = 1) const {
    const auto done = fovea(arguments);
    CHECK(done.code == code);
    CHECK(done.out.empty());
    CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
    return done.err.substr(0, done.err.find('\n'));
  }
  /// The same of what is wrong on the command line.
  std::string usage_error(const std::vector<std::string>& arguments) const { return error(arguments, 2); }
  std::string error_with(const char* pointer, const Json& value) const {
    auto definition = small_pipeline();
    definition[Json::json_pointer(pointer)] = value;
    write(definition.dump());
    return error({"run", "pipeline.json"});
  }
};

/// Every file of a run directory by its name there.
inline std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).string()] = bytes_of(entry.path());
  }
  REQUIRE_FALSE(files.empty());
  return files;
}

inline std::vector<fs::path> run_directories(const ScratchFolder& scratch) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(scratch.folder / "results")) all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  return all;
}

/// "hit" or "run" of every node, as `plan --json` tells.
inline std::map<std::string, Json> planned(const ScratchFolder& scratch, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"plan", "pipeline.json", "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  std::map<std::string, Json> all;
  const auto done = scratch.fovea(arguments);
  INFO(done.err);
  REQUIRE(done.code == 0);
  for (const auto& line : lines_of(done.out)) {
    const auto one = fovea::parse_json(line);
    all[one.at("node")] = one;
  }
  REQUIRE_FALSE(all.empty());
  return all;
}
