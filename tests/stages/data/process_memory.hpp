#pragma once

#include <malloc.h>

#include <fstream>
#include <string>

namespace fovea::testing {

/// Whether a process has only the memory that it asks for: sanitizers keep more.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool memory_is_its_own = false;
#else
inline constexpr bool memory_is_its_own = true;
#endif

/// A number of /proc/self/status in bytes, such as "RssAnon" or "VmHWM", once free memory is given back.
inline std::size_t process_memory(const std::string& name) {
  malloc_trim(0);
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":")) return std::stoul(line.substr(name.size() + 1)) * 1024;
  }
  return 0;
}

}  // namespace fovea::testing
