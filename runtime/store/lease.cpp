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

// A holder has the file open and locked. Whoever lets go removes the name first and the lock then, so
// somebody who opened the file before that gets a lock on a file without a name, notices, and opens again.
//
// The file has three lines: the holder as people are told of it, its name as `own_name` gives it, and when it
// took the lease, in nanoseconds of the file system's clock. Its time is when the holder was last alive.

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// A live holder touches its file so often, and is a stranger's only where that was not so for a day.
constexpr auto between_touches = std::chrono::minutes(10);

/// What the names of the leases of runs begin with; no stage is called so, for a key follows its name.
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

/// Where it can't be written, who waits is told of "another process", and strangers leave it for a day.
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

void touch_until(const std::stop_token& end, int descriptor) {
  std::mutex mutex;
  std::condition_variable_any news;
  std::unique_lock lock(mutex);
  while (!end.stop_requested()) {
    news.wait_for(lock, end, between_touches, [] { return false; });
    ::futimens(descriptor, nullptr);
  }
}

/// The files of leases in a folder. Names with a dot in front are the file system's own.
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
    touches_ = std::jthread([descriptor](const std::stop_token& end) { touch_until(end, descriptor); });
  } catch (const std::system_error&) {
    // Where no thread can be had, a lease of more than a day may look abandoned from other hosts.
  }
}

Lease::Lease(Lease&& other) noexcept
    : file_(std::move(other.file_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      touches_(std::move(other.touches_)) {}

Lease::~Lease() {
  if (descriptor_ < 0) return;
  touches_ = {};
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
