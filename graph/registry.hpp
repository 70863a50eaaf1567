#pragma once

#include <map>

#include "graph/stage.hpp"

namespace fovea {

/// The stages that definitions may name.
class Registry {
 public:
  template <Stage S>
  void add() {
    add(stage_info<S>());
  }
  /// Takes the `run` of a stage from the library that it lives in.
  template <Stage S>
  void add_implementation() {
    auto info = stage_info<S>();
    info.run = &detail::run_stage<S>;
    add(std::move(info));
  }
  /// Adds a stage, or completes a known one that has no `run` yet. Throws `Error` where the name is taken.
  void add(StageInfo info);

  /// The stage of that name, or null.
  const StageInfo* find(const std::string& name) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, StageInfo> stages_;
};

}  // namespace fovea
