#include "stages/train/train.hpp"

#include "runtime/store/checkpoints.hpp"
#include "stages/model/torch/setup.hpp"
#include "stages/train/memory_forecast.hpp"
#include "stages/train/torch/trainer.hpp"

namespace fovea {
namespace {

/// Returns the batch size that saved progress was made with, or 0 where there is none.
std::int64_t saved_batch_size(const Context& context) {
  if (context.checkpoints == nullptr) return 0;
  const auto newest = context.checkpoints->newest(TrainState::codec());
  return newest ? static_cast<const TrainState*>(newest->first.data.get())->history.chosen_batch_size : 0;
}

/// Returns the batch size for "auto", and reports it.
std::int64_t choose_batch_size(const MemoryForecast& forecast, const Context& context) {
  const auto saved = saved_batch_size(context);
  const auto chosen = saved > 0 ? saved : forecast.automatic_batch_size();
  const auto batches = Train::automatic_batch / chosen;
  context.event(
      "batch_size",
      "\"batch_size\" is " + std::to_string(chosen) +
          (saved > 0 ? ", as before the interruption" : ", the largest that fits into memory") +
          (batches == 1 ? "" : "; a step adds up " + std::to_string(batches) + " batches in place of one"),
      {{"batch_size", chosen}, {"batches_added_up", batches}});
  return chosen;
}

}  // namespace

Train::Out<Value> Train::run(const In<Value>& in, const Params& params, Context& context) {
  const auto device = compute_device(context.device);
  const auto free = free_memory_of(device);
  const auto& specification = in.model->specification;
  const std::int64_t chosen =
      params.batch_size.value ? 0 : choose_batch_size({specification, params, device, free}, context);
  const auto settled = chosen == 0 ? params : with_batch_size(params, chosen);
  const MemoryForecast forecast(specification, settled, device, free);
  // No `warn`: it is of this machine, not of the result.
  if (const auto warning = forecast.warning(); !warning.empty())
    context.event("warning", context.stage + ": " + warning);
  Out<Value> out;
  try {
    with_torch([&] {
      const Repeatable as_asked(settled.deterministic);
      const AllowTf32 in_precision(settled.precision == "tf32");
      Trainer trainer(in, settled, context, chosen);
      trainer.run();
      out = trainer.result();
    });
  } catch (const OutOfMemory& error) {
    throw Error(std::string(error.what()) + "; " + forecast.advice());
  }
  return out;
}

}  // namespace fovea
