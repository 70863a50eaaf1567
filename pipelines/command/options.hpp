#pragma once

#include "pipelines/command/prepared.hpp"
#include "pipelines/command/verbs.hpp"

namespace CLI {
class App;
class Validator;
}  // namespace CLI

namespace fovea {

/// A CLI11 validator for whole numbers from `least` to `most`, with the error messages of parameters.
CLI::Validator whole(long least, long most);
/// The same for one of some words.
CLI::Validator word_of(std::vector<std::string> words);

void add_store_option(CLI::App& app, std::filesystem::path& store);
/// Adds the precision of inference; `standard` says what is taken without it.
void add_precision_option(CLI::App& app, std::string& precision, const std::string& standard);
void add_plugin_option(CLI::App& app, std::vector<std::filesystem::path>& plugins);
/// Adds the options of every verb that has a pipeline, from a file or from flags.
void add_graph_options(CLI::App& app, RunCommand& command);
/// Adds the options of `add_graph_options` and the argument for the pipeline's file.
void add_pipeline_options(CLI::App& app, RunCommand& command);
/// Where a run directory is made, and how it is called.
void add_directory_options(CLI::App& app, RunCommand& command);
/// How a pipeline is run, and what is told of it.
void add_run_options(CLI::App& app, RunCommand& command);
/// Adds a verb that takes a saved pipeline and how it is run, and does `act` with it.
void add_pipeline_verb(CLI::App& app, const std::string& name, const std::string& doc, Action& chosen,
                       std::function<int(const RunCommand&, Signals&)> act);

}  // namespace fovea
