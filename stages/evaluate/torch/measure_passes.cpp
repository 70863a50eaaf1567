#include "stages/evaluate/measure_passes.hpp"

#include <ATen/core/grad_mode.h>

#include <chrono>

#include "runtime/peak_memory.hpp"
#include "stages/data/builder.hpp"
#include "stages/evaluate/torch/scoring.hpp"
#include "stages/model/compute_device.hpp"
#include "stages/model/torch/device.hpp"
#include "stages/model/torch/setup.hpp"

namespace fovea {
namespace {

constexpr std::size_t images_a_pass = 32;  // of those that are not measured

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// The images as a data set that the network sees as they are.
Dataset data_of(const Model& model, std::span<const std::uint8_t> pixels) {
  const auto size = input_size(model.specification);
  DatasetBuilder builder(size.height, size.width, size.channels, model.class_names);
  for (std::size_t i = 0; i < pixels.size(); i += size.values())
    builder.add(pixels.subspan(i, size.values()), 0);
  return builder.build();
}

/// Returns the bytes of so many images, the given ones again and again.
std::vector<std::uint8_t> batch_of(const Model& model, std::span<const std::uint8_t> pixels,
                                   std::int64_t batch_size) {
  const auto wanted = static_cast<std::size_t>(batch_size) * input_size(model.specification).values();
  std::vector<std::uint8_t> batch(wanted);
  for (std::size_t i = 0; i < wanted; ++i) batch[i] = pixels[i % pixels.size()];
  return batch;
}

MeasuredPasses measured_passes(std::int64_t batch_size, double seconds, const Context& context,
                               const std::function<void()>& pass) {
  const auto for_a_while = [&](double time, std::int64_t least, const std::function<void()>& once) {
    const auto begin = Clock::now();
    for (std::int64_t i = 0; i < least || seconds_since(begin) < time; ++i) {
      if (context.stop.stop_requested()) throw Stopped{};
      once();
    }
  };
  for_a_while(seconds / 10, 2, pass);
  MeasuredPasses measured{batch_size, {}, 0};
  for_a_while(seconds, least_passes, [&] {
    const auto begin = Clock::now();
    pass();
    measured.seconds.push_back(seconds_since(begin));
  });
  measured.peak_memory = peak_memory();
  return measured;
}

Measured measure(Model model, std::span<const std::uint8_t> pixels, const MeasureRequest& request,
                 const Context& context) {
  const auto device = torch_device(compute_device(context.device));
  Network network(model, device);
  NetworkInput input(model.specification, model.preprocessing, device);
  if (request.folded) network.fold(request.precision);
  model.preprocessing.fit = Fit::stretch;  // images have the network's size, and are not cut
  const at::NoGradGuard no_gradients;
  Measured measured;
  for (const auto batch_size : request.batch_sizes) {
    const auto batch = batch_of(model, pixels, batch_size);
    measured.passes.push_back(measured_passes(batch_size, request.seconds, context,
                                              [&] { scores_of(network, input, batch, request.precision); }));
  }
  const auto data = data_of(model, pixels);
  score(network, model.specification,
        BatchStream::plain(data, model.preprocessing, images_a_pass, context.threads), request.precision,
        context, [&](const at::Tensor& scores, const Batch&) {
          const auto logits = values_of(scores);
          measured.logits.insert(measured.logits.end(), logits.begin(), logits.end());
        });
  return measured;
}

}  // namespace
}  // namespace fovea

extern "C" void fovea_measure_passes(const fovea::Model& model, std::span<const std::uint8_t> pixels,
                                     const fovea::MeasureRequest& request, const fovea::Context& context,
                                     fovea::Measured& measured) {
  fovea::with_torch([&] { measured = fovea::measure(model, pixels, request, context); });
}
