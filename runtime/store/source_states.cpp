#include "runtime/store/source_states.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "runtime/store/files.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The age in seconds below which a file may change again without a change of its time.
constexpr std::time_t settled_after = 2;

}  // namespace

Json file_state(const fs::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) throw file_error(file, errno);
  const auto time = [](const timespec& at) { return Json::array({at.tv_sec, at.tv_nsec}); };
  return {{"bytes", info.st_size},
          {"modified", time(info.st_mtim)},
          {"changed", time(info.st_ctim)},
          {"inode", info.st_ino}};
}

SourceStates::SourceStates(const std::vector<fs::path>& sources) {
  const auto settled_before = std::time(nullptr) - settled_after;
  for (const auto& source : sources) {
    auto state = source.has_filename() ? file_state(source) : Json();
    if (!state.is_null()) {
      const auto last =
          std::max(state["modified"][0].get<std::time_t>(), state["changed"][0].get<std::time_t>());
      fresh_ = fresh_ || last >= settled_before;
    }
    states_.emplace_back(source, std::move(state));
  }
}

std::optional<fs::path> SourceStates::first_difference(const SourceStates& other) const {
  const auto [ours, theirs] =
      std::mismatch(states_.begin(), states_.end(), other.states_.begin(), other.states_.end());
  if (ours != states_.end()) return ours->first;
  if (theirs != other.states_.end()) return theirs->first;
  return std::nullopt;
}

}  // namespace fovea
