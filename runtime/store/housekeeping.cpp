#include "runtime/store/housekeeping.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>

#include "runtime/store/checkpoints.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/lease.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The age below which a file without a record may belong to a running process, on another host's clock.
constexpr std::chrono::minutes may_be_new{10};

/// Lists all regular files below a folder, sorted; none if there is no such folder.
std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    if (entry->is_regular_file(gone)) all.push_back(entry->path());
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::uintmax_t size_of(const fs::path& file) {
  std::error_code gone;
  const auto bytes = fs::file_size(file, gone);
  return gone ? 0 : bytes;
}

fs::file_time_type last_change(const fs::path& file) {
  std::error_code gone;
  const auto time = fs::last_write_time(file, gone);
  return gone ? fs::file_time_type::min() : time;
}

std::chrono::seconds age_of(fs::file_time_type time) {
  return std::chrono::duration_cast<std::chrono::seconds>(fs::file_time_type::clock::now() - time);
}

/// Returns the bytes in an identity `<sha256>:<xxh3-128>:<bytes>`.
std::uintmax_t bytes_of(const std::string& object) {
  return std::stoull(object.substr(object.rfind(':') + 1));
}

/// One object file, and the reasons to keep it.
struct Candidate {
  Garbage garbage;
  fs::file_time_type used{};  ///< the time at which it was written or used last
  double cost = -1;           ///< seconds to compute a byte again; below 0 if no record needs the file
  bool exported = false;
  bool superseded = false;  ///< another result of the same key was used later
  bool kept = false;
  bool newest_progress = false;
};

/// Returns the order of magnitude of a cost, so that similar costs compare equal.
double magnitude(double cost) {
  return cost > 0 ? std::floor(std::log10(cost)) : -std::numeric_limits<double>::infinity();
}

std::vector<KeptProgress> kept_progress(const Store& store) {
  std::vector<KeptProgress> all;
  for (const auto& file : files_below(store.root() / "progress")) {
    const auto key = file.parent_path();
    all.push_back({key.parent_path().filename().string(), key.filename().string(), file, size_of(file)});
  }
  return all;
}

/// Returns, for each key, the record file that was used last; the records of a key differ in their numerics.
std::map<std::string, fs::path> last_used_of_keys(const Store& store, const std::vector<Record>& records) {
  std::map<std::string, std::pair<fs::file_time_type, fs::path>> newest;
  for (const auto& record : records) {
    const auto file = store.record_file(record);
    std::pair used{last_change(file), file};
    const auto [one, is_first] = newest.emplace(record.key, used);
    if (!is_first) one->second = std::max(one->second, std::move(used));
  }
  std::map<std::string, fs::path> files;
  for (auto& [key, one] : newest) files[key] = std::move(one.second);
  return files;
}

std::vector<Candidate> candidates(const Store& store) {
  std::vector<Candidate> all;
  std::map<fs::path, std::size_t> number;
  for (const auto& file : files_below(store.root() / "objects")) {
    number[file] = all.size();
    all.push_back({{file, "no record", size_of(file)}, last_change(file)});
  }
  const auto records = store.all_records();
  const auto last_used = last_used_of_keys(store, records);
  for (const auto& record : records) {
    double bytes = 1;
    for (const auto& object : record.objects) bytes += static_cast<double>(bytes_of(object));
    const auto used = last_change(store.record_file(record));
    for (const auto& object : record.objects) {
      const auto found = number.find(store.object_path(object));
      if (found == number.end()) continue;
      auto& one = all[found->second];
      const bool superseded = last_used.at(record.key) != store.record_file(record);
      one.superseded = one.cost < 0 ? superseded : one.superseded && superseded;
      one.garbage.what = record.parts.at("stage").get<std::string>();
      one.cost = std::max(one.cost, record.seconds / bytes);
      one.used = std::max(one.used, used);
    }
  }
  return all;
}

/// Adds the files of progress. Older progress of a stage is needed only if the newest is damaged; the newest,
/// which may be hours of work, is never removed to make room. Files come sorted, so the newest is the last.
void add_progress(const Store& store, std::vector<Candidate>& all) {
  const auto files = kept_progress(store);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const bool newest = i + 1 == files.size() || files[i + 1].key != files[i].key;
    all.push_back({.garbage = {files[i].file, "progress of " + files[i].stage, files[i].bytes},
                   .used = last_change(files[i].file),
                   .cost = 0,
                   .newest_progress = newest});
  }
}

