#pragma once

#include <string>

#include "stages/model/compute_device.hpp"

namespace fovea {

/// The number format that layers compute in; weights stay in fp32. tf32 is fp32 whose convolutions and matrix
/// products round their factors to 10 of 23 bits, which GPUs are faster in.
enum class Precision { fp32, tf32, bf16, fp16 };

/// Returns "fp32", "tf32", "bf16" or "fp16".
std::string name_of(Precision precision);

/// Returns whether values take four bytes.
inline bool has_fp32_values(Precision precision) {
  return precision == Precision::fp32 || precision == Precision::tf32;
}

/// Returns the precision of a setting on a device: "auto" is bf16 where the device has instructions for it,
/// else fp32. Throws `Error` for tf32 and fp16 on a device that does not support them.
Precision precision_of(const std::string& setting, const ComputeDevice& device);

}  // namespace fovea
