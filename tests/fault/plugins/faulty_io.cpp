// A library for LD_PRELOAD that lets one call to the system go wrong, for files below FOVEA_FAULT_PATH:
//
//   FOVEA_FAULT_CALL        write (also writev, pwrite), fsync, rename, open (also openat, to read and write)
//   or mmap FOVEA_FAULT_AT          which of these calls, from 1; 0 for none, which only counts
//   FOVEA_FAULT_ERROR       EIO, ENOSPC, EACCES; short: a write that writes half;
//                           lost: a rename that is done, though the answer is that nothing was there
//   FOVEA_FAULT_COUNT_FILE  where the number of calls is written in the end

#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<long> calls = 0;

const char* setting(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool is_below(const char* path) {
  const char* const folder = setting("FOVEA_FAULT_PATH");
  const auto length = std::strlen(folder);
  return length > 0 && std::strncmp(path, folder, length) == 0 &&
         (path[length] == '/' || path[length] == '\0');
}

bool is_below(int descriptor) {
  char link[64], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const auto length = ::readlink(link, path, sizeof path - 1);
  if (length < 0) return false;
  path[length] = '\0';
  return is_below(path);
}

/// A path as the program gives it may be relative to where it runs.
bool is_below_from_here(const char* path) {
  if (path[0] == '/') return is_below(path);
  char here[4096];
  if (::getcwd(here, sizeof here) == nullptr) return false;
  char whole[8192];
  std::snprintf(whole, sizeof whole, "%s/%s", here, path);
  return is_below(whole);
}

bool is_asked_for(const char* call) {
  return std::strcmp(setting("FOVEA_FAULT_CALL"), call) == 0;
}

/// Counts a call, and tells whether it is the one that goes wrong.
bool is_the_one() {
  return ++calls == std::atol(setting("FOVEA_FAULT_AT"));
}

bool is_short() {
  return std::strcmp(setting("FOVEA_FAULT_ERROR"), "short") == 0;
}

int fail() {
  const char* const error = setting("FOVEA_FAULT_ERROR");
  errno = std::strcmp(error, "ENOSPC") == 0 ? ENOSPC : std::strcmp(error, "EACCES") == 0 ? EACCES : EIO;
  return -1;
}

template <class Call> Call* real(const char* name) {
  return reinterpret_cast<Call*>(::dlsym(RTLD_NEXT, name));
}

ssize_t positioned(const char* name, int descriptor, const void* bytes, size_t count, off_t at) {
  const auto go = real<ssize_t(int, const void*, size_t, off_t)>(name);
  if (!is_asked_for("write") || !is_below(descriptor) || !is_the_one())
    return go(descriptor, bytes, count, at);
  return is_short() && count > 1 ? go(descriptor, bytes, count / 2, at) : fail();
}

int opened(const char* name, const char* path, int flags, mode_t mode) {
  if (is_asked_for("open") && is_below_from_here(path) && is_the_one()) return fail();
  return real<int(const char*, int, mode_t)>(name)(path, flags, mode);
}

int opened_at(const char* name, int folder, const char* path, int flags, mode_t mode) {
  const bool below = folder == AT_FDCWD || path[0] == '/' ? is_below_from_here(path) : is_below(folder);
  if (is_asked_for("open") && below && is_the_one()) return fail();
  return real<int(int, const char*, int, mode_t)>(name)(folder, path, flags, mode);
}

void* mapped(const char* name, void* at, size_t size, int access, int flags, int descriptor, off_t offset) {
  if (descriptor >= 0 && is_asked_for("mmap") && is_below(descriptor) && is_the_one()) {
    fail();
    return MAP_FAILED;
  }
  return real<void*(void*, size_t, int, int, int, off_t)>(name)(at, size, access, flags, descriptor, offset);
}

/// The mode that follows the flags of a call that may make a file.
mode_t mode_after(int flags, va_list more) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? static_cast<mode_t>(va_arg(more, int))
                                                                    : 0;
}

/// Writes the count when the program ends by itself.
struct AtEnd {
  ~AtEnd() {
    const char* const path = setting("FOVEA_FAULT_COUNT_FILE");
    std::FILE* const file = *path != '\0' ? std::fopen(path, "w") : nullptr;
    if (file == nullptr) return;
    std::fprintf(file, "%ld\n", calls.load());
    std::fclose(file);
  }
} at_end;

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t count) {
  const auto go = real<ssize_t(int, const void*, size_t)>("write");
  if (!is_asked_for("write") || !is_below(descriptor) || !is_the_one()) return go(descriptor, bytes, count);
  return is_short() && count > 1 ? go(descriptor, bytes, count / 2) : fail();
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  const auto go = real<ssize_t(int, const iovec*, int)>("writev");
  if (!is_asked_for("write") || !is_below(descriptor) || !is_the_one()) return go(descriptor, parts, count);
  return is_short() && count > 1 ? go(descriptor, parts, count - 1) : fail();
}

ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t at) {
  return positioned("pwrite", descriptor, bytes, count, at);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off64_t at) {
  return positioned("pwrite64", descriptor, bytes, count, at);
}

int fsync(int descriptor) {
  if (is_asked_for("fsync") && is_below(descriptor) && is_the_one()) return fail();
  return real<int(int)>("fsync")(descriptor);
}

int rename(const char* from, const char* to) noexcept {
  const auto go = real<int(const char*, const char*)>("rename");
  if (!is_asked_for("rename") || !is_below_from_here(to) || !is_the_one()) return go(from, to);
  if (std::strcmp(setting("FOVEA_FAULT_ERROR"), "lost") != 0) return fail();
  go(from, to);
  errno = ENOENT;
  return -1;
}

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = mode_after(flags, more);
  va_end(more);
  return opened("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = mode_after(flags, more);
  va_end(more);
  return opened("open64", path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = mode_after(flags, more);
  va_end(more);
  return opened_at("openat", folder, path, flags, mode);
}

void* mmap(void* at, size_t size, int access, int flags, int descriptor, off_t offset) noexcept {
  return mapped("mmap", at, size, access, flags, descriptor, offset);
}

void* mmap64(void* at, size_t size, int access, int flags, int descriptor, off64_t offset) noexcept {
  return mapped("mmap64", at, size, access, flags, descriptor, offset);
}

}  // extern "C"
