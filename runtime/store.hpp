#pragma once

#include <optional>

#include "graph/plan.hpp"
#include "runtime/artifact.hpp"

namespace fovea {

/// Artifacts by what is in them, and records of what made them:
///   objects/ab/<sha256>.h5     one artifact, written once and never touched again
///   keys/<stage>/<key>.json    a finished stage: what went in, which objects came out, what it cost
/// An object's identity is the text `<sha256>:<xxh3-128>:<bytes>`: the first tells what it is, the others
/// check it fast.
class Store {
 public:
  explicit Store(std::filesystem::path root);

  /// Writes a value to a temporary file, digests and syncs it, renames it into place, and gives its identity.
  std::string publish(const Codec& codec, const void* value);
  /// Reads an object after its digest has been checked. Gives nothing where it is missing; where it is
  /// damaged, it is set aside with a warning first.
  std::optional<Item> load(const Codec& codec, const std::string& object);
  /// Whether the object is there with the right size.
  bool has(const std::string& object) const;
  std::filesystem::path object_path(const std::string& object) const;

  /// Keeps the record of a finished stage.
  void keep(const Record& record);
  /// The record of a key whose objects are all there.
  std::optional<Record> find(const std::string& stage, const std::string& key) const;
  /// All records of a stage by its name, the newest last.
  std::vector<Record> earlier(const std::string& stage) const;

  const std::filesystem::path& root() const { return root_; }

 private:
  std::filesystem::path root_;
};

}  // namespace fovea
