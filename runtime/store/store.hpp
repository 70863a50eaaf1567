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

/// Content-addressed artifacts, and records of how they were computed. An object's identity is the text
/// `<sha256>:<xxh3-128>:<bytes>`: the first identifies it, the others check it fast. Several threads and
/// processes may use one store at once. Throws `Error` if the disk fails.
class Store {
 public:
  /// Opens a store, and creates it if there is none. The callback `warn` receives each damaged file, and once
  /// the fact that the store is read-only: new results then live only as long as this object. With
  /// `read_only` that warning is left out, and no store is created.
  Store(std::filesystem::path root, std::function<void(const std::string&)> warn, bool read_only = false);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Writes a value to a temporary file, digests and syncs it, renames it into place, and returns its
  /// identity.
  std::string publish(const Codec& codec, const void* value);
  /// Reads an object after checking its digest. Returns nothing if the object, or one that it refers to, is
  /// missing; a damaged object, or one that its codec refuses, is quarantined with a warning first.
  std::optional<Item> load(const Codec& codec, const std::string& object);
  /// Whether the object is in the store with the right size.
  bool has(const std::string& object) const;
  /// Whether the path of the object holds something else, as far as that is visible without reading it.
  bool is_damaged(const std::string& object) const;
  std::filesystem::path object_path(const std::string& object) const;

  /// Stores the record of a finished stage.
  void keep(const Record& record);
  /// Returns the records of a key, one for each numerics, newest last, whether or not their objects are in
  /// the store.
  std::vector<Record> records(const std::string& stage, const std::string& key) const;
  /// Returns the records of a key whose objects are all in the store. An object of the wrong size is
  /// quarantined with a warning.
  std::vector<Record> whole_records(const std::string& stage, const std::string& key) const;
  /// Returns all records of a stage, newest last.
  std::vector<Record> earlier(const std::string& stage) const;
  /// Lists the files of all records of a stage, without reading them.
  std::vector<std::filesystem::path> record_files(const std::string& stage) const;
  /// Reads the record in such a file; nothing if the file is gone, or is damaged and quarantined.
  std::optional<Record> read_record(const std::filesystem::path& path) const;

  /// Returns all records of all stages.
  std::vector<Record> all_records() const;
  /// Stores the description of a run, under the name of its run directory:
  ///   {name, directory, made, pipeline: its definition, stages: {NODE: {stage, key, objects, ran}},
  ///    files: [{path, node, port, object, sha256}]}
  void keep_run(const std::string& name, const Json& run);
  /// Returns the descriptions of all runs, by name.
  std::vector<Json> runs() const;
  /// Returns the notes about stages whose results differed under one key.
  std::vector<Json> nondeterministic() const;

  /// Returns the SHA-256 of a file outside the store. The digest of a large file is cached until the file
  /// changes.
  std::string source_digest(const std::filesystem::path& file) const;

  /// Returns the first difference of two stored objects; nothing if one of them is missing, damaged or
  /// refused, or if they are equal.
  std::optional<Difference> difference(const std::string& before, const std::string& now) const;
  /// Stores a note about a stage whose result differs from an earlier one of the same key.
  void note_nondeterministic(const std::string& stage, const std::string& key, Json what);
  /// Maps a file of the store after checking its bytes with `damage_of`, which returns "" or what is wrong
  /// with them; a damaged file is quarantined with a warning. Null if it is missing or damaged.
  std::shared_ptr<const MappedFile> whole(
      const std::filesystem::path& path,
      const std::function<std::string(std::string_view bytes)>& damage_of) const;

  /// Moves a bad file of the store to the folder for damaged files, with a warning.
  void quarantine(const std::filesystem::path& path, const std::string& why) const;

  /// Returns the file of a record, whose time is that of its last use.
  std::filesystem::path record_file(const Record& record) const;
  /// Notes that a record was used just now, for garbage collection. Does nothing if the store cannot be
  /// written.
  void mark_used(const Record& record) const;
  /// Whether an object exists but was found damaged, or written by a newer program.
  bool has_quarantined(const std::string& object) const { return is_quarantined(object_path(object)); }
  void warn(const std::string& line) const { warn_(line); }

  const std::filesystem::path& root() const { return root_; }
  /// Reads a JSON file of the store after checking its digest; a damaged file is quarantined and gives
  /// nothing.
  std::optional<Json> read_checked(const std::filesystem::path& path) const;
  /// The folder for new files: the root, or a folder of this process if the root cannot be written.
  const std::filesystem::path& writes() const { return writes_; }

 private:
  /// A cached value that may still be in use, and a lock for loading it.
  struct CachedValue {
    std::mutex loading;
    std::weak_ptr<const void> value;
  };

  std::shared_ptr<const MappedFile> whole_object(const std::string& object) const;
  /// Whether all objects of a record are in the store; damaged ones are quarantined.
  bool has_all(const Record& record) const;
  std::shared_ptr<const void> read(const Codec& codec, const std::string& object);
  std::shared_ptr<CachedValue> cached_value(const Codec& codec, const std::string& object);
  static std::filesystem::path shard_of(const std::filesystem::path& folder, const std::string& stage,
                                        const std::string& key);
  static std::filesystem::path record_path(const std::filesystem::path& folder, const Record& record);
  std::vector<Json> read_folder(const std::string& name) const;
  void write_checked(const std::filesystem::path& path, Json content, bool lasting) const;
  void make_folders() const;
  std::filesystem::path path_below(const std::filesystem::path& folder, const std::string& object) const;
  /// Marks a bad file that could not be moved as missing until it is written again.
  void mark_quarantined(const std::filesystem::path& path) const;
  void release(const std::filesystem::path& path) const;
  bool is_quarantined(const std::filesystem::path& path) const;

  std::filesystem::path root_;
  std::filesystem::path writes_;
  std::function<void(const std::string&)> warn_;
  mutable std::mutex mutex_;  ///< guards the members below
  mutable std::set<std::filesystem::path> quarantined_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<CachedValue>> cache_;
};

}  // namespace fovea
