#include <CLI/CLI.hpp>
#include <cstdio>

#include "pipelines/command/options.hpp"
#include "pipelines/command/verbs.hpp"
#include "pipelines/run/definition_file.hpp"
#include "pipelines/run/draw_graph.hpp"
#include "pipelines/run/usage.hpp"
#include "runtime/text_file.hpp"

namespace fovea {

namespace {

void draw(const RunCommand& command, const std::filesystem::path& output) {
  const auto prepared = prepare(command);
  const auto ending = output.empty() ? std::string(".txt") : output.extension().string();
  const auto drawn =
      at_flag(output.string(), [&] { return draw_graph(prepared->graph, prepared->planned(), ending); });
  if (output.empty()) {
    std::printf("%s", drawn.c_str());
  } else {
    write_whole_file(output, drawn);
  }
}

}  // namespace

void add_graph(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("graph", "draw a pipeline, with the stages marked that are in the store");
  const auto command = std::make_shared<RunCommand>();
  const auto output = std::make_shared<std::string>();
  add_pipeline_options(*verb, *command);
  verb->add_option("-o,--output", *output, "FILE.svg, .png, .pdf, .dot or .txt (default: text on stdout)");
  verb->callback([=, &chosen] {
    chosen = [=](Signals&) {
      draw(*command, *output);
      return 0;
    };
  });
}

}  // namespace fovea
