#include <cstdio>

#include "pipelines/command/commands.hpp"
#include "pipelines/run/definition_file.hpp"
#include "pipelines/run/draw_graph.hpp"
#include "pipelines/run/usage.hpp"

namespace fovea {

int graph_command(const RunCommand& command, const std::filesystem::path& output) {
  const auto prepared = prepare(command);
  const auto ending = output.empty() ? std::string(".txt") : output.extension().string();
  const auto drawn =
      at_flag(output.string(), [&] { return draw_graph(prepared->graph, prepared->planned(), ending); });
  if (output.empty()) {
    std::printf("%s", drawn.c_str());
  } else {
    write_whole_file(output, drawn);
  }
  return 0;
}

}  // namespace fovea
