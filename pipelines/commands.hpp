#pragma once

#include <stop_token>

#include "graph/registry.hpp"

namespace fovea {

/// What `fovea run` and `fovea plan` are told.
struct RunCommand {
  std::filesystem::path pipeline;
  std::vector<std::string> settings;
  std::string until;
  std::vector<std::string> force;
  std::string name;
  std::filesystem::path output_dir = "results";
  std::filesystem::path store;
  std::size_t threads = 0;
  std::vector<std::filesystem::path> plugins;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};

/// Each command prints to stdout and gives the exit code; what a person can mend is thrown as `Error`.
int run_command(const RunCommand& command, std::stop_token stop);
int plan_command(const RunCommand& command);
int stages_command(const std::string& stage, bool json);
int schema_command();
int graph_command(const RunCommand& command, const std::filesystem::path& output);

/// A JSON Schema of saved pipelines, for editors.
Json definition_schema(const Registry& registry);

}  // namespace fovea
