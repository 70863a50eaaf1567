// The folder progress/<stage>/<progress key>/ of a store holds files
//   <round>-<step>-<xxh3-128>-<bytes>.h5
// with both numbers in nine digits, so that names sort by position. Each is an artifact whose size and digest
// stand in its name: HDF5 is given a file only after both were found right. The attribute `seconds` of its
// root tells how long the stage had taken until then.
#include "runtime/store/checkpoints.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "runtime/store/files.hpp"
#include "runtime/store/store.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

std::string name_of(const Position& position, std::string_view bytes) {
  char digits[48];
  std::snprintf(digits, sizeof digits, "%09lld-%09lld-", static_cast<long long>(position.round),
                static_cast<long long>(position.step));
  return digits + xxh3(bytes) + "-" + std::to_string(bytes.size()) + ".h5";
}

/// The position that a file's name tells, or nothing where it is no name of a checkpoint.
std::optional<Position> position_of(const std::string& name) {
  long long round = 0, step = 0;
  int end = 0;
  if (std::sscanf(name.c_str(), "%9lld-%9lld-%n", &round, &step, &end) != 2 || end != 20) return {};
  return Position{round, step};
}

std::string damage(const Position& position, std::string_view bytes, const fs::path& path) {
  return name_of(position, bytes) == path.filename().string() ? ""
                                                              : "its bytes are not those that were written";
}

}  // namespace

struct Checkpoints::File {
  Position position;
  fs::path path;
};

Checkpoints::Checkpoints(Store& store, std::string stage, std::string key, std::int64_t rounds)
    : store_(store),
      folder_(store.writes() / "progress" / std::move(stage) / std::move(key)),
      rounds_(rounds) {}

/// Newest first.
std::vector<Checkpoints::File> Checkpoints::files() const {
  std::vector<File> all;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    const auto position = position_of(entry->path().filename().string());
    if (position && *position <= Position{rounds_, 0}) all.push_back({*position, entry->path()});
  }
  std::sort(all.begin(), all.end(), [](const File& a, const File& b) {
    return std::tie(a.position, a.path) > std::tie(b.position, b.path);
  });
  return all;
}

void Checkpoints::save(const Codec& codec, const void* state, const Position& position, std::size_t keep) {
  TempFile temp(store_.writes() / "tmp", ".h5");
  write_artifact(codec, state, temp.path(),
                 [&](H5Writer& file) { file.attribute("/", "seconds", seconds()); });
  const auto name = name_of(position, MappedFile(temp.path()).bytes());
  temp.sync();
  make_folder(folder_);
  temp.move_to(folder_ / name);
  sync_folder(folder_);
  keep_only(keep);
}

std::shared_ptr<const MappedFile> Checkpoints::whole(const File& file) const {
  return store_.whole(file.path, [&](auto bytes) { return damage(file.position, bytes, file.path); });
}

std::optional<std::pair<Item, Position>> Checkpoints::newest(const Codec& codec) {
  for (const auto& file : files()) {
    auto bytes = whole(file);
    if (!bytes) continue;
    const H5Reader reader(std::move(bytes));
    if (const auto why = unreadable(codec, reader); !why.empty()) {
      store_.warn(file.path.string() + ": " + why + "; left there, and what it saved is computed again");
      continue;
    }
    from_ = file.position;
    seconds_before_ = reader.number_attribute("/", "seconds");
    return std::pair{Item{codec.read(reader, {}), {}}, file.position};
  }
  return {};
}

double Checkpoints::seconds() const {
  const std::chrono::duration<double> here = std::chrono::steady_clock::now() - begin_;
  return seconds_before_ + here.count();
}

std::optional<Position> Checkpoints::position() {
  for (const auto& file : files()) {
    if (whole(file)) return file.position;
  }
  return {};
}

void Checkpoints::keep_only(std::size_t keep) {
  const auto all = files();
  for (std::size_t i = keep; i < all.size(); ++i) ::unlink(all[i].path.c_str());
  if (keep > 0) return;
  std::error_code others_may_still_be_there;
  fs::remove(folder_, others_may_still_be_there);
}

bool Checkpoints::is_whole(const Store& store, const fs::path& file) {
  const auto position = position_of(file.filename().string());
  return !position ||
         store.whole(file, [&](auto bytes) { return damage(*position, bytes, file); }) != nullptr;
}

}  // namespace fovea
