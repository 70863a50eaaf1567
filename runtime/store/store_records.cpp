#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cmath>
#include <ctime>
#include <system_error>
#include <unordered_set>

#include "runtime/store/files.hpp"
#include "runtime/store/source_states.hpp"
#include "runtime/store/store.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The size in bytes below which reading a file is faster than reading its cached digest.
constexpr off_t worth_remembering = 64 << 10;
/// The age in seconds below which a file may change again without a change of its time.
constexpr std::time_t settled_after = 2;

bool is_name(const std::string& text) {
  return !text.empty() &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
             std::string::npos;
}

Json to_json(const Record& record) {
  assert(std::isfinite(record.seconds));
  return {{"key", record.key},           {"parts", record.parts},     {"objects", record.objects},
          {"seconds", record.seconds},   {"made", record.made},       {"references", record.references},
          {"numerics", record.numerics}, {"lineage", record.lineage}, {"warnings", record.warnings}};
}

Record from_json(const Json& json) {
  return {.key = json.at("key").get<std::string>(),
          .parts = json.at("parts"),
          .objects = json.at("objects").get<std::vector<std::string>>(),
          .seconds = json.at("seconds").get<double>(),
          .made = json.at("made").get<std::string>(),
          .references = json.at("references").get<std::vector<std::vector<std::string>>>(),
          .numerics = json.at("numerics"),
          .lineage = json.at("lineage").get<std::string>(),
          .warnings = json.at("warnings").get<std::vector<std::string>>()};
}

/// Calls `visit` with the path of every entry of a folder; does nothing if there is no such folder.
template <class Visit> void for_each_entry(const fs::path& folder, Visit&& visit) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    visit(entry->path());
}

/// Returns the folders of a store's files: the overlay first, if there is one, then the store itself.
std::vector<fs::path> places(const Store& store) {
  if (store.writes() == store.root()) return {store.root()};
  return {store.writes(), store.root()};
}

std::string file_name(const Record& record) {
  assert(is_name(record.key));
  return record.key + "-" + numerics_digest(record.numerics) + "-" + record.lineage + ".json";
}

void sort_by_age(std::vector<Record>& records) {
  const auto age = [](const Record& record) { return std::tie(record.made, record.key); };
  std::stable_sort(records.begin(), records.end(),
                   [&](const auto& a, const auto& b) { return age(a) < age(b); });
}

}  // namespace

void Store::keep(const Record& record) {
  const auto path = record_path(writes_, record);
  write_checked(path, to_json(record), true);
  release(path);
}

std::vector<Record> Store::records(const std::string& stage, const std::string& key) const {
  assert(is_name(stage) && is_name(key));
  std::map<fs::path, fs::path> files;
  for (const auto& folder : places(*this)) {
    for_each_entry(shard_of(folder, stage, key), [&](const fs::path& file) {
      if (file.filename().string().starts_with(key + "-")) files.emplace(file.filename(), file);
    });
  }
  std::vector<Record> all;
  for (const auto& [name, file] : files) {
    if (auto record = read_record(file)) all.push_back(std::move(*record));
  }
  sort_by_age(all);
  return all;
}

void Store::note_nondeterministic(const std::string& stage, const std::string& key, Json what) {
  assert(is_name(stage) && is_name(key));
  write_checked(writes_ / "nondeterministic" / (stage + "-" + key + ".json"), std::move(what), true);
}

fs::path Store::record_file(const Record& record) const {
  return record_path(root_, record);
}

void Store::mark_used(const Record& record) const {
  const auto path = record_file(record);
  if (::utimensat(AT_FDCWD, path.c_str(), nullptr, 0) == 0) return;
  // The file may have been quarantined meanwhile, and a read-only store records no use.
  if (errno == ENOENT || errno == EACCES || errno == EPERM || errno == EROFS) return;
  throw file_error(path, errno);
}

std::vector<Record> Store::whole_records(const std::string& stage, const std::string& key) const {
  for (const auto& folder : {root_ / "keys", root_ / "keys" / stage, shard_of(root_, stage, key)})
    ask_anew(folder);
  auto all = records(stage, key);
  std::erase_if(all, [this](const Record& record) { return !has_all(record); });
  return all;
}

bool Store::has_all(const Record& record) const {
  bool all = true;
  for (const auto& object : record.objects) {
    const bool known_bad = has_quarantined(object);
    const bool there = has(object) || (!known_bad && whole_object(object) != nullptr);
    all = all && there;
  }
  return all;
}

