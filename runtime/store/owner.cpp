#include "runtime/store/owner.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <optional>
#include <random>

#include "graph/hex.hpp"
#include "graph/sha256.hpp"
#include "runtime/store/files.hpp"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t place_digits = 16;
/// The seconds without a touch after which a file of another place counts as abandoned.
constexpr std::time_t long_ago = std::time_t{24} * 60 * 60;

/// Returns the target of a symbolic link, or "".
std::string link_text(const char* path) {
  std::error_code untold;
  return fs::read_symlink(path, untold).string();
}

/// Returns host, boot and process namespace as one word, or nothing if the system does not give them.
std::optional<std::string> own_place() {
  char host[256] = {};
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  const auto space = link_text("/proc/self/ns/pid");
  if (::gethostname(host, sizeof host - 1) != 0 || boot.empty() || space.empty()) return std::nullopt;
  return sha256(std::string(host) + "\n" + boot + "\n" + space).substr(0, place_digits);
}

/// Returns the start of a process, in clock ticks since boot, or nothing if the system does not give it. The
/// program's name, between the brackets, may contain anything.
std::optional<std::string> start_of(const std::string& process) {
  std::ifstream file("/proc/" + process + "/stat");
  std::string line;
  std::getline(file, line);
  constexpr int fields_after_name = 19;
  auto at = line.rfind(')');
  for (int i = 0; i < fields_after_name + 1 && at != std::string::npos; ++i) at = line.find(' ', at + 1);
  if (at == std::string::npos) return std::nullopt;
  return line.substr(at + 1, line.find(' ', at + 1) - at - 1);
}

struct Owner {
  std::string place;
  pid_t process = 0;
  std::string start;
};

std::optional<Owner> owner_in(std::string_view name) {
  const auto end_of_place = name.find('-'), end_of_process = name.find('-', end_of_place + 1);
  if (end_of_place != place_digits || end_of_process == std::string_view::npos) return std::nullopt;
  Owner owner{std::string(name.substr(0, place_digits))};
  const auto digits = name.substr(place_digits + 1, end_of_process - place_digits - 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), owner.process);
  if (error != std::errc{} || end != digits.data() + digits.size() || owner.process <= 0) return std::nullopt;
  const auto rest = name.substr(end_of_process + 1);
  owner.start = rest.substr(0, std::min(rest.find_first_not_of("0123456789"), rest.size()));
  return owner;
}

/// Whether an owner of this place is dead: its process number is free, or another process has it now. If
/// /proc shows another namespace, only the number counts.
bool is_over(const Owner& owner) {
  if (::kill(owner.process, 0) != 0) return errno == ESRCH;
  if (link_text("/proc/self") != std::to_string(::getpid())) return false;
  const auto start = start_of(std::to_string(owner.process));
  return start && *start != owner.start;
}

std::string random_digits() {
  std::random_device random;
  return hex(std::uint64_t{random()} << 32 | random());
}

}  // namespace

std::string own_name() {
  const auto place = own_place();
  const auto start = start_of("self");
  const auto known = place && start;  // otherwise the name matches no owner
  return (known ? *place : std::string(place_digits, 'x')) + "-" + std::to_string(::getpid()) + "-" +
         start.value_or("0");
}

std::string unique_name() {
  static std::atomic<unsigned int> counter = 0;
  return own_name() + "-" + std::to_string(counter++) + "-" + random_digits();
}

bool is_surely_dead(std::string_view name) {
  const auto owner = owner_in(name);
  return owner && owner->place == own_place() && is_over(*owner);
}

bool is_abandoned(const fs::path& path, std::string_view owner) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return false;
  const auto named = owner_in(owner);
  const bool ours = named && named->place == own_place();
  if (ours ? !is_over(*named) : std::time(nullptr) - info.st_mtim.tv_sec < long_ago) return false;
  const int access = S_ISDIR(info.st_mode) ? O_RDONLY | O_DIRECTORY : O_RDWR;
  const Descriptor descriptor(::open(path.c_str(), access | O_NOFOLLOW | O_CLOEXEC));
  return descriptor.number() >= 0 && try_lock(descriptor.number()) != Locked::busy &&
         still_names(path, descriptor.number());
}

// HDF5 and other libraries use `flock` on files, which does not conflict with these locks; folders support
// only `flock`.
Locked try_lock(int descriptor) {
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) return Locked::impossible;
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  int done = 0;
  do {
    done = S_ISDIR(info.st_mode) ? ::flock(descriptor, LOCK_EX | LOCK_NB)
                                 : ::fcntl(descriptor, F_OFD_SETLK, &whole);
  } while (done != 0 && errno == EINTR);
  if (done == 0) return Locked::yes;
  return errno == EAGAIN || errno == EACCES ? Locked::busy : Locked::impossible;
}

// Opening a file asks the server of a shared file system; `lstat` may answer from an old cache.
bool still_names(const fs::path& path, int descriptor) {
  const Descriptor now(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat ours {
  }, named{};
  const int there = now.number() >= 0 ? ::fstat(now.number(), &named) : ::lstat(path.c_str(), &named);
  return there == 0 && ::fstat(descriptor, &ours) == 0 && ours.st_ino == named.st_ino &&
         ours.st_dev == named.st_dev;
}

}  // namespace fovea
