#pragma once

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/folder.hpp"

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Writes a file as it should not be written: in place, whatever its permissions are.
inline void put(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary) << bytes;
}

/// Makes a file or folder look as if nobody had touched it for some hours.
inline void backdate(const std::filesystem::path& path, std::chrono::hours by) {
  std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) - by);
}
