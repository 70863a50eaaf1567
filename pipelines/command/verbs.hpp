#pragma once

#include <functional>

#include "pipelines/run/signals.hpp"

namespace CLI {
class App;
}

namespace fovea {

/// What a verb does: prints to stdout and gives the exit code. What a person can mend is thrown as `Error`.
using Action = std::function<int(Signals&)>;

/// Each verb is in the file of its name, and adds itself with its flags; the one that is typed becomes
/// `chosen`. They stand in the order of `fovea --help`.
void add_run(CLI::App& app, Action& chosen);
void add_plan(CLI::App& app, Action& chosen);
void add_train(CLI::App& app, Action& chosen);
void add_models(CLI::App& app, Action& chosen);
void add_verify_resume(CLI::App& app, Action& chosen);
void add_stages(CLI::App& app, Action& chosen);
void add_datasets(CLI::App& app, Action& chosen);
void add_schema(CLI::App& app, Action& chosen);
void add_graph(CLI::App& app, Action& chosen);
void add_store(CLI::App& app, Action& chosen);
void add_explain(CLI::App& app, Action& chosen);

}  // namespace fovea
