#pragma once

#include <algorithm>
#include <cstdio>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace fovea {

/// Writes a warning to stderr, as a line of its own.
inline void warn_on_stderr(const std::string& line) {
  std::fprintf(stderr, "warning: %s\n", line.c_str());
}

/// The warnings of a stage, which belong to its result: each is kept and reported once. They may come from
/// several threads.
class Warnings {
 public:
  explicit Warnings(std::function<void(const std::string& line)> report) : report_(std::move(report)) {}

  void add(const std::string& line) {
    {
      const std::lock_guard lock(mutex_);
      if (std::find(all_.begin(), all_.end(), line) != all_.end()) return;
      all_.push_back(line);
    }
    report_(line);
  }
  std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  std::function<void(const std::string&)> report_;
  mutable std::mutex mutex_;
  std::vector<std::string> all_;
};

}  // namespace fovea
