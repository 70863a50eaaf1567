// A CUDA driver with two devices, the first of which is too old for bf16; also the runtime 12.8 and
// cuDNN 9.10.2.
#include <cstddef>
#include <cstring>

extern "C" {
int cudaRuntimeGetVersion(int* version) {
  *version = 12080;
  return 0;
}
std::size_t cudnnGetVersion() {
  return 91002;
}
int cuInit(unsigned) {
  return 0;
}
int cuDeviceGetCount(int* count) {
  *count = 2;
  return 0;
}
int cuDeviceGet(int* device, int number) {
  *device = 10 + number;
  return 0;
}
int cuDeviceGetName(char* name, int length, int device) {
  std::strncpy(name, device == 10 ? "Tesla T4" : "NVIDIA H100", static_cast<std::size_t>(length));
  return 0;
}
int cuDeviceGetAttribute(int* value, int attribute, int device) {
  *value = attribute == 75 ? (device == 10 ? 7 : 9) : 0;
  return 0;
}
}