std::vector<fs::path> Store::record_files(const std::string& stage) const {
  assert(is_name(stage));
  std::vector<fs::path> all;
  std::unordered_set<std::string> in_overlay;  // names in the overlay, which take precedence
  for (const auto& folder : places(*this)) {
    for_each_entry(folder / "keys" / stage, [&](const fs::path& shard) {
      for_each_entry(shard, [&](const fs::path& file) {
        if (!file.native().ends_with(".json")) return;
        if (folder != root_) in_overlay.insert(file.filename().string());
        if (folder != root_ || in_overlay.empty() || !in_overlay.contains(file.filename().string()))
          all.push_back(file);
      });
    });
  }
  return all;
}

std::vector<Record> Store::earlier(const std::string& stage) const {
  std::vector<Record> records;
  for (const auto& file : record_files(stage)) {
    if (auto record = read_record(file)) records.push_back(std::move(*record));
  }
  sort_by_age(records);
  return records;
}

std::vector<Record> Store::all_records() const {
  std::set<std::string> stages;
  for (const auto& folder : {writes_, root_}) {
    std::error_code error;
    for (fs::directory_iterator entry(folder / "keys", error), end; !error && entry != end;
         entry.increment(error))
      stages.insert(entry->path().filename().string());
  }
  std::vector<Record> all;
  for (const auto& stage : stages) {
    for (auto& record : earlier(stage)) all.push_back(std::move(record));
  }
  return all;
}

void Store::keep_run(const std::string& name, const Json& run) {
  write_checked(writes_ / "runs" / (name + ".json"), run, false);
}

std::vector<Json> Store::runs() const {
  return read_folder("runs");
}

std::vector<Json> Store::nondeterministic() const {
  return read_folder("nondeterministic");
}

std::vector<Json> Store::read_folder(const std::string& name) const {
  std::set<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(root_ / name, error), end; !error && entry != end; entry.increment(error))
    files.insert(entry->path());
  std::vector<Json> all;
  for (const auto& file : files) {
    if (auto json = read_checked(file)) all.push_back(std::move(*json));
  }
  return all;
}

std::string Store::source_digest(const fs::path& file) const {
  const auto full = fs::absolute(file).lexically_normal();
  const auto state = file_state(file);
  if (state["bytes"].get<off_t>() < worth_remembering || !fs::is_regular_file(file)) return file_digest(file);
  const auto name = Json::parse(quote(full.string()));
  const auto memo = writes_ / "files" / (sha256(full.string()) + ".json");
  if (const auto known = read_checked(memo);
      known && known->value("path", Json()) == name && known->value("state", Json()) == state) {
    return known->at("sha256").get<std::string>();
  }
  const auto digest = file_digest(file);
  const bool settled = state["modified"][0].get<std::time_t>() + settled_after < std::time(nullptr);
  if (settled && file_state(file) == state)
    write_checked(memo, {{"path", name}, {"state", state}, {"sha256", digest}}, false);
  return digest;
}

fs::path Store::shard_of(const fs::path& folder, const std::string& stage, const std::string& key) {
  return folder / "keys" / stage / key.substr(0, 2);
}

fs::path Store::record_path(const fs::path& folder, const Record& record) {
  const auto stage = record.parts.at("stage").get<std::string>();
  assert(is_name(stage));
  return shard_of(folder, stage, record.key) / file_name(record);
}

std::optional<Record> Store::read_record(const fs::path& path) const {
  const auto json = read_checked(path);
  if (!json) return std::nullopt;
  try {
    auto record = from_json(*json);
    if (file_name(record) == path.filename().string()) return record;
  } catch (const Json::exception&) {
  }
  quarantine(path, "not the record of this key");
  return std::nullopt;
}

std::optional<Json> Store::read_checked(const fs::path& path) const {
  if (is_quarantined(path)) return std::nullopt;
  std::optional<Json> checked;
  whole(path, [&](std::string_view bytes) {
    try {
      auto json = parse_own_json(bytes);
      const auto check = json.is_object() ? json.value("check", Json()) : Json();
      if (json.is_object()) json.erase("check");
      if (check == xxh3(canonical(json))) checked = std::move(json);
    } catch (const Error&) {
    }
    return checked ? "" : "its text is not what was written";
  });
  return checked;
}

void Store::write_checked(const fs::path& path, Json content, bool lasting) const {
  content["check"] = xxh3(canonical(content));
  TempFile temp(writes_ / "tmp", ".json");
  temp.write(content.dump(2) + "\n");
  if (lasting) temp.sync();
  make_folder(path.parent_path());
  temp.move_to(path);
  if (lasting) sync_folder(path.parent_path());
}

}  // namespace fovea
