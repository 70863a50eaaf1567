// The folder progress/<stage>/<progress key>/ of a store holds files
//   <round>-<step>-<numerics>-<xxh3-128>-<bytes>.h5
// with both numbers in nine digits, so that names sort by position. Each is an artifact whose size and digest
// stand in its name: HDF5 is given a file only after both were found right. The attributes of its root tell
// how long the stage had taken until then (`seconds`) and with which numerics (`numerics`, as JSON, of which
// the name has a digest). What the stage had warned of is in the texts `checkpoint/warnings`, if it had.
#include "runtime/store/checkpoints.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "runtime/store/files.hpp"
#include "runtime/store/store.hpp"
#include "runtime/warnings.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// What the name of a checkpoint tells before its digest.
struct Told {
  Position position;
  std::string numerics;
};

std::string name_of(const Told& told, std::string_view bytes) {
  char digits[48];
  std::snprintf(digits, sizeof digits, "%09lld-%09lld-", static_cast<long long>(told.position.round),
                static_cast<long long>(told.position.step));
  return digits + told.numerics + "-" + xxh3(bytes) + "-" + std::to_string(bytes.size()) + ".h5";
}

/// What a file's name tells, or nothing where it is no name of a checkpoint.
std::optional<Told> told_by(const std::string& name) {
  long long round = 0, step = 0;
  char numerics[17] = "";
  int end = 0;
  if (std::sscanf(name.c_str(), "%9lld-%9lld-%16[0-9a-f]-%n", &round, &step, &numerics[0], &end) != 3 ||
      end != 37)
    return {};
  return Told{{round, step}, numerics};
}

std::string damage(const Told& told, std::string_view bytes, const fs::path& path) {
  return name_of(told, bytes) == path.filename().string() ? "" : "its bytes are not those that were written";
}

/// What the root of a state tells beside what its codec wrote.
struct Facts {
  double seconds = 0;
  Json numerics;
  std::vector<std::string> warnings{};
};

constexpr const char* warnings_dataset = "checkpoint/warnings";

/// Throws `Error` where something is missing or impossible.
Facts facts_in(const H5Reader& file) {
  Facts facts{file.number_attribute("/", "seconds"), parse_own_json(file.text_attribute("/", "numerics"))};
  expect_stored("progress", std::isfinite(facts.seconds) && facts.seconds >= 0, "its seconds are none");
  if (file.has(warnings_dataset)) facts.warnings = file.texts(warnings_dataset);
  const auto is_object = [](const Json& one) { return one.is_object(); };
  const auto& numerics = facts.numerics;
  expect_stored("progress",
                is_object(numerics) ||
                    (numerics.is_array() && std::all_of(numerics.begin(), numerics.end(), is_object)),
                "its numerics are none");
  return facts;
}

}  // namespace

struct Checkpoints::File {
  Told told;
  fs::path path;
};

Checkpoints::Checkpoints(Store& store, std::string stage, std::string key, std::int64_t rounds, Json numerics,
                         bool same_numerics, Warnings* warnings)
    : store_(store),
      folder_(store.writes() / "progress" / std::move(stage) / std::move(key)),
      rounds_(rounds),
      numerics_(std::move(numerics)),
      warnings_(warnings) {
  if (same_numerics) only_ = numerics_digest(numerics_);
}

/// Newest first.
std::vector<Checkpoints::File> Checkpoints::files() const {
  std::vector<File> all;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    const auto told = told_by(entry->path().filename().string());
    if (!told || told->position > Position{rounds_, 0}) continue;
    if (!only_ || told->numerics == *only_) all.push_back({*told, entry->path()});
  }
  std::sort(all.begin(), all.end(), [](const File& a, const File& b) {
    return std::tie(a.told.position, a.path) > std::tie(b.told.position, b.path);
  });
  return all;
}

void Checkpoints::save(const Codec& codec, const void* state, const Position& position, std::size_t keep) {
  TempFile temp(store_.writes() / "tmp", ".h5");
  const auto warnings = warnings_ != nullptr ? warnings_->all() : std::vector<std::string>{};
  write_artifact(codec, state, temp.path(), [&](H5Writer& file) {
    if (!warnings.empty()) file.write(warnings_dataset, warnings);
    file.attribute("/", "seconds", seconds());
    file.attribute("/", "numerics", numerics_.dump());
  });
  const auto name = name_of({position, numerics_digest(numerics_)}, MappedFile(temp.path()).bytes());
  temp.sync();
  make_folder(folder_);
  temp.move_to(folder_ / name);
  sync_folder(folder_);
  keep_only(keep);
}

bool Checkpoints::could_read(const File& file, const std::function<void(const H5Reader&)>& read) const {
  auto bytes = store_.whole(file.path, [&](auto all) { return damage(file.told, all, file.path); });
  if (!bytes) return false;
  const auto refused = refusal_of([&] { read(H5Reader(std::move(bytes))); });
  if (!refused.empty()) store_.quarantine(file.path, refused);
  return refused.empty();
}

std::optional<std::pair<Item, Position>> Checkpoints::newest(
    const Codec& codec, const std::function<void(const void* state)>& expect_fits) {
  ask_anew(folder_);
  for (const auto& file : files()) {
    std::string newer;
    std::shared_ptr<const void> state;
    Facts facts;
    const bool read = could_read(file, [&](const H5Reader& reader) {
      newer = unreadable(codec, reader);
      if (!newer.empty()) return;
      facts = facts_in(reader);
      state = codec.read(reader, {});
      if (expect_fits) expect_fits(state.get());
    });
    if (!newer.empty())
      store_.warn(file.path.string() + ": " + newer + "; left there, and what it saved is computed again");
    if (!read || !newer.empty()) continue;
    from_ = file.told.position;
    seconds_before_ = facts.seconds;
    numerics_ = joined_numerics(facts.numerics, numerics_);
    for (const auto& line : facts.warnings) {
      if (warnings_ != nullptr) warnings_->add(line);
    }
    return std::pair{Item{std::move(state), {}}, file.told.position};
  }
  return {};
}

double Checkpoints::seconds() const {
  const std::chrono::duration<double> here = std::chrono::steady_clock::now() - begin_;
  return seconds_before_ + here.count();
}

std::optional<Progress> Checkpoints::progress() const {
  for (const auto& file : files()) {
    Facts facts;
    if (could_read(file, [&](const H5Reader& reader) { facts = facts_in(reader); }))
      return Progress{file.told.position, std::move(facts.numerics)};
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
  const auto told = told_by(file.filename().string());
  return !told || store.whole(file, [&](auto bytes) { return damage(*told, bytes, file); }) != nullptr;
}

}  // namespace fovea
