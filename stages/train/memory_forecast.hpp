#pragma once

#include <optional>

#include "stages/model/memory.hpp"
#include "stages/train/train.hpp"

namespace fovea {

/// What training a network is predicted to take, beside the memory that is free.
class MemoryForecast {
 public:
  /// `free` is in bytes; nothing where it is not known. Throws `Error` where the device lacks the precision.
  MemoryForecast(const Specification& specification, const Train::Params& params, const ComputeDevice& device,
                 std::optional<std::int64_t> free);

  /// Returns the images a pass that "auto" stands for: the largest power of two that fits, at most
  /// `Train::automatic_batch`, and at least 1. Throws `Error` for a module of one's own.
  std::int64_t automatic_batch_size() const;
  /// Returns a warning where training does not fit; "" where it does, or where that is not known.
  std::string warning() const;
  /// Returns what is predicted and what would fit, for an error about memory.
  std::string advice() const;

 private:
  std::int64_t predicted() const;
  std::string what_fits() const;

  const Specification& specification_;
  const Train::Params params_;
  MemorySettings settings_;
  std::optional<std::int64_t> free_;
};

/// Returns the settings with `batch_size` and `accumulate_steps` in place of "auto": a step has as many
/// images for any batch size.
Train::Params with_batch_size(Train::Params params, std::int64_t batch_size);

}  // namespace fovea
