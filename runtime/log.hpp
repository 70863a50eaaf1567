#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "runtime/report.hpp"

namespace fovea {

/// Keeps every event of a run but the steps of training as a line with time and level, for `run.log`, and
/// hands all on to another report. The same warning about the same stage is told once.
class Log : public Report {
 public:
  explicit Log(Report& next);
  ~Log() override;
  void event(const Event& event) override;
  void progress(const std::string& stage, std::size_t done, std::size_t total,
                const std::string& words) override;
  /// Writes all lines so far to a file, and every later one as it comes, so that a killed run leaves them. A
  /// file that can't be written is told once, as a warning.
  void grow_in(const std::filesystem::path& file);
  /// All lines so far.
  std::string text() const;

 private:
  void keep(const Event& event);
  void tell_of_failure();

  struct Lines;
  Report& next_;
  std::unique_ptr<Lines> lines_;
};

}  // namespace fovea
