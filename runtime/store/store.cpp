// A store is a folder:
//
//   objects/ab/<sha256>.h5     one artifact, under the SHA-256 of its bytes; ab are the first two digits
//   keys/<stage>/ab/<key>-<numerics>-<lineage>.json
//                              the record of a finished stage, with its inputs and output objects; ab are the
//                              first two digits of the key; <numerics> and <lineage> are digests of these
//                              members of the record: a key has a record for each numerics
//   progress/<stage>/<key>/    checkpoints of unfinished stages (checkpoints.cpp)
//   leases/<stage>-<key>       locks of keys that are being computed, and run.* of active runs (lease.cpp)
//   runs/<run>.json            the origin of each file of a run directory
//   nondeterministic/          stages whose result differed from an earlier one under the same key
//   files/<sha256>.json        the digest of a file outside the store, under the SHA-256 of its path
//   tmp/                       files that are being written, which readers ignore
//   damaged/                   quarantined files, for people to look at
//
// All files are created in tmp/ and renamed into place when they are complete and on the disk; after that
// they are read-only and never written again. So a reader sees a whole file or none, whatever happens to the
// writer. Correctness needs no lock between processes; leases keep them from doing the same work twice.
//
// An object is an HDF5 file. Its root has the attributes `format`, text, "fovea." and the kind of the
// artifact, and `version`, a whole number that its codec raises when the layout changes in a way that older
// readers would misread. The rest of its content is up to the codec. The identity of an object is
// `<sha256>:<xxh3-128>:<bytes>`; HDF5 opens a file only after its size and XXH3-128 were checked.
//
// If a store cannot be written, new files go to a folder of this process, the overlay, with the same layout.
// Reads look into the overlay first, and it is removed at the end.
//
// A JSON file holds `check`, the XXH3-128 of its canonical text without that member.

#include "runtime/store/store.hpp"

#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <system_error>

#include "runtime/store/files.hpp"
#include "runtime/store/follower.hpp"
#include "runtime/store/owner.hpp"
#include "runtime/store/temporary_folder.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The parts of an object's identity.
struct Identity {
  std::string sha256;
  std::string xxh3;
  std::size_t bytes = 0;
};

bool is_hex(std::string_view text, std::size_t length) {
  return text.size() == length && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Identity parse_identity(const std::string& object) {
  const auto first = object.find(':');
  const auto second = object.find(':', first + 1);
  if (first != std::string::npos && second != std::string::npos) {
    Identity identity{object.substr(0, first), object.substr(first + 1, second - first - 1), 0};
    const auto* const end = object.data() + object.size();
    const auto [stop, error] = std::from_chars(object.data() + second + 1, end, identity.bytes);
    const bool digits = error == std::errc{} && stop == end;
    if (is_hex(identity.sha256, 64) && is_hex(identity.xxh3, 32) && digits) return identity;
  }
  throw Error(quote(object) + ": not the identity of an object; it must be <sha256>:<xxh3-128>:<bytes>");
}

/// Returns what is wrong with the bytes of an object, or "".
std::string damage(std::string_view bytes, const Identity& identity) {
  if (bytes.size() != identity.bytes) {
    return std::to_string(bytes.size()) + " bytes instead of " + std::to_string(identity.bytes);
  }
  return xxh3(bytes) == identity.xxh3 ? "" : "its bytes are not those that were written";
}

/// The exception that passes through a codec if an object that it refers to is missing.
struct ParentMissing {};

}  // namespace

Store::Store(fs::path root, std::function<void(const std::string&)> warn, bool read_only)
    : root_(std::move(root)), writes_(root_), warn_(std::move(warn)) {
  assert(warn_ != nullptr);
  const auto use_overlay = [&] {
    writes_ = make_temporary_folder("fovea-overlay-");
    make_folders();
  };
  try {
    if (read_only && !fs::exists(root_)) {
      use_overlay();
    } else {
      make_folders();
    }
  } catch (const Error& error) {
    if (!fs::is_directory(root_)) throw;
    use_overlay();
    if (!read_only)
      warn_(std::string(error.what()) +
            "; until then results are computed and shown, but not kept in this store");
  }
  remove_stale(writes_ / "tmp");
}

Store::~Store() {
  if (writes_ == root_) return;
  std::error_code ignored_while_leaving;
  fs::remove_all(writes_, ignored_while_leaving);
}

void Store::make_folders() const {
  for (const auto* const name : {"objects", "keys", "files", "tmp", "leases", "progress"}) {
    const auto folder = writes_ / name;
    make_folder(folder);
    if (::euidaccess(folder.c_str(), W_OK) != 0) throw file_error(folder, errno);
  }
}

