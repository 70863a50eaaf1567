#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>

#include "runtime/report.hpp"

namespace fovea {

/// The verbosity and format of a run's output.
enum class Voice {
  quiet,   ///< warnings only
  normal,  ///< one line for each event; a progress bar on a terminal
  chatty,  ///< also the start and end of each stage
  json,    ///< one JSON object a line on stdout and nothing else
};

/// Prints events for people (or programs) to stdout and warnings to stderr.
class Console : public Report {
 public:
  explicit Console(Voice voice);
  ~Console() override;
  void event(const Event& event) override;
  void progress(const std::string& stage, std::size_t done, std::size_t total,
                const std::string& words) override;

 private:
  void clear_bar();
  void print_json(const Event& event);
  void print_line(const Event& event);

  Voice voice_;
  bool bar_ = false;  ///< whether stderr is a terminal that shows progress
  bool color_ = false;
  bool drawn_ = false;  ///< whether the last line is a progress bar
  std::mutex mutex_;
  /// The time of a stage's first progress, and its count then, because a resumed stage begins in the middle.
  struct Start {
    std::chrono::steady_clock::time_point at;
    std::size_t done = 0;
  };
  std::map<std::string, Start> starts_;
};

/// Returns a line of progress shorter than `columns`: the stage, a bar as wide as fits, and the text `behind`
/// it, whose last parts are left out if even that is too long.
std::string progress_line(const std::string& stage, double share, const std::string& behind,
                          std::size_t columns, bool color);

/// Estimates the remaining seconds from the pace so far; nothing if less than a hundredth of the work is
/// done.
std::optional<double> seconds_left(double seconds, std::size_t done, std::size_t left);

/// Formats a duration for people: "1.4 s", "2 min 05 s".
std::string duration_text(double seconds);

}  // namespace fovea
