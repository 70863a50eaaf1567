#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "graph/plan.hpp"
#include "runtime/store/artifact.hpp"
#include "runtime/store/difference.hpp"

namespace fovea {

/// Artifacts by what is in them, and records of what made them. An object's identity is the text
/// `<sha256>:<xxh3-128>:<bytes>`: the first tells what it is, the others check it fast. Several threads and
/// processes may use one store at once. Throws `Error` where the disk does not do its part.
class Store {
 public:
  /// Opens a store, and makes it where there is none. `warn` is told of everything that was found damaged,
  /// and once where the store can be read but not written: then what is made lives only as long as this. Who
  /// only looks makes nothing, and is not told.
  Store(std::filesystem::path root, std::function<void(const std::string&)> warn, bool only_looks = false);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Writes a value to a temporary file, digests and syncs it, renames it into place, and gives its identity.
  std::string publish(const Codec& codec, const void* value);
  /// Reads an object after its digest has been checked. Gives nothing where it, or one that it refers to, is
  /// missing; where it is damaged, or its codec refuses it, it is set aside with a warning first.
  std::optional<Item> load(const Codec& codec, const std::string& object);
  /// Whether the object is there with the right size.
  bool has(const std::string& object) const;
  /// Whether something else than the object is in its place, as far as one sees without reading it.
  bool is_damaged(const std::string& object) const;
  std::filesystem::path object_path(const std::string& object) const;

  /// Keeps the record of a finished stage.
  void keep(const Record& record);
  /// The records of a key, one for each numerics, the newest last, whether or not their objects are there.
  std::vector<Record> records(const std::string& stage, const std::string& key) const;
  /// Those whose objects are all there. What is in the place of one and has not its size is set aside with a
  /// warning.
  std::vector<Record> whole_records(const std::string& stage, const std::string& key) const;
  /// All records of a stage by its name, the newest last.
  std::vector<Record> earlier(const std::string& stage) const;
  /// The files of all records of a stage, without reading them.
  std::vector<std::filesystem::path> record_files(const std::string& stage) const;
  /// The record in such a file; nothing where it is gone, or is damaged and set aside.
  std::optional<Record> read_record(const std::filesystem::path& path) const;

  /// All records of all stages.
  std::vector<Record> all_records() const;
  /// Keeps what a run was, under the name of its run directory, and gives all that were kept, by name:
  ///   {name, directory, made, pipeline: its definition, stages: {NODE: {stage, key, objects, ran}},
  ///    files: [{path, node, port, object, sha256}]}
  void keep_run(const std::string& name, const Json& run);
  std::vector<Json> runs() const;
  /// The notes of stages whose results differed under one key.
  std::vector<Json> nondeterministic() const;

  /// SHA-256 of a file outside the store. A large file that did not change since it was last asked for is not
  /// read again.
  std::string source_digest(const std::filesystem::path& file) const;

  /// Where two stored objects differ first; nothing where one of them is missing, damaged or refused, or both
  /// are equal.
  std::optional<Difference> difference(const std::string& before, const std::string& now) const;
  /// Keeps what is told of a stage whose result differs from an earlier one under the same key.
  void note_nondeterministic(const std::string& stage, const std::string& key, Json what);
  /// A file of the store, mapped, once `damage_of` has found its bytes right ("") or told what is wrong with
  /// them; a damaged one is set aside with a warning. Null where it is missing or damaged.
  std::shared_ptr<const MappedFile> whole(
      const std::filesystem::path& path,
      const std::function<std::string(std::string_view bytes)>& damage_of) const;

  /// Moves a file of the store that is no good to where people can look at it, and warns of that.
  void quarantine(const std::filesystem::path& path, const std::string& why) const;

  /// The file of a record, whose time is that of its last use.
  std::filesystem::path record_file(const Record& record) const;
  /// Notes that a record was used just now; gc goes by that. Does nothing where the store can't be written.
  void mark_used(const Record& record) const;
  /// Whether an object is there but was found bad, or made by a newer program.
  bool has_quarantined(const std::string& object) const { return is_quarantined(object_path(object)); }
  void warn(const std::string& line) const { warn_(line); }

  const std::filesystem::path& root() const { return root_; }
  /// A JSON file of the store whose text is what was written; nothing, and it is set aside, where it is not.
  std::optional<Json> read_checked(const std::filesystem::path& path) const;
  /// Where everything new goes: the root, or a folder of this process's own where the root can't be written.
  const std::filesystem::path& writes() const { return writes_; }

 private:
  /// A value that somebody may still hold, and the right to load it.
  struct Alive {
    std::mutex loading;
    std::weak_ptr<const void> value;
  };

  std::shared_ptr<const MappedFile> whole_object(const std::string& object) const;
  /// Whether the objects of a record are all there; those that are damaged are set aside.
  bool has_all(const Record& record) const;
  std::shared_ptr<const void> read(const Codec& codec, const std::string& object);
  std::shared_ptr<Alive> alive(const Codec& codec, const std::string& object);
  static std::filesystem::path shard_of(const std::filesystem::path& folder, const std::string& stage,
                                        const std::string& key);
  static std::filesystem::path record_path(const std::filesystem::path& folder, const Record& record);
  std::vector<Json> read_folder(const std::string& name) const;
  void write_checked(const std::filesystem::path& path, Json content, bool lasting) const;
  void make_folders() const;
  std::filesystem::path path_below(const std::filesystem::path& folder, const std::string& object) const;
  /// A file that is bad and could not be moved counts as missing until it is written anew.
  void mark_quarantined(const std::filesystem::path& path) const;
  void release(const std::filesystem::path& path) const;
  bool is_quarantined(const std::filesystem::path& path) const;

  std::filesystem::path root_;
  std::filesystem::path writes_;
  std::function<void(const std::string&)> warn_;
  mutable std::mutex door_;  ///< to the members below
  mutable std::set<std::filesystem::path> quarantined_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<Alive>> alive_;
};

}  // namespace fovea
