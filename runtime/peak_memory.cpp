#include "runtime/peak_memory.hpp"

#include <fstream>
#include <string>

namespace fovea {

std::int64_t peak_memory() {
  constexpr std::int64_t kibibyte = 1024;
  // getrusage would tell what the process that started this one took, if that is more.
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::int64_t kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * kibibyte;
  }
  return 0;
}

}  // namespace fovea
