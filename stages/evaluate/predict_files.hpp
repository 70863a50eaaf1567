#pragma once

#include <filesystem>
#include <functional>

#include "runtime/context.hpp"
#include "stages/model/model.hpp"
#include "stages/model/precision.hpp"

namespace fovea {

/// What a network says of a batch of image files.
struct PredictedFiles {
  std::vector<std::string> errors;  ///< one for each file; "" where it is an image
  std::span<const float> logits;    ///< n x K, for the files that are images, in order
};

using SeePredictedFiles = std::function<void(const PredictedFiles&)>;

}  // namespace fovea

/// Computes a model's logits for image files of any size, gray or RGB, and calls `see` with each batch, in
/// order. In equal batches and precision an image has the logits that the stage `predict` computes. It is a
/// function of the library fovea_torch, which `Libraries::function` finds. Throws `Stopped` when a stop is
/// requested.
extern "C" void fovea_predict_files(const fovea::Model& model,
                                    const std::vector<std::filesystem::path>& files, std::size_t batch_size,
                                    fovea::Precision precision, const fovea::Context& context,
                                    const fovea::SeePredictedFiles& see);
