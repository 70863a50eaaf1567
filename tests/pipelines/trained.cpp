#include "tests/pipelines/trained.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <set>
#include <stdexcept>

namespace {

/// Holds a file's lock for as long as it lives.
class Lock {
 public:
  explicit Lock(const fs::path& path) : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (file_ < 0 || ::flock(file_, LOCK_EX) != 0)
      throw std::runtime_error(path.string() + ": can't be locked");
  }
  ~Lock() { ::close(file_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  int file_;
};

/// The program and its libraries by name, with size and time, which tell one build from another.
std::string build_of_program() {
  std::set<std::string> parts;
  for (const auto& entry : fs::directory_iterator(FOVEA_BINARY_DIR)) {
    const auto name = entry.path().filename().string();
    if (name != "fovea" && !name.starts_with("libfovea_")) continue;
    parts.insert(name + " " + std::to_string(entry.file_size()) + " " +
                 std::to_string(entry.last_write_time().time_since_epoch().count()) + "\n");
  }
  std::string all;
  for (const auto& part : parts) all += part;
  return all;
}

void train_in(const fs::path& folder) {
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::ofstream(folder / "pipeline.json") << small_pipeline().dump();
  const auto done = run_program("fovea", {"run", "pipeline.json"}, folder);
  INFO(done.err);
  REQUIRE(done.code == 0);
}

}  // namespace

Trained::Trained() {
  const fs::path kept = FOVEA_BINARY_DIR "/trained";
  const Lock lock(kept.string() + ".lock");
  const auto build = build_of_program();
  if (!fs::exists(kept / "build") || bytes_of(kept / "build") != build) {
    train_in(kept);
    std::ofstream(kept / "build") << build;
  }
  for (const char* part : {".fovea", "results"})
    fs::copy(kept / part, folder / part, fs::copy_options::recursive);
}
