#pragma once

#include <functional>

#include "pipelines/run/signals.hpp"

namespace CLI {
class App;
}

namespace fovea {

/// The action of a verb: prints to stdout and returns the exit code. Throws `Error` for anything that the
/// user can mend.
using Action = std::function<int(Signals&)>;

/// Each verb registers itself and its flags in the file of its name; the verb on the command line becomes
/// `chosen`. The order is that of `fovea --help`.
void add_run(CLI::App& app, Action& chosen);
void add_plan(CLI::App& app, Action& chosen);
void add_train(CLI::App& app, Action& chosen);
void add_models(CLI::App& app, Action& chosen);
void add_predict(CLI::App& app, Action& chosen);
void add_val(CLI::App& app, Action& chosen);
void add_bench(CLI::App& app, Action& chosen);
void add_verify_resume(CLI::App& app, Action& chosen);
void add_stages(CLI::App& app, Action& chosen);
void add_datasets(CLI::App& app, Action& chosen);
void add_schema(CLI::App& app, Action& chosen);
void add_graph(CLI::App& app, Action& chosen);
void add_store(CLI::App& app, Action& chosen);
void add_explain(CLI::App& app, Action& chosen);
void add_export(CLI::App& app, Action& chosen);
void add_import(CLI::App& app, Action& chosen);

}  // namespace fovea
