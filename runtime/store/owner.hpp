#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace fovea {

// Temporary files, drafts, overlays and leases carry the name of the process that owns them, so that files of
// dead processes can be removed. A process number is meaningful only within its host, boot and process
// namespace; files of owners elsewhere are kept until they are a day old.

/// Returns the name of this process as an owner, "<place>-<process>-<start>": the place, 16 hexadecimal
/// digits of host, boot and process namespace; the process number; and the start of the process, in clock
/// ticks since boot.
std::string own_name();

/// Returns the own name with a counter and random digits appended, unique on all hosts.
std::string unique_name();

/// Whether the owner in the prefix of a name was a process of this place that is dead. False for a name
/// without an owner, for owners elsewhere, and if the system gives no answer.
bool is_surely_dead(std::string_view name);

/// Whether a file or folder is abandoned: its owner, from its name or its text, is surely dead, or belongs to
/// another place and has not touched it for a day; and no process holds a lock on it.
bool is_abandoned(const std::filesystem::path& path, std::string_view owner);

/// The result of an attempt to lock; `impossible` on a file system without locks.
enum class Locked { yes, busy, impossible };

/// Tries to lock an open file or folder against all other descriptors, in this process and others. The lock
/// is released when the descriptor is closed, also by the death of the process.
Locked try_lock(int descriptor);

/// Whether a path still names the open file, as the file server answers and not a client's cache.
bool still_names(const std::filesystem::path& path, int descriptor);

}  // namespace fovea
