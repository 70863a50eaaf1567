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

/// The environment of a running stage, beyond its inputs and parameters.
struct Context {
  std::string stage;                  ///< the node's name in the graph
  std::string key;                    ///< the cache key of the result
  std::uint64_t seed = 0;             ///< the node's seed; only for stages that say `random`
  std::size_t threads = 1;            ///< the largest number of threads that prepare data
  std::string device = "cpu";         ///< the device on which a library computes, as "cuda:0"
  std::stop_token stop;               ///< requests a stop; a stage answers by throwing `Stopped`
  std::vector<std::string> needed{};  ///< outputs that must not be empty, because other stages need them
  Report* report = nullptr;
  std::filesystem::path live;  ///< the folder for files that people may watch while the stage runs; "" = none
  Checkpoints* checkpoints = nullptr;  ///< for a stage with a `horizon`: the storage of its progress
  Warnings* warnings = nullptr;        ///< collects and reports the stage's warnings

  bool needs(const std::string& output) const {
    return std::find(needed.begin(), needed.end(), output) != needed.end();
  }
  void progress(std::size_t done, std::size_t total, const std::string& words = {}) const {
    report->progress(stage, done, total, words);
  }
  void event(const std::string& name, const std::string& line, Json data = Json::object()) const {
    report->event({name, stage, line, std::move(data)});
  }
  /// Warns about the result; the warning is reported now, and again whenever the result is used.
  void warn(const std::string& line) const {
    if (warnings != nullptr) return warnings->add(line);
    event("warning", stage + ": " + line);
  }
};

/// The exception of a stage that stops on request.
struct Stopped {};

}  // namespace fovea
