#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>

#include "runtime/report.hpp"

namespace fovea {

/// How much a run says, and to whom.
enum class Voice {
  quiet,   ///< warnings only
  normal,  ///< one line for what happens; a progress bar on a terminal
  chatty,  ///< also when each stage starts and ends
  json,    ///< one JSON object a line on stdout and nothing else
};

/// Tells people (or programs) on stdout what happens; warnings go to stderr.
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
  bool drawn_ = false;  ///< whether a bar stands on the last line
  std::mutex mutex_;
  /// When a stage told of its progress first, and how far it was: a stage that goes on begins in the middle.
  struct Begun {
    std::chrono::steady_clock::time_point at;
    std::size_t done = 0;
  };
  std::map<std::string, Begun> begun_;
};

/// A line of progress that is shorter than `columns`: the stage, a bar as wide as there is room for, and
/// what stands behind it, whose last parts are left out where even that is too long.
std::string progress_line(const std::string& stage, double share, const std::string& behind,
                          std::size_t columns, bool color);

/// How long what is left takes at the pace of what was done in these seconds; nothing where that is less than
/// a hundredth of it all.
std::optional<double> seconds_left(double seconds, std::size_t done, std::size_t left);

/// "1.4 s", "2 min 05 s": a duration for people.
std::string duration_text(double seconds);

}  // namespace fovea
