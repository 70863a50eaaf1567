#include "tests/fault/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>

#include "tests/runtime/file_bytes.hpp"

namespace {

/// Lets a number of the child stand for a file.
void redirect(const std::string& path, int flags, int number) {
  const int opened = ::open(path.c_str(), flags, 0600);
  if (opened < 0 || ::dup2(opened, number) < 0) ::_exit(127);
  ::close(opened);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> with_mine(const std::vector<std::string>& more) {
  std::vector<std::string> all = more;
  for (char** each = environ; *each != nullptr; ++each) all.emplace_back(*each);
  return all;
}

}  // namespace

Process::Process(const std::filesystem::path& folder, std::vector<std::string> arguments,
                 const std::vector<std::string>& environment) {
  static std::atomic<int> counter = 0;
  const auto name = std::to_string(counter++);
  out_ = folder / (name + ".out");
  err_ = folder / (name + ".err");
  const std::string program = std::string(FOVEA_BINARY_DIR) + "/fovea";
  arguments.insert(arguments.begin(), program);
  auto variables = with_mine(environment);
  const auto argv = pointers(arguments), envp = pointers(variables);
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("no process can be made");
  if (process_ > 0) return;
  redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  redirect(out_, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
  redirect(err_, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
  if (::chdir(folder.c_str()) == 0) ::execve(program.c_str(), argv.data(), envp.data());
  ::_exit(127);
}

Process::~Process() {
  if (process_ < 0) return;
  kill();
  ::waitpid(process_, nullptr, 0);
}

void Process::kill() const {
  ::kill(process_, SIGKILL);
}

bool Process::ended() const {
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT);
  return info.si_pid != 0;
}

Outcome Process::wait() {
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, bytes_of(out_), bytes_of(err_)};
}