std::string Store::publish(const Codec& codec, const void* value) {
  TempFile temp(writes_ / "tmp", ".h5");
  Follower digests(temp.path());
  write_artifact(codec, value, temp.path(), {}, [&](std::size_t bytes) { digests.go_on_to(bytes); });
  temp.sync();
  const auto object = digests.identity();
  const auto path = path_below(writes_, object);
  make_folder(path.parent_path());
  if (whole_object(object) == nullptr) temp.move_to(path);
  sync_folder(path.parent_path());
  release(path);
  return object;
}

std::optional<Item> Store::load(const Codec& codec, const std::string& object) {
  const auto entry = cached_value(codec, object);
  const std::lock_guard lock(entry->loading);
  auto value = entry->value.lock();
  if (!value) value = read(codec, object);
  if (!value) return std::nullopt;
  entry->value = value;
  return Item{std::move(value), object};
}

std::shared_ptr<const MappedFile> Store::whole(
    const fs::path& path, const std::function<std::string(std::string_view)>& damage_of) const {
  std::string why;
  try {
    auto file = MappedFile::if_there(path);
    if (!file && !fs::is_symlink(path)) return nullptr;
    why = file ? damage_of(file->bytes()) : "a link that leads nowhere";
    if (why.empty()) return file;
  } catch (const Error&) {
    if (fs::is_regular_file(path) && ::euidaccess(path.c_str(), R_OK) == 0) throw;
    why = "it can't be read as a file";
  }
  quarantine(path, why);
  return nullptr;
}

std::shared_ptr<const MappedFile> Store::whole_object(const std::string& object) const {
  return whole(object_path(object),
               [&](std::string_view bytes) { return damage(bytes, parse_identity(object)); });
}

std::optional<Difference> Store::difference(const std::string& before, const std::string& now) const {
  auto then = whole_object(before);
  auto after = whole_object(now);
  if (!then || !after) return {};
  std::optional<Difference> found;
  const auto refused =
      refusal_of([&] { found = first_difference(H5Reader(std::move(then)), H5Reader(std::move(after))); });
  return refused.empty() ? found : std::nullopt;
}

std::shared_ptr<const void> Store::read(const Codec& codec, const std::string& object) {
  const auto path = object_path(object);
  auto file = whole_object(object);
  if (!file) return nullptr;
  const auto parents = [this](const Codec& parent, const std::string& its_object) {
    auto item = load(parent, its_object);
    if (!item) throw ParentMissing{};
    return std::move(*item);
  };
  std::shared_ptr<const void> value;
  std::string newer;
  try {
    const auto refused = refusal_of([&] {
      const H5Reader reader(std::move(file));
      newer = unreadable(codec, reader);
      if (newer.empty()) value = codec.read(reader, parents);
    });
    if (!refused.empty()) quarantine(path, refused);
  } catch (const ParentMissing&) {
    return nullptr;
  }
  if (!newer.empty()) {
    mark_quarantined(path);
    warn_(path.string() + ": " + newer + "; left there, and its stage runs again");
  }
  return value;
}

std::shared_ptr<Store::CachedValue> Store::cached_value(const Codec& codec, const std::string& object) {
  const std::lock_guard lock(mutex_);
  auto& entry = cache_[{std::string(codec.kind), object}];
  if (!entry) entry = std::make_shared<CachedValue>();
  return entry;
}

bool Store::has(const std::string& object) const {
  const auto path = object_path(object);
  std::error_code error;
  const auto bytes = fs::file_size(path, error);
  return !error && bytes == parse_identity(object).bytes && !is_quarantined(path);
}

bool Store::is_damaged(const std::string& object) const {
  return fs::exists(fs::symlink_status(object_path(object))) && !has(object);
}

fs::path Store::path_below(const fs::path& folder, const std::string& object) const {
  const auto name = parse_identity(object).sha256;
  return folder / "objects" / name.substr(0, 2) / (name + ".h5");
}

fs::path Store::object_path(const std::string& object) const {
  const auto path = path_below(writes_, object);
  return writes_ == root_ || fs::exists(path) ? path : path_below(root_, object);
}

void Store::mark_quarantined(const fs::path& path) const {
  const std::lock_guard lock(mutex_);
  quarantined_.insert(path);
}

void Store::release(const fs::path& path) const {
  const std::lock_guard lock(mutex_);
  quarantined_.erase(path);
}

bool Store::is_quarantined(const fs::path& path) const {
  const std::lock_guard lock(mutex_);
  return quarantined_.contains(path);
}

void Store::quarantine(const fs::path& path, const std::string& why) const {
  auto target = root_ / "damaged" / path.filename();
  std::error_code error;
  try {
    make_folder(target.parent_path());
    if (fs::exists(fs::symlink_status(target))) target += "." + unique_name();
    fs::rename(path, target, error);
  } catch (const Error&) {
    error = std::make_error_code(std::errc::permission_denied);
  }
  if (error) mark_quarantined(path);
  const auto done = error ? "left there, for it cannot be moved" : "moved to " + quote(target.string());
  warn_(path.string() + ": damaged, " + why + "; " + done + ", and made again when it is needed");
}

}  // namespace fovea
