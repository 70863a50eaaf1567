#pragma once

#include "pipelines/command/prepared.hpp"

namespace CLI {
class App;
class Validator;
}  // namespace CLI

namespace fovea {

/// A rule for whole numbers whose errors are told as those of parameters are.
CLI::Validator whole(long least, long most);

void add_store_option(CLI::App& app, std::filesystem::path& store);
void add_plugin_option(CLI::App& app, std::vector<std::filesystem::path>& plugins);
/// What every verb that has a pipeline takes, wherever that comes from.
void add_graph_options(CLI::App& app, RunCommand& command);
/// The same with the file of the pipeline.
void add_pipeline_options(CLI::App& app, RunCommand& command);
/// How a pipeline is run, and what is told of it.
void add_run_options(CLI::App& app, RunCommand& command);

}  // namespace fovea
