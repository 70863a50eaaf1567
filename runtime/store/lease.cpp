#include "runtime/store/lease.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <sstream>
#include <system_error>
#include <utility>

#include "runtime/store/files.hpp"
#include "runtime/store/owner.hpp"

// A holder has the file open and locked. On release the file is first removed and then unlocked, so a process
// that opened the file before that gets a lock on a removed file, notices, and opens it again.
//
// The file has three lines: the holder as shown to people, its name as `own_name` returns it, and the time at
// which it took the lease, in nanoseconds of the file system's clock. The file's time is the holder's last
// sign of life.

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The interval at which a live holder touches its file; a file of another host is abandoned after a day.
constexpr auto touch_interval = std::chrono::minutes(10);

/// The prefix of the leases of runs; a stage's lease has a key after its name and so never has this prefix.
constexpr std::string_view run_prefix = "run.";

struct Holder {
  std::string shown = "another process", owner;
  std::int64_t since = 0;
};

Holder read_holder(int descriptor) {
  std::array<char, 512> text{};
  const auto count = ::pread(descriptor, text.data(), text.size(), 0);
  Holder holder;
  if (count <= 0) return holder;
  std::istringstream lines(std::string(text.data(), static_cast<std::size_t>(count)));
  std::getline(lines, holder.shown);
  std::getline(lines, holder.owner);
  lines >> holder.since;
  return holder;
}

/// Writes the holder. If that fails, others see "another process", and other hosts keep the file for a day.
void write_holder(int descriptor) {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  struct stat info {};
  const bool timed = ::futimens(descriptor, nullptr) == 0 && ::fstat(descriptor, &info) == 0;
  const auto since = timed ? std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec : 0;
  const auto text = "process " + std::to_string(::getpid()) + " on " + host.data() + "\n" + own_name() +
                    "\n" + std::to_string(since) + "\n";
  [[maybe_unused]] const bool written =
      ::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, text.data(), text.size(), 0) >= 0;
}

void send_heartbeat(const std::stop_token& end, int descriptor) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  while (!end.stop_requested()) {
    changed.wait_for(lock, end, touch_interval, [] { return false; });
    ::futimens(descriptor, nullptr);
  }
}

/// Lists the leases in a folder. Names that begin with a dot belong to the file system.
std::vector<fs::path> leases_in(const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (!entry->path().filename().string().starts_with('.')) all.push_back(entry->path());
  return all;
}

fs::file_time_type file_time(std::int64_t nanoseconds) {
  const std::chrono::sys_time<std::chrono::nanoseconds> since{std::chrono::nanoseconds(nanoseconds)};
  return std::chrono::file_clock::from_sys(since);
}

}  // namespace

Lease::Lease(fs::path file, int descriptor) : file_(std::move(file)), descriptor_(descriptor) {
  try {
    heartbeat_ = std::jthread([descriptor](const std::stop_token& end) { send_heartbeat(end, descriptor); });
  } catch (const std::system_error&) {
    // Without the thread, a lease held for more than a day may look abandoned from other hosts.
  }
}

Lease::Lease(Lease&& other) noexcept
    : file_(std::move(other.file_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      heartbeat_(std::move(other.heartbeat_)) {}

Lease::~Lease() {
  if (descriptor_ < 0) return;
  heartbeat_ = {};
  ::unlink(file_.c_str());
  ::close(descriptor_);
}

std::optional<Lease> Lease::take(const fs::path& file, std::string& holder) {
  make_folder(file.parent_path());
  while (true) {
    Descriptor descriptor(file, O_RDWR | O_CREAT);
    if (try_lock(descriptor.number()) == Locked::busy) {
      const auto there = read_holder(descriptor.number());
      holder = there.owner == own_name() ? "another stage of this run" : there.shown;
      return std::nullopt;
    }
    if (!still_names(file, descriptor.number())) continue;
    write_holder(descriptor.number());
    return Lease(file, descriptor.release());
  }
}

Lease Lease::of_run(const fs::path& folder) {
  std::string nobody;
  return *take(folder / (std::string(run_prefix) + unique_name()), nobody);
}

std::optional<fs::file_time_type> Lease::runs_since(const fs::path& folder) {
  remove_abandoned(folder);
  std::optional<fs::file_time_type> first;
  for (const auto& file : leases_in(folder)) {
    if (!file.filename().string().starts_with(run_prefix)) continue;
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (descriptor.number() < 0) continue;
    const auto since = read_holder(descriptor.number()).since;
    std::error_code over_meanwhile;
    const auto began = since > 0 ? file_time(since) : fs::last_write_time(file, over_meanwhile);
    if (!over_meanwhile) first = std::min(first.value_or(began), began);
  }
  return first;
}

bool Lease::is_left(const fs::path& file) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  return descriptor.number() >= 0 && is_abandoned(file, read_holder(descriptor.number()).owner);
}

void Lease::remove_abandoned(const fs::path& folder) {
  for (const auto& file : leases_in(folder)) {
    if (is_left(file)) ::unlink(file.c_str());
  }
}

}  // namespace fovea
