#include "stages/train/memory_forecast.hpp"

#include "stages/model/own_modules.hpp"

namespace fovea {

MemoryForecast::MemoryForecast(const Specification& specification, const Train::Params& params,
                               const ComputeDevice& device, std::optional<std::int64_t> free)
    : specification_(specification),
      params_(params),
      settings_{.precision = precision_of(params.precision, device),
                .optimizer = params.optimizer.type,
                .momentum = params.optimizer.moved_on() > 0,
                .amsgrad = params.optimizer.amsgrad,
                .average = params.ema_decay > 0,
                .recompute = params.gradient_checkpointing,
                .on_device = device.is_cuda()},
      free_(free) {}

std::int64_t MemoryForecast::automatic_batch_size() const {
  expect_layers(specification_, "batch_size: \"auto\" goes by the memory that the layers take",
                "give a number");
  if (!free_) return Train::automatic_batch;
  return std::max<std::int64_t>(1, largest_batch(specification_, settings_, Train::automatic_batch, *free_));
}

std::int64_t MemoryForecast::predicted() const {
  return training_memory(specification_, settings_, params_.images_a_pass()).of_training();
}

std::string MemoryForecast::what_fits() const {
  const auto fits = largest_batch(specification_, settings_, params_.images_a_pass(), *free_);
  const std::string recompute =
      params_.gradient_checkpointing ? "" : "; set \"gradient_checkpointing\" to true, or a smaller network";
  if (fits == 0) return "not even one image fits" + recompute;
  return "the largest \"batch_size\" that fits is " + std::to_string(fits) +
         " (with as many more \"accumulate_steps\" training is much the same)";
}

std::string MemoryForecast::warning() const {
  if (!free_ || own_module_of(specification_) != nullptr || predicted() <= *free_) return {};
  return "training is predicted to take " + bytes_text(predicted()) + " of memory, but " +
         bytes_text(*free_) + " are free; " + what_fits();
}

std::string MemoryForecast::advice() const {
  if (own_module_of(specification_) != nullptr)
    return "what a module of one's own takes is not known, so lower it until training fits";
  const auto predicted_text = "training is predicted to take " + bytes_text(predicted());
  if (!free_) return predicted_text;
  return predicted_text + ", and " + bytes_text(*free_) + " were free; " + what_fits();
}

Train::Params with_batch_size(Train::Params params, std::int64_t batch_size) {
  params.accumulate_steps *= Train::automatic_batch / batch_size;
  params.batch_size = batch_size;
  return params;
}

}  // namespace fovea
