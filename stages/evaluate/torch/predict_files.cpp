#include "stages/evaluate/predict_files.hpp"

#include <ATen/core/grad_mode.h>

#include "stages/data/file_stream.hpp"
#include "stages/evaluate/torch/scoring.hpp"
#include "stages/model/compute_device.hpp"
#include "stages/model/torch/device.hpp"
#include "stages/model/torch/setup.hpp"

namespace fovea {
namespace {

void predict_files(const Model& model, const std::vector<std::filesystem::path>& files,
                   std::size_t batch_size, Precision precision, const Context& context,
                   const SeePredictedFiles& see) {
  FileStream stream(files, model.preprocessing, batch_size, context.threads);
  const auto device = torch_device(compute_device(context.device));
  Network network(model, device);
  NetworkInput input(model.specification, model.preprocessing, device);
  network.fold(precision);
  const AllowTf32 in_precision(precision == Precision::tf32);
  const at::NoGradGuard no_gradients;
  while (const auto* batch = stream.next()) {
    if (context.stop.stop_requested()) throw Stopped{};
    at::Tensor scores;
    PredictedFiles said{batch->errors, {}};
    if (!batch->images.empty()) {
      scores = scores_of(network, input, batch->images, precision);
      said.logits = values_of(scores);
    }
    see(said);
  }
}

}  // namespace
}  // namespace fovea

extern "C" void fovea_predict_files(const fovea::Model& model,
                                    const std::vector<std::filesystem::path>& files, std::size_t batch_size,
                                    fovea::Precision precision, const fovea::Context& context,
                                    const fovea::SeePredictedFiles& see) {
  fovea::with_torch([&] { fovea::predict_files(model, files, batch_size, precision, context, see); });
}
