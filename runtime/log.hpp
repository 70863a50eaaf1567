#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "runtime/report.hpp"

namespace fovea {

/// Logs every event of a run, except training steps, as a line with time and level for `run.log`, and
/// forwards all events to another report. Equal warnings about a stage are logged once.
class Log : public Report {
 public:
  explicit Log(Report& next);
  ~Log() override;
  void event(const Event& event) override;
  void progress(const std::string& stage, std::size_t done, std::size_t total,
                const std::string& words) override;
  /// Writes all lines so far to a file and appends every later line at once, so that a killed run leaves its
  /// log. A file that cannot be written is reported once, as a warning.
  void grow_in(const std::filesystem::path& file);
  /// Returns all lines so far.
  std::string text() const;

 private:
  void keep(const Event& event);
  void tell_of_failure();

  struct Lines;
  Report& next_;
  std::unique_ptr<Lines> lines_;
};

}  // namespace fovea
