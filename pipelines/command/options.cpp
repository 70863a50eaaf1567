#include "pipelines/command/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "graph/setting.hpp"

namespace fovea {

CLI::Validator whole(long least, long most) {
  return {[least, most](std::string& text) {
            long number = 0;
            const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
            const auto range = "; it must be from " + std::to_string(least) + " to " + std::to_string(most);
            if (end != text.data() + text.size() || text.empty()) {
              const auto value = value_of_text(text);
              if (!value.is_number()) return "expected a whole number, got " + quote(text);
              const std::string place = "flag: ";  // CLI11 adds the flag's own name in front
              return with_number_as_written(place + "expected a whole number, got " + shown(value) + range,
                                            text, "flag")
                  .substr(place.size());
            }
            if (failed == std::errc{} && number >= least && number <= most) return std::string();
            return text + " is not allowed" + range;
          },
          "", "whole"};
}

CLI::Validator word_of(std::vector<std::string> words) {
  return {[words = std::move(words)](std::string& text) {
            if (std::find(words.begin(), words.end(), text) != words.end()) return std::string();
            return quote(text) + " is not allowed; it must be one of " + join(words, ", ");
          },
          "", "word"};
}

void add_precision_option(CLI::App& app, std::string& precision, const std::string& standard) {
  app.add_option("--precision", precision, "fp32, bf16, auto, on a GPU tf32, fp16 [" + standard + "]")
      ->type_name("VALUE")
      ->check(word_of({"fp32", "tf32", "bf16", "fp16", "auto"}));
}

void add_store_option(CLI::App& app, std::filesystem::path& store) {
  app.add_option("--store", store, "folder of the store (default: FOVEA_STORE, or .fovea)")->type_name("DIR");
}

void add_plugin_option(CLI::App& app, std::vector<std::filesystem::path>& plugins) {
  app.add_option("--plugin", plugins, "a shared library with stages of one's own")
      ->type_name("FILE.so")
      ->allow_extra_args(false);
}

void add_graph_options(CLI::App& app, RunCommand& command) {
  app.add_option("--set", command.settings, "change a parameter: stage.param=VALUE, seed=VALUE, ...")
      ->type_name("PLACE=VALUE")
      ->allow_extra_args(false);
  app.add_option("--until", command.until, "run only what this stage needs, and it")->type_name("STAGE");
  add_store_option(app, command.store);
  app.add_option("--device", command.device, "auto, cpu, cuda or cuda:N; auto = a GPU where there is one")
      ->type_name("DEVICE");
  add_plugin_option(app, command.plugins);
}

void add_pipeline_options(CLI::App& app, RunCommand& command) {
  app.add_option("PIPELINE", command.pipeline, "a saved pipeline, such as pipeline.json")->required();
  add_graph_options(app, command);
}

void add_directory_options(CLI::App& app, RunCommand& command) {
  app.add_option("--name", command.name, "name of the run directory (default: the pipeline's)")
      ->type_name("NAME");
  app.add_option("--output-dir", command.output_dir, "folder for run directories [results]")
      ->type_name("DIR");
}

void add_run_options(CLI::App& app, RunCommand& command) {
  app.add_option("--force", command.force, "run a stage, or all, even where the result is there")
      ->type_name("STAGE|all")
      ->allow_extra_args(false);
  app.add_flag("--keep-going", command.keep_going, "after an error, run what does not depend on it");
  app.add_flag("--dry-run", command.dry_run, "only tell what would run, as `fovea plan` does");
  app.add_flag("--same-numerics", command.same_numerics,
               "run again what other versions, threads or devices made");
  add_directory_options(app, command);
  app.add_option("--tensorboard", command.tensorboard, "a folder for event files that grow while it trains")
      ->type_name("DIR");
  app.add_option("--mlflow", command.mlflow, "a folder of MLflow's that gets the run as well")
      ->type_name("DIR");
  app.add_option("--threads", command.threads, "for data and drawing (default: one for each core)")
      ->type_name("N")
      ->check(whole(1, 1024));
  app.add_flag("--json", command.json, "one JSON object a line on stdout");
  auto* quiet = app.add_flag("-q", command.quiet, "say nothing but warnings and errors");
  app.add_flag("-v", command.verbose, "also say when each stage starts and ends")->excludes(quiet);
}

void add_pipeline_verb(CLI::App& app, const std::string& name, const std::string& doc, Action& chosen,
                       std::function<int(const RunCommand&, Signals&)> act) {
  auto* verb = app.add_subcommand(name, doc);
  const auto command = std::make_shared<RunCommand>();
  add_pipeline_options(*verb, *command);
  add_run_options(*verb, *command);
  verb->callback([=, &chosen] { chosen = [=](Signals& signals) { return act(*command, signals); }; });
}

}  // namespace fovea
