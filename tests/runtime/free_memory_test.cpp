#include "runtime/free_memory.hpp"

#include "runtime/text_file.hpp"
#include "tests/catch.hpp"
#include "tests/folder.hpp"

using namespace fovea;

namespace {

/// A file system of a machine with 1,000 KiB available.
struct Machine {
  Folder folder;
  Machine() { write("proc/meminfo", "MemTotal: 4000 kB\nMemAvailable:    1000 kB\n"); }
  void write(const std::string& file, const std::string& text) {
    std::filesystem::create_directories((folder.path() / file).parent_path());
    write_whole_file(folder.path() / file, text);
  }
  std::optional<std::int64_t> free() const { return free_memory(folder.path()); }
};

}  // namespace

TEST_CASE("free memory: without control groups it is what the machine has available") {
  CHECK(Machine{}.free() == 1000 * 1024);
}

TEST_CASE("free memory: a control group leaves its limit less what is used and can't go") {
  Machine machine;
  machine.write("proc/self/cgroup", "0::/job/step\n");
  machine.write("sys/fs/cgroup/job/step/memory.max", "max\n");
  machine.write("sys/fs/cgroup/job/step/memory.current", "300000\n");
  machine.write("sys/fs/cgroup/job/memory.max", "500000\n");
  machine.write("sys/fs/cgroup/job/memory.current", "300000\n");
  machine.write("sys/fs/cgroup/job/memory.stat", "anon 1\ninactive_file 50000\n");
  CHECK(machine.free() == 250000);
}

TEST_CASE("free memory: a control group of version 1 counts as well") {
  Machine machine;
  machine.write("proc/self/cgroup", "5:memory:/box\n");
  machine.write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "400000\n");
  machine.write("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "100000\n");
  CHECK(machine.free() == 300000);
}

TEST_CASE("free memory: nothing is known where the system does not tell") {
  const Folder empty;
  CHECK_FALSE(free_memory(empty.path()).has_value());
}
