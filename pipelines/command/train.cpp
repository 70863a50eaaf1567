#include "pipelines/command/commands.hpp"
#include "pipelines/run/definition_file.hpp"
#include "runtime/text_file.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Whether a path lies in a folder or is it; both are absolute and without "..".
bool is_inside(const fs::path& path, const fs::path& folder) {
  const auto way = path.lexically_relative(folder);
  return !way.empty() && *way.begin() != "..";
}

/// Writes a definition to a file. Data beside the file, or in the working directory, is named from the file's
/// folder, so that all of it can be moved; other data by its whole path.
void save(Json definition, const Registry& registry, const fs::path& file) {
  const auto here = fs::current_path();
  const auto folder = (here / file).lexically_normal().parent_path();
  change_paths(definition, registry, [&](const fs::path& path) {
    const bool moves_along = is_inside(path, folder) || is_inside(path, here);
    return moves_along ? path.lexically_relative(folder) : path;
  });
  write_whole_file(file, pretty(definition) + "\n");
}

}  // namespace

int train_command(const TrainCommand& command, Signals& signals) {
  Composed composed;
  const auto prepared = prepare(command.run, [&](const Registry& registry) {
    composed = compose_training(command.request, registry);
    return read_training(composed, command.request, registry);
  });
  if (!command.save_pipeline.empty()) save(composed.definition, prepared->registry, command.save_pipeline);
  std::vector<Event> first;
  if (!composed.unused.empty()) {
    first.push_back({"unused",
                     "",
                     "--find-lr has no use for " + join(composed.unused, ", "),
                     {{"flags", composed.unused}}});
  }
  if (!composed.augmentation.empty()) {
    const auto node = only_stage(composed.definition, "augment");
    first.push_back({"augmentation",
                     node,
                     composed.augmentation,
                     {{"policy", composed.definition.at("stages").at(node).at("params").at("policy")}}});
  }
  return run_prepared(*prepared, command.run, signals, first);
}

}  // namespace fovea
