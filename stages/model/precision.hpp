#pragma once

#include <string>

#include "stages/model/compute_device.hpp"

namespace fovea {

/// The numbers that layers compute in; weights stay in fp32.
enum class Precision { fp32, bf16, fp16 };

/// "fp32", "bf16" or "fp16".
std::string name_of(Precision precision);

/// What a setting comes to on a device: "auto" is bf16 where the device multiplies that by itself, else fp32.
/// Throws `Error` where fp16 is asked for of a device that does not have it.
Precision precision_of(const std::string& setting, const ComputeDevice& device);

}  // namespace fovea
