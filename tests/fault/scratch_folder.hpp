#pragma once

#include <chrono>
#include <map>
#include <random>
#include <set>

#include "graph/json.hpp"
#include "tests/fault/process.hpp"
#include "tests/folder.hpp"

/// How many rounds a test does: `few` in every build, `many` where FOVEA_FAULT_COUNT is "full".
int rounds(int few, int many);

/// Draws that are the same in every run of a test, so that what failed once can be looked at.
class Draws {
 public:
  explicit Draws(unsigned int seed) : engine_(seed) {}
  /// A whole number from 0 up to, but not with, `end`.
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(engine_);
  }
  /// A number from 0 to 1.
  double part() { return std::uniform_real_distribution<double>()(engine_); }

 private:
  std::mt19937 engine_;
};

/// A whole pipeline that trains in well under a second: 240 synthetic images of 12 x 12.
fovea::Json tiny_pipeline(int epochs = 3);

/// A folder with a definition in it, and the program that runs there. Each store and each folder of results
/// is named by the test.
struct ScratchFolder {
  Folder folder;
  explicit ScratchFolder(const fovea::Json& definition = tiny_pipeline()) { write(definition); }
  /// Replaces the definition.
  void write(const fovea::Json& definition) const;
  /// The arguments of a run that keeps all that it leaves under one name.
  static std::vector<std::string> run_in(const std::string& store, std::vector<std::string> more = {});
  /// Runs the program to its end.
  Outcome fovea(const std::vector<std::string>& arguments,
                const std::vector<std::string>& environment = {}) const {
    return Process(folder.path(), arguments, environment).wait();
  }
};

/// The lines of `--json` output. A last line that a kill cut off is left out.
std::vector<fovea::Json> events_of(const std::string& out);

/// The text of all stages that ran to their end, not hits, with the keys that they computed.
std::vector<std::string> computed(const std::string& out);

/// Every exported file of the newest run directory below a folder by its name, but the logs, which hold
/// times.
std::map<std::string, std::string> exported(const std::filesystem::path& results);

/// The identities of all results in a store by key and port, without the measured times of `train`.
std::map<std::string, std::string> stored(const std::filesystem::path& store);

/// The files below a folder of a store, by their path in the store.
std::set<std::string> names_below(const std::filesystem::path& store, const std::string& folder);
