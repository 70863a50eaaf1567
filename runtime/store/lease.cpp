#include "runtime/store/lease.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <thread>

#include "runtime/context.hpp"
#include "runtime/store/files.hpp"

// A holder has the file open and locked. Whoever lets go removes the name first and the lock then, so
// somebody who opened the file before that gets a lock on a file without a name, notices, and opens again.

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr auto between_tries = std::chrono::milliseconds(20);

/// What the names of the leases of runs begin with; no stage is called so, for a key follows its name.
constexpr std::string_view run_prefix = "run.";

enum class Try { got, busy, gone };

/// Tries to lock an open file, and looks whether `file` still names it. A file system without locks refuses
/// them; there everybody may go ahead, which costs time but no result.
Try try_lock(const fs::path& file, int descriptor) {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(descriptor, F_OFD_SETLK, &whole) != 0 && (errno == EAGAIN || errno == EACCES)) return Try::busy;
  struct stat ours {
  }, named{};
  const bool same = ::fstat(descriptor, &ours) == 0 && ::stat(file.c_str(), &named) == 0 &&
                    ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
  return same ? Try::got : Try::gone;
}

std::string holder_of(int descriptor) {
  char text[160];
  const auto count = ::pread(descriptor, text, sizeof text, 0);
  return count > 0 ? std::string(text, static_cast<std::size_t>(count)) : "another process";
}

void write_holder(int descriptor) {
  char host[96] = {};
  if (::gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  const auto text = "process " + std::to_string(::getpid()) + " on " + host;
  const bool written =
      ::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, text.data(), text.size(), 0) >= 0;
  (void)written;  // who waits is told "another process" instead
}

}  // namespace

Lease::Lease(fs::path file, const std::stop_token& stop,
             const std::function<void(const std::string&)>& waiting)
    : file_(std::move(file)) {
  make_folder(file_.parent_path());
  bool told = false;
  while (true) {
    descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) throw file_error(file_, errno);
    const auto got = try_lock(file_, descriptor_);
    if (got == Try::got) break;
    if (got == Try::busy && !told) waiting(holder_of(descriptor_));
    told = told || got == Try::busy;
    ::close(std::exchange(descriptor_, -1));
    if (stop.stop_requested()) throw Stopped{};
    if (got == Try::busy) std::this_thread::sleep_for(between_tries);
  }
  write_holder(descriptor_);
}

Lease::~Lease() {
  ::unlink(file_.c_str());
  ::close(descriptor_);
}

Lease Lease::of_run(const fs::path& folder) {
  static std::atomic<unsigned int> number = 0;
  char host[96] = {};
  if (::gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  const auto name =
      std::string(run_prefix) + host + "-" + std::to_string(::getpid()) + "-" + std::to_string(number++);
  return Lease(folder / name, {}, [](const std::string&) {});
}

std::optional<fs::file_time_type> Lease::runs_since(const fs::path& folder) {
  remove_abandoned(folder);
  std::optional<fs::file_time_type> first;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (!entry->path().filename().string().starts_with(run_prefix)) continue;
    std::error_code over_meanwhile;
    const auto began = fs::last_write_time(entry->path(), over_meanwhile);
    if (!over_meanwhile) first = std::min(first.value_or(began), began);
  }
  return first;
}

void Lease::remove_abandoned(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const int descriptor = ::open(entry->path().c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) continue;
    if (try_lock(entry->path(), descriptor) == Try::got) ::unlink(entry->path().c_str());
    ::close(descriptor);
  }
}

}  // namespace fovea
