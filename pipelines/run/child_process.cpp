#include "pipelines/run/child_process.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/context.hpp"
#include "runtime/store/files.hpp"

extern char** environ;

namespace fovea {
namespace {

constexpr const char* shell = "/bin/sh";

pid_t start(std::vector<std::string> line, const std::filesystem::path& errors) {
  const std::string redirected = errors.empty() ? "" : " 2>>\"$errors\"";
  line.insert(line.begin(), {shell, "-c", "trap '' INT TERM HUP; errors=$0; exec" + redirected + " \"$@\"",
                             errors.string()});
  std::vector<char*> arguments;
  for (auto& one : line) arguments.push_back(one.data());
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int failed = ::posix_spawn(&process, shell, nullptr, nullptr, arguments.data(), environ);
  if (failed != 0) throw file_error(shell, failed);
  return process;
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> line, const std::stop_token& stop,
                           const std::filesystem::path& errors)
    : process_(start(std::move(line), errors)), stop_(stop), end_(std::in_place, stop, [this] { kill(); }) {}

ChildProcess::~ChildProcess() {
  if (!end_) return;
  end_.reset();
  kill();
  ::waitpid(process_, nullptr, 0);
}

void ChildProcess::kill() const {
  ::kill(process_, SIGKILL);
}

ProcessEnd ChildProcess::wait() {
  siginfo_t ended{};
  while (::waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR)
    continue;
  // After `waitpid` another process may get the process number.
  end_.reset();
  int status = 0;
  ::waitpid(process_, &status, 0);
  if (stop_.stop_requested()) throw Stopped();
  if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

std::string this_program() {
  return "/proc/" + std::to_string(::getpid()) + "/exe";
}

}  // namespace fovea
