#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace fovea {

/// Returns how many more bytes this program may take: what the machine has available, and no more than its
/// control group leaves (version 2 or 1; files in memory that can go count as free). Nothing where the system
/// does not tell. `root` is where /proc and /sys are.
std::optional<std::int64_t> free_memory(const std::filesystem::path& root = "/");

}  // namespace fovea
