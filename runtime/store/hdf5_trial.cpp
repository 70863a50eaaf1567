#include "runtime/store/hdf5_trial.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "runtime/store/hdf5_contents.hpp"
#include "runtime/store/hdf5_handles.hpp"

namespace fovea {
namespace {

constexpr rlim_t most_seconds_computing = 2;
constexpr unsigned most_seconds = 60;

/// Makes this process one that dies of what goes wrong, leaves nothing behind, and ends in any case.
void become_mortal() {
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU, SIGALRM, SIGTERM, SIGINT})
    std::signal(signal, SIG_DFL);
  const rlimit no_core{0, 0}, computing{most_seconds_computing, most_seconds_computing + 1};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::setrlimit(RLIMIT_CPU, &computing);
  ::alarm(most_seconds);
}

/// Returns the status with which a child has ended.
int status_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw Error("a child process can't be waited for; is SIGCHLD ignored?");
  }
  return status;
}

}  // namespace

std::string fate_in_child(const std::function<void()>& body) {
  const auto child = ::fork();
  if (child < 0) throw Error("no process can be started to look at a file; end others, or raise `ulimit -u`");
  if (child == 0) {
    become_mortal();
    try {
      body();
    } catch (...) {  // the parent meets it again
    }
    ::_exit(0);
  }
  const auto status = status_of(child);
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (signal == SIGXCPU || signal == SIGALRM || signal == SIGKILL) return "takes too long";
  return status == 0 ? "" : "crashes";
}

void expect_harmless_hdf5(const std::filesystem::path& path) {
  // No other thread is in the library while the process is copied.
  auto inside = enter_hdf5();
  const auto fate = fate_in_child([&] {
    inside.unlock();
    scan_hdf5(std::make_shared<const MappedFile>(path));
  });
  if (!fate.empty())
    throw Error(path.string() + ": the HDF5 library " + fate + " with it; it is damaged, fetch it again");
}

}  // namespace fovea
