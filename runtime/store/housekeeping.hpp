#pragma once

#include <chrono>
#include <set>

#include "runtime/store/store.hpp"

namespace fovea {

/// The contents of a store under one key.
struct Holding {
  Record record;
  std::uintmax_t bytes = 0;  ///< of all its objects, present or removed
  bool complete = true;      ///< whether all its objects are in the store
};

/// The saved progress of an unfinished stage.
struct KeptProgress {
  std::string stage;
  std::string key;
  std::filesystem::path file;
  std::uintmax_t bytes = 0;
};

/// The contents of a store: records from oldest to newest, and the bytes of all object files.
struct Inventory {
  std::vector<Holding> holdings;
  std::vector<KeptProgress> progress;
  std::size_t objects = 0;
  std::uintmax_t bytes = 0;
};
Inventory take_inventory(const Store& store);

/// The numbers of checked and of damaged, quarantined files.
struct Verified {
  std::size_t objects = 0;
  std::size_t records = 0;
  std::size_t checkpoints = 0;
  std::size_t damaged = 0;
};
/// Digests every object, record and checkpoint again; damaged ones are quarantined with a warning of the
/// store.
Verified verify(const Store& store);

/// Limits that garbage collection enforces.
struct Limits {
  std::optional<std::uintmax_t> bytes;      ///< the largest size of objects and progress together
  std::optional<std::chrono::seconds> age;  ///< the longest time without use of objects and progress
  std::set<std::string> keep_runs;          ///< names of runs whose objects are kept
};

/// A file to remove, and its origin.
struct Garbage {
  std::filesystem::path file;
  std::string what;  ///< the stage that wrote it, or "progress of ..."
  std::uintmax_t bytes = 0;
};

/// Chooses the files to remove. First go results that other numerics have superseded, then the results that
/// are cheapest to compute again per byte; of equals, exported ones go last. The newest progress of a stage
/// is removed by age only, the objects of running runs are kept, and so are the small records, so that
/// downstream results of a removed one are still found. Throws `Error` if a run to keep is unknown.
std::vector<Garbage> choose_garbage(const Store& store, const Limits& limits);

/// Removes files; a file that is already gone is no error. A process that needs one computes it again.
void remove(const std::vector<Garbage>& garbage);

}  // namespace fovea
