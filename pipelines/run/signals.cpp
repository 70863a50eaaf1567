#include "pipelines/run/signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "runtime/threads.hpp"

namespace fovea {
namespace {

/// Wakes the thread that waits; the default for it is to be ignored, so that it does no harm from outside.
constexpr int wake = SIGURG;

bool is_ignored(int signal) {
  struct sigaction now {};
  return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  for (const int each : {SIGINT, SIGTERM, SIGHUP}) {
    if (!is_ignored(each)) sigaddset(&set, each);
  }
  sigaddset(&set, wake);
  return set;
}

}  // namespace

Signals::Signals() {
  const auto set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  waits_ = start_thread([this] { wait(); });
}

Signals::~Signals() {
  ends_ = true;
  pthread_kill(waits_.native_handle(), wake);
  waits_.join();
}

std::stop_token Signals::token() {
  ::signal(SIGPIPE, SIG_IGN);
  awaited_ = true;
  return source_.get_token();
}

void Signals::wait() {
  const auto mine = watched();
  for (int got = 0; sigwait(&mine, &got) == 0 && !ends_;) {
    if (got == wake) continue;
    // A lost terminal often sends SIGHUP beside another signal, which is no wish to leave at once.
    const bool again = source_.stop_requested() && got != SIGHUP;
    if (!awaited_ || again) _exit(130);
    source_.request_stop();
  }
}

}  // namespace fovea
