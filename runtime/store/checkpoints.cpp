// The folder progress/<stage>/<progress key>/ of a store holds files
//   <round>-<step>-<numerics>-<xxh3-128>-<bytes>.h5
// with both numbers in nine digits, so that names sort by position. Each is an artifact with its size and
// digest in its name: HDF5 opens a file only after both were checked. The attributes of its root are the
// seconds that the stage had taken (`seconds`) and its numerics (`numerics`, as JSON, of which the name has a
// digest). The texts `checkpoint/warnings`, if there are any, are the warnings of the stage.
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

/// The parts of a checkpoint's file name before the digest.
struct NameParts {
  Position position;
  std::string numerics;
};

std::string name_of(const NameParts& name_parts, std::string_view bytes) {
  char digits[48];
  std::snprintf(digits, sizeof digits, "%09lld-%09lld-", static_cast<long long>(name_parts.position.round),
                static_cast<long long>(name_parts.position.step));
  return digits + name_parts.numerics + "-" + xxh3(bytes) + "-" + std::to_string(bytes.size()) + ".h5";
}

/// Parses the name of a checkpoint; nothing if it is not one.
std::optional<NameParts> parse_name(const std::string& name) {
  long long round = 0, step = 0;
  char numerics[17] = "";
  int end = 0;
  if (std::sscanf(name.c_str(), "%9lld-%9lld-%16[0-9a-f]-%n", &round, &step, &numerics[0], &end) != 3 ||
      end != 37)
    return {};
  return NameParts{{round, step}, numerics};
}

std::string damage(const NameParts& name_parts, std::string_view bytes, const fs::path& path) {
  return name_of(name_parts, bytes) == path.filename().string() ? ""
                                                                : "its bytes are not those that were written";
}

/// The attributes of a checkpoint that are not written by the codec.
struct Attributes {
  double seconds = 0;
  Json numerics;
  std::vector<std::string> warnings{};
};

constexpr const char* warnings_dataset = "checkpoint/warnings";

/// Reads the attributes. Throws `Error` if one is missing or impossible.
Attributes read_attributes(const H5Reader& file) {
  Attributes attributes{file.number_attribute("/", "seconds"),
                        parse_own_json(file.text_attribute("/", "numerics"))};
  expect_stored("progress", std::isfinite(attributes.seconds) && attributes.seconds >= 0,
                "its seconds are none");
  if (file.has(warnings_dataset)) attributes.warnings = file.texts(warnings_dataset);
  const auto is_object = [](const Json& one) { return one.is_object(); };
  const auto& numerics = attributes.numerics;
  expect_stored("progress",
                is_object(numerics) ||
                    (numerics.is_array() && std::all_of(numerics.begin(), numerics.end(), is_object)),
                "its numerics are none");
  return attributes;
}

}  // namespace

struct Checkpoints::File {
  NameParts name_parts;
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

/// Returns the files of the checkpoints, newest first.
std::vector<Checkpoints::File> Checkpoints::files() const {
  std::vector<File> all;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    const auto name_parts = parse_name(entry->path().filename().string());
    if (!name_parts || name_parts->position > Position{rounds_, 0}) continue;
    if (!only_ || name_parts->numerics == *only_) all.push_back({*name_parts, entry->path()});
  }
  std::sort(all.begin(), all.end(), [](const File& a, const File& b) {
    return std::tie(a.name_parts.position, a.path) > std::tie(b.name_parts.position, b.path);
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
  auto bytes = store_.whole(file.path, [&](auto all) { return damage(file.name_parts, all, file.path); });
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
    Attributes attributes;
    const bool read = could_read(file, [&](const H5Reader& reader) {
      newer = unreadable(codec, reader);
      if (!newer.empty()) return;
      attributes = read_attributes(reader);
      state = codec.read(reader, {});
      if (expect_fits) expect_fits(state.get());
    });
    if (!newer.empty())
      store_.warn(file.path.string() + ": " + newer + "; left there, and what it saved is computed again");
    if (!read || !newer.empty()) continue;
    resumed_from_ = file.name_parts.position;
    seconds_before_ = attributes.seconds;
    numerics_ = joined_numerics(attributes.numerics, numerics_);
    for (const auto& line : attributes.warnings) {
      if (warnings_ != nullptr) warnings_->add(line);
    }
    return std::pair{Item{std::move(state), {}}, file.name_parts.position};
  }
  return {};
}

double Checkpoints::seconds() const {
  const std::chrono::duration<double> here = std::chrono::steady_clock::now() - begin_;
  return seconds_before_ + here.count();
}

std::optional<Progress> Checkpoints::progress() const {
  for (const auto& file : files()) {
    Attributes attributes;
    if (could_read(file, [&](const H5Reader& reader) { attributes = read_attributes(reader); }))
      return Progress{file.name_parts.position, std::move(attributes.numerics)};
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
  const auto name_parts = parse_name(file.filename().string());
  return !name_parts ||
         store.whole(file, [&](auto bytes) { return damage(*name_parts, bytes, file); }) != nullptr;
}

}  // namespace fovea
