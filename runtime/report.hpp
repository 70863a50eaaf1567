#pragma once

#include <cstddef>
#include <string>

#include "graph/json.hpp"

namespace fovea {

/// An event of a run, as a line for people and as data for programs.
struct Event {
  std::string name;   ///< "run_started", "stage_finished", "epoch", "step", "weights", "warning", ...
  std::string stage;  ///< the node of the event, or ""
  std::string line;   ///< text for people; may be empty
  Json data = Json::object();
  /// Whether the event is too frequent for people: it has no line and is not logged.
  bool is_for_programs() const { return name == "step" || name == "weights"; }
};

/// The receiver of a run's events. Calls may come from several threads at once.
class Report {
 public:
  virtual ~Report() = default;
  virtual void event(const Event& event) = 0;
  /// Reports the progress of a stage: `done` of `total`, with a few words such as the loss.
  virtual void progress(const std::string& stage, std::size_t done, std::size_t total,
                        const std::string& words) = 0;
};

}  // namespace fovea
