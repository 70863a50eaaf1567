#pragma once

#include <map>

#include "graph/stage.hpp"

namespace fovea {

/// The stages that definitions may name.
class Registry {
 public:
  template <Stage S> void add() { add(stage_info<S>()); }
  /// Registers the `run` of a stage; called in the library that holds it.
  template <Stage S> void add_implementation() {
    auto info = stage_info<S>();
    info.run = &detail::run_stage<S>;
    add(std::move(info));
  }
  /// Adds a stage, or completes a known one that has no `run` yet. Throws `Error` if the name is taken.
  void add(StageInfo info);

  /// Returns the stage of that name, or null.
  const StageInfo* find(const std::string& name) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, StageInfo> stages_;
};

}  // namespace fovea
