#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>

#include "pipelines/command/verbs.hpp"
#include "pipelines/command/words.hpp"
#include "pipelines/run/standard_output.hpp"
#include "pipelines/run/usage.hpp"
#include "runtime/foreign_error.hpp"

namespace {

using namespace fovea;

constexpr auto verbs = {add_run,    add_plan,          add_train,  add_predict,  add_val,    add_bench,
                        add_models, add_verify_resume, add_stages, add_datasets, add_schema, add_graph,
                        add_store,  add_explain,       add_export, add_import};

/// Parses the command line; returns the exit code if there is nothing more to do.
std::optional<int> parse(CLI::App& app, int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    expect_no_empty_words(words);
    expect_flags_in_order(app, words);
    app.parse(argc, argv);
    expect_utf8(words);
    return {};
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "%s\n", usage_text(app, error).c_str());
  }
  return 2;
}

int run(int argc, char** argv) {
  CLI::App app("Fovea trains image classifiers as a dataflow.", "fovea");
  app.require_subcommand(1);
  app.set_version_flag("--version", "fovea " FOVEA_VERSION);
  Action chosen;
  for (const auto add : verbs) add(app, chosen);
  try {
    if (const auto code = parse(app, argc, argv)) return *code;
    Signals signals;
    return chosen(signals);
  } catch (const UsageError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", as_error(error).what());
    return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  fovea::fill_standard_streams();
  return fovea::code_after_output(run(argc, argv));
}