void mark_runs(const Store& store, const std::set<std::string>& keep_runs, std::vector<Candidate>& all) {
  std::set<fs::path> exported, kept;
  std::vector<std::string> names;
  for (const auto& run : store.runs()) {
    const auto name = fs::path(run.at("directory").get<std::string>()).filename().string();
    names.push_back(name);
    for (const auto& file : run.at("files")) exported.insert(store.object_path(file.at("object")));
    if (!keep_runs.contains(name)) continue;
    for (const auto& node : run.at("stages")) {
      for (const auto& object : node.at("objects")) kept.insert(store.object_path(object));
    }
  }
  for (const auto& name : keep_runs) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw Error("--keep-run: unknown run " + quote(name) + suggestion(name, names));
  }
  for (auto& one : all) {
    one.exported = exported.contains(one.garbage.file);
    one.kept = kept.contains(one.garbage.file);
  }
}

/// Keeps the objects that active runs have written or used, because they may need them again.
void keep_what_runs_use(const Store& store, std::vector<Candidate>& all) {
  const auto since = Lease::runs_since(store.root() / "leases");
  for (auto& one : all) one.kept = one.kept || (since && one.used >= *since);
}

}  // namespace

Inventory take_inventory(const Store& store) {
  Inventory all;
  for (auto& record : store.all_records()) {
    Holding holding{std::move(record)};
    for (const auto& object : holding.record.objects) {
      holding.bytes += bytes_of(object);
      holding.complete = holding.complete && store.has(object);
    }
    all.holdings.push_back(std::move(holding));
  }
  std::stable_sort(all.holdings.begin(), all.holdings.end(),
                   [](const auto& a, const auto& b) { return a.record.made < b.record.made; });
  all.progress = kept_progress(store);
  for (const auto& file : files_below(store.root() / "objects")) {
    ++all.objects;
    all.bytes += size_of(file);
  }
  return all;
}

Verified verify(const Store& store) {
  Verified all;
  for (const auto& file : files_below(store.root() / "objects")) {
    ++all.objects;
    const auto right = [&](std::string_view bytes) {
      return sha256(bytes) == file.stem().string() ? "" : "its bytes are not those that were written";
    };
    const bool gone_meanwhile = !fs::exists(file);
    all.damaged += !gone_meanwhile && store.whole(file, right) == nullptr;
  }
  for (const auto* const folder : {"keys", "runs", "nondeterministic", "files"}) {
    for (const auto& file : files_below(store.root() / folder)) {
      ++all.records;
      all.damaged += !store.read_checked(file);
    }
  }
  for (const auto& one : kept_progress(store)) {
    ++all.checkpoints;
    all.damaged += !Checkpoints::is_whole(store, one.file);
  }
  return all;
}

std::vector<Garbage> choose_garbage(const Store& store, const Limits& limits) {
  auto all = candidates(store);
  mark_runs(store, limits.keep_runs, all);
  keep_what_runs_use(store, all);
  add_progress(store, all);
  std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple(!a.superseded, magnitude(a.cost), a.exported, a.cost) <
           std::tuple(!b.superseded, magnitude(b.cost), b.exported, b.cost);
  });
  std::uintmax_t left = 0;
  for (const auto& one : all) left += one.garbage.bytes;
  std::vector<Garbage> garbage;
  const auto take = [&](const auto& goes) {
    std::erase_if(all, [&](const Candidate& one) {
      const bool settled = one.cost >= 0 || age_of(one.used) > may_be_new;
      if (one.kept || !settled || !goes(one)) return false;
      left -= one.garbage.bytes;
      garbage.push_back(one.garbage);
      return true;
    });
  };
  if (limits.age) take([&](const Candidate& one) { return age_of(one.used) > *limits.age; });
  if (limits.bytes) take([&](const Candidate& one) { return !one.newest_progress && left > *limits.bytes; });
  return garbage;
}

void remove(const std::vector<Garbage>& garbage) {
  for (const auto& one : garbage) {
    if (::unlink(one.file.c_str()) != 0 && errno != ENOENT) throw file_error(one.file, errno);
  }
}

}  // namespace fovea
