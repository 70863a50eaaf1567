#pragma once

#include <chrono>
#include <set>

#include "runtime/store/store.hpp"

namespace fovea {

/// What a store holds under one key.
struct Holding {
  Record record;
  std::uintmax_t bytes = 0;  ///< of its objects, as they are or were
  bool complete = true;      ///< whether all of them are still there
};

/// The progress of a stage that was not finished.
struct KeptProgress {
  std::string stage;
  std::string key;
  std::filesystem::path file;
  std::uintmax_t bytes = 0;
};

/// Everything in a store, records from oldest to newest, and the bytes of all object files.
struct Inventory {
  std::vector<Holding> holdings;
  std::vector<KeptProgress> progress;
  std::size_t objects = 0;
  std::uintmax_t bytes = 0;
};
Inventory take_inventory(const Store& store);

/// How much was looked at, and how much of it was damaged and set aside.
struct Verified {
  std::size_t objects = 0;
  std::size_t records = 0;
  std::size_t checkpoints = 0;
  std::size_t damaged = 0;
};
/// Digests every object, record and checkpoint anew; what is damaged is set aside with a warning of the
/// store.
Verified verify(const Store& store);

/// What may go.
struct Limits {
  std::optional<std::uintmax_t> bytes;      ///< objects and progress go until at most so many are left
  std::optional<std::chrono::seconds> age;  ///< objects and progress that were not used for longer go
  std::set<std::string> keep_runs;          ///< names of runs whose objects stay
};

/// A file that may go, and why it is there.
struct Garbage {
  std::filesystem::path file;
  std::string what;  ///< the stage that made it, or "progress of ..."
  std::uintmax_t bytes = 0;
};

/// Chooses what goes: first what other numerics have made as well and was not used last; then cheapest to
/// compute again per byte first; among equals what was exported goes last. The
/// newest progress of a stage goes by age only, and what a run that is not over has made or used stays. The
/// small records stay, so that what follows from a deleted result is still found. Throws `Error` where a run
/// to keep is unknown.
std::vector<Garbage> choose_garbage(const Store& store, const Limits& limits);

/// Removes files; one that is gone already is no error. A process that counted on one makes it again.
void remove(const std::vector<Garbage>& garbage);

}  // namespace fovea
