#pragma once

#include <string>

#include "stages/model/compute_device.hpp"

namespace fovea {

/// The number format that layers compute in; weights stay in fp32.
enum class Precision { fp32, bf16, fp16 };

/// Returns "fp32", "bf16" or "fp16".
std::string name_of(Precision precision);

/// Returns the precision of a setting on a device: "auto" is bf16 where the device has instructions for it,
/// else fp32. Throws `Error` for fp16 on a device that does not support it.
Precision precision_of(const std::string& setting, const ComputeDevice& device);

}  // namespace fovea
