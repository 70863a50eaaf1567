#include "runtime/store/earlier_records.hpp"

#include <algorithm>

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Returns the lineage at the end of a record's name, before ".json".
std::string lineage_of(const fs::path& file) {
  const auto& name = file.native();
  const auto begin = name.rfind('-') + 1;
  return name.substr(begin, name.rfind('.') - begin);
}

/// Sorts files by their time, which is that of their last use.
void sort_by_use(std::vector<fs::path>& files) {
  std::vector<std::pair<fs::file_time_type, fs::path>> timed;
  for (auto& file : files) {
    std::error_code gone;
    const auto time = fs::last_write_time(file, gone);
    timed.emplace_back(gone ? fs::file_time_type::min() : time, std::move(file));
  }
  std::sort(timed.begin(), timed.end());
  files.clear();
  for (auto& [time, file] : timed) files.push_back(std::move(file));
}

}  // namespace

EarlierRecords::ByLineage& EarlierRecords::of_stage(const std::string& stage) {
  const auto [found, is_new] = stages_.try_emplace(stage);
  if (is_new) {
    for (auto& file : store_.record_files(stage)) {
      auto& like = found->second[lineage_of(file)];
      like.unread.push_back(std::move(file));
    }
  }
  return found->second;
}

const Record* EarlierRecords::find(const std::string& stage, const std::string& lineage, std::size_t n) {
  auto& all = of_stage(stage);
  const auto found = all.find(lineage);
  if (found == all.end()) return nullptr;
  auto& [unread, sorted, read] = found->second;
  if (!std::exchange(sorted, true)) sort_by_use(unread);
  while (read.size() <= n && !unread.empty()) {
    if (auto record = store_.read_record(unread.back()))
      read.push_back(std::make_unique<const Record>(std::move(*record)));
    unread.pop_back();
  }
  return n < read.size() ? read[n].get() : nullptr;
}

}  // namespace fovea
