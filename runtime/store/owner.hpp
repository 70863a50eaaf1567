#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace fovea {

// What is written aside (temporary files, drafts, overlays) and who computes or runs (leases) is named after
// its owner, so that what a dead process left can be removed. A process number alone tells nothing outside of
// its host, boot and process namespace: what belongs to others counts as theirs until it is a day old.

/// The owner that this process is, as "<place>-<process>-<start>": the place, 16 hexadecimal digits of host,
/// boot and process namespace; the process number; and when the process started, in clock ticks since the
/// boot.
std::string own_name();

/// The own name with a number and random digits behind it, which no other file has on any host.
std::string unique_name();

/// Whether the owner that a name begins with was a process of this place that is no more. False for what
/// names no owner, for owners elsewhere and wherever the system does not tell.
bool is_surely_dead(std::string_view name);

/// Whether a file or folder that is named so, or that says so in its text, has been left behind: its owner is
/// surely dead, or is not of this place and has not touched it for a day; and nobody holds a lock on it.
bool is_abandoned(const std::filesystem::path& path, std::string_view owner);

/// What came of trying to lock: also where a file system without locks refuses them.
enum class Locked { yes, busy, impossible };

/// Tries to lock an open file against all who opened it apart, in this process and others. The lock goes when
/// the descriptor is closed, however that comes about. Folders can be locked as well.
Locked try_lock(int descriptor);

/// Whether a path still names the file that is open: the answer of the file system, not of a cache.
bool still_names(const std::filesystem::path& path, int descriptor);

}  // namespace fovea
