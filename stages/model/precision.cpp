#include "stages/model/precision.hpp"

#include "graph/error.hpp"

namespace fovea {

std::string name_of(Precision precision) {
  return precision == Precision::fp16 ? "fp16" : precision == Precision::bf16 ? "bf16" : "fp32";
}

Precision precision_of(const std::string& setting, const ComputeDevice& device) {
  if (setting == "fp16" && !device.has_fp16)
    throw Error("precision: \"fp16\" needs a GPU, and this runs on the CPU; set \"bf16\" or \"fp32\"");
  if (setting == "fp16") return Precision::fp16;
  const bool bf16 = setting == "bf16" || (setting == "auto" && device.has_bf16);
  return bf16 ? Precision::bf16 : Precision::fp32;
}

}  // namespace fovea
