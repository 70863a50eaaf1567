#include "stages/model/precision.hpp"

#include "graph/error.hpp"

namespace fovea {

std::string name_of(Precision precision) {
  constexpr const char* names[] = {"fp32", "tf32", "bf16", "fp16"};
  return names[static_cast<int>(precision)];
}

Precision precision_of(const std::string& setting, const ComputeDevice& device) {
  const bool there = setting == "fp16" ? device.has_fp16 : setting == "tf32" ? device.is_cuda() : true;
  if (!there) {
    throw Error("precision: " + quote(setting) +
                " needs a GPU, and this runs on the CPU; set \"bf16\" or \"fp32\"");
  }
  if (setting == "fp16") return Precision::fp16;
  if (setting == "tf32") return Precision::tf32;
  const bool bf16 = setting == "bf16" || (setting == "auto" && device.has_bf16);
  return bf16 ? Precision::bf16 : Precision::fp32;
}

}  // namespace fovea
