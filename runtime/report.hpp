#pragma once

#include <cstddef>
#include <string>

#include "graph/json.hpp"

namespace fovea {

/// Something that happened, as a line for people and as data for programs.
struct Event {
  std::string name;   ///< "run_started", "stage_finished", "epoch", "step", "weights", "warning", ...
  std::string stage;  ///< the node that it is about, or ""
  std::string line;   ///< for people; may be empty
  Json data = Json::object();
  /// Whether it is too much for people: no line, and not in the log.
  bool is_for_programs() const { return name == "step" || name == "weights"; }
};

/// Where a run tells what happens. Calls may come from several threads at once.
class Report {
 public:
  virtual ~Report() = default;
  virtual void event(const Event& event) = 0;
  /// How far a stage is: `done` of `total`, with a few words such as the loss.
  virtual void progress(const std::string& stage, std::size_t done, std::size_t total,
                        const std::string& words) = 0;
};

}  // namespace fovea
