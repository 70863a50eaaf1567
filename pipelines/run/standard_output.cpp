#include "pipelines/run/standard_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "runtime/store/files.hpp"

namespace fovea {
namespace {

/// The exit code with which a shell reports the death of a program by SIGPIPE.
constexpr int broken_pipe = 128 + 13;

std::string completed_work;

bool is_device(std::FILE* stream) {
  struct stat info {};
  return ::fstat(::fileno(stream), &info) == 0 && S_ISCHR(info.st_mode);
}

/// Returns the `errno` of a failed write to a stream; 0 if there was none.
int failure_of(std::FILE* stream) {
  errno = 0;
  if (std::fflush(stream) == 0 && std::ferror(stream) == 0) return 0;
  if (errno != 0) return errno;
  // The write failed earlier, so its cause is derived from the stream's state. A disk that has space again
  // counts as full.
  if ((::fcntl(::fileno(stream), F_GETFL) & O_ACCMODE) == O_RDONLY) return EBADF;
  pollfd end{::fileno(stream), POLLOUT, 0};
  const bool no_reader = ::poll(&end, 1, 0) == 1 && (end.revents & POLLERR) != 0;
  return no_reader ? EPIPE : ENOSPC;
}

}  // namespace

void remember_as_whole(std::string words) {
  completed_work = std::move(words);
}

void fill_standard_streams() {
  for (int number = 0; number < 3; ++number) {
    if (::fcntl(number, F_GETFD) >= 0 || errno != EBADF) continue;
    // The file gets the lowest free descriptor, and its access mode makes later reads or writes fail.
    if (::open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

int code_after_output(int code) {
  const int printed = failure_of(stdout), told = failure_of(stderr);
  const int why = printed != 0 ? printed : told;
  const bool terminal_is_gone = why == EIO && is_device(printed != 0 ? stdout : stderr);
  if (code != 0 || why == 0 || terminal_is_gone) return code;
  if (why == EPIPE) return broken_pipe;
  const auto error = why == EBADF ? Error("standard output: closed; send it somewhere, as to /dev/null")
                                  : file_error("standard output", why);
  if (printed != 0)
    std::fprintf(stderr, "%s%s%s\n", error.what(), completed_work.empty() ? "" : "; ",
                 completed_work.c_str());
  return 1;
}

}  // namespace fovea
