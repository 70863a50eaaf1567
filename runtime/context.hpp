#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "runtime/report.hpp"
#include "runtime/warnings.hpp"

namespace fovea {

class Checkpoints;

/// What a stage may use beyond its inputs and parameters.
struct Context {
  std::string stage;                  ///< the node's name in the graph
  std::string key;                    ///< of the result that is being made
  std::uint64_t seed = 0;             ///< the node's; only for stages that say `random`
  std::size_t threads = 1;            ///< how many threads may prepare data
  std::string device = "cpu";         ///< where a library computes, as "cuda:0"
  std::stop_token stop;               ///< asks to leave soon; a stage answers with `Stopped`
  std::vector<std::string> needed{};  ///< its outputs that must not be empty, as other stages say
  Report* report = nullptr;
  std::filesystem::path live;  ///< a folder for what people may look at while the stage runs; "" = none
  Checkpoints* checkpoints = nullptr;  ///< for a stage with a `horizon`: where it keeps its progress
  Warnings* warnings = nullptr;        ///< where its warnings are kept and told

  bool needs(const std::string& output) const {
    return std::find(needed.begin(), needed.end(), output) != needed.end();
  }
  void progress(std::size_t done, std::size_t total, const std::string& words = {}) const {
    report->progress(stage, done, total, words);
  }
  void event(const std::string& name, const std::string& line, Json data = Json::object()) const {
    report->event({name, stage, line, std::move(data)});
  }
  /// Warns of something about the result: told now, and again whenever the result is used.
  void warn(const std::string& line) const {
    if (warnings != nullptr) return warnings->add(line);
    event("warning", stage + ": " + line);
  }
};

/// Thrown by a stage that was asked to stop.
struct Stopped {};

}  // namespace fovea
