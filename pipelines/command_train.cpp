#include "pipelines/commands.hpp"
#include "pipelines/definition_file.hpp"
#include "stages/learn/text_file.hpp"

namespace fovea {

int train_command(const TrainCommand& command, std::stop_token stop) {
  Composed composed;
  const auto prepared = prepare(command.run, [&](const Registry& registry) {
    composed = compose_training(command.request, registry);
    return read_training(composed, command.request, registry);
  });
  if (!command.save_pipeline.empty())
    write_whole_file(command.save_pipeline, pretty(composed.definition) + "\n");
  if (command.dry_run) return plan_prepared(*prepared, command.run);
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
  return run_prepared(*prepared, command.run, std::move(stop), first);
}

}  // namespace fovea
