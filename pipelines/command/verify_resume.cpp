#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "graph/definition.hpp"
#include "pipelines/command/options.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/child_process.hpp"
#include "pipelines/run/console.hpp"
#include "pipelines/run/definition_file.hpp"
#include "runtime/context.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/temporary_folder.hpp"
#include "runtime/text_file.hpp"
#include "runtime/warnings.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Returns the command line that runs the pipeline from a file with another store, and saves progress often.
std::vector<std::string> run_line(const RunCommand& command, const Graph& graph, const fs::path& pipeline,
                                  const fs::path& folder) {
  std::vector<std::string> line{this_program(),
                                "run",
                                pipeline.string(),
                                "-q",
                                "--same-numerics",
                                "--store",
                                (folder / "store").string(),
                                "--output-dir",
                                (folder / "results").string()};
  const auto add = [&](const std::string& option, const std::string& value) {
    line.push_back(option);
    line.push_back(value);
  };
  for (const auto& plugin : command.plugins) add("--plugin", plugin.string());
  add("--device", command.device);
  for (const auto& node : graph.nodes()) {
    if (node.params.contains("checkpoint")) add("--set", node.name + ".checkpoint.every_minutes=0.002");
  }
  return line;
}

/// Waits for the end of a run, and returns whether it was killed. Throws an error if it failed by itself.
bool was_killed(ChildProcess& run) {
  const auto end = run.wait();
  if (end.signal != 0) return true;
  if (end.code == 130) throw Stopped();
  if (end.code == 0) return false;
  throw Error("the pipeline itself does not run to its end; mend it first");
}

double seconds_of_whole_run(const std::vector<std::string>& line, const std::stop_token& stop) {
  const auto begin = std::chrono::steady_clock::now();
  ChildProcess run(line, stop);
  if (was_killed(run)) throw Error("the undisturbed run was killed; try again");
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Sleeps until the time is over or a stop is requested.
void sleep_for(double seconds, const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any().wait_for(lock, stop, std::chrono::duration<double>(seconds),
                                         [] { return false; });
}

/// Kills runs at random instants until `kills` of them died or one finished; returns how many died.
int kill_runs(const std::vector<std::string>& line, int kills, double whole_seconds,
              const std::stop_token& stop) {
  std::mt19937 random(std::random_device{}());
  // On average each run gets an equal share of the work, after a second for starting.
  std::uniform_real_distribution<double> seconds(0, 1 + 2 * whole_seconds / kills);
  for (int killed = 0; killed < kills; ++killed) {
    ChildProcess run(line, stop);
    sleep_for(seconds(random), stop);
    run.kill();
    if (!was_killed(run)) return killed;
  }
  ChildProcess last(line, stop);
  was_killed(last);
  return kills;
}

struct Comparison {
  int objects = 0;
  std::string difference;  ///< the first difference, in words; "" if there is none
};

/// Compares all results of one kind of stage, which a pipeline may have several of.
void compare_stage(const StageInfo& stage, Store& straight, Store& killed, Comparison& all) {
  for (const auto& record : straight.earlier(stage.name)) {
    const auto others = killed.records(stage.name, record.key);
    const auto* other = choose(others, record.numerics, true);
    if (other == nullptr) {
      all.difference = stage.name + ": has another key, so that its inputs differ";
      return;
    }
    for (std::size_t port = 0; port < record.objects.size(); ++port) {
      const auto& output = stage.outputs[port];
      if (output.measured) continue;
      ++all.objects;
      if (record.objects[port] == other->objects[port]) continue;
      // The second store has objects of its own, so the files are compared.
      const auto where = first_difference(H5Reader(straight.object_path(record.objects[port])),
                                          H5Reader(killed.object_path(other->objects[port])));
      all.difference = stage.name + "." + output.name + ": differs first in " +
                       (where ? "dataset " + quote(where->dataset) : "its attributes");
      return;
    }
  }
}

Comparison compare(const Graph& graph, const fs::path& straight, const fs::path& killed) {
  Store first(straight / "store", warn_on_stderr), second(killed / "store", warn_on_stderr);
  Comparison all;
  std::set<std::string> seen;
  for (const auto& node : graph.nodes()) {
    const bool is_new = seen.insert(node.stage->name).second;
    if (is_new && all.difference.empty()) compare_stage(*node.stage, first, second, all);
  }
  return all;
}

/// Runs a pipeline without interruption and, in another store, killed and restarted up to `kills` times;
/// compares the results.
int verify_resume(const RunCommand& command, int kills, Signals& signals) try {
  const auto prepared = prepare(command);
  const auto& nodes = prepared->graph.nodes();
  if (std::none_of(nodes.begin(), nodes.end(),
                   [](const Node& node) { return node.stage->horizon != nullptr; })) {
    throw Error(command.pipeline.string() +
                ": no stage that keeps progress; give a pipeline with a \"train\" stage");
  }
  const TemporaryFolder temporary("fovea-verify-");
  const auto straight = temporary / "straight", killed = temporary / "killed";
  const auto pipeline = temporary / "pipeline.json";
  write_whole_file(pipeline, write_definition(prepared->graph, fs::current_path()).dump());
  const auto line = [&](const fs::path& folder) {
    return run_line(command, prepared->graph, pipeline, folder);
  };
  const auto stop = signals.token();
  const double seconds = seconds_of_whole_run(line(straight), stop);
  std::printf("undisturbed run: %s\n", duration_text(seconds).c_str());
  std::fflush(stdout);
  const int died = kill_runs(line(killed), kills, seconds, stop);
  std::printf("killed and started again: %d times\n", died);
  const auto result = compare(prepared->graph, straight, killed);
  if (!result.difference.empty()) {
    throw Error(result.difference +
                "; the stage is not repeatable, or its progress does not hold all of its state");
  }
  std::printf("all %d results are byte for byte those of the undisturbed run\n", result.objects);
  return 0;
} catch (const Stopped&) {
  std::fprintf(stderr, "interrupted; nothing is proved, and nothing is left behind\n");
  return 130;
}

}  // namespace

void add_verify_resume(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("verify-resume",
                                  "prove that interrupted training ends in the same bytes as uninterrupted");
  const auto command = std::make_shared<RunCommand>();
  const auto kills = std::make_shared<int>(10);
  add_pipeline_options(*verb, *command);
  verb->add_option("--kills", *kills, "how often it is killed")
      ->check(whole(1, 10000))
      ->capture_default_str();
  verb->callback(
      [=, &chosen] { chosen = [=](Signals& signals) { return verify_resume(*command, *kills, signals); }; });
}

}  // namespace fovea
