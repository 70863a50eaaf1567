#pragma once

#include <string>

#include "stages/model/pass_memory.hpp"
#include "stages/model/precision.hpp"

namespace fovea {

/// The settings of a training that decide its memory.
struct MemorySettings {
  Precision precision = Precision::fp32;
  std::string optimizer = "adamw";
  bool momentum = true;  ///< of sgd: whether earlier updates count
  bool amsgrad = false;  ///< of adam and adamw
  bool average = false;  ///< whether an average of the weights is kept
  bool recompute = false;
  bool on_device = false;  ///< on a GPU, not on the CPU
};

/// The memory of a training, in bytes, by what takes it; without the data set and its batches.
struct TrainingMemory {
  std::int64_t weights = 0;    ///< the network's weights, with a copy in the computing type on a GPU
  std::int64_t gradients = 0;  ///< of all weights
  std::int64_t optimizer = 0;  ///< the moments of the optimizer
  std::int64_t average = 0;    ///< the average of the weights
  std::int64_t copies = 0;     ///< the weights before training and after the best epoch, on the host
  std::int64_t kept = 0;       ///< values that the backward pass needs
  std::int64_t temporary = 0;  ///< what else both passes take at once
  std::int64_t fixed = 0;      ///< LibTorch itself
  /// Returns the sum of all but `fixed`.
  std::int64_t of_training() const {
    return weights + gradients + optimizer + average + copies + kept + temporary;
  }
  std::int64_t total() const { return of_training() + fixed; }
};

/// Predicts the memory of training with so many images a pass, from the life of each value in both passes.
/// Within 10 % of what tensors take on the CPU (training_memory_test).
TrainingMemory training_memory(const Specification& specification, const MemorySettings& settings,
                               std::int64_t batch_size);

/// Predicts what `predict` takes on the CPU with so many images a pass, in bytes: LibTorch itself, the
/// weights as they were read and as the network computes with them, the images, and the values of the pass.
std::int64_t inference_memory(const Specification& specification, Precision precision,
                              std::int64_t batch_size);

/// Returns the largest power of two of at most `most` images a pass whose training takes at most `bytes`
/// (`of_training`); 0 where one image takes more.
std::int64_t largest_batch(const Specification& specification, const MemorySettings& settings,
                           std::int64_t most, std::int64_t bytes);

/// Formats bytes with a unit: "812 MiB", "2.4 GiB".
std::string bytes_text(std::int64_t bytes);

}  // namespace fovea
