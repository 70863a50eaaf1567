#include "pipelines/run/signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "runtime/threads.hpp"

namespace fovea {
namespace {

/// The signal that wakes the waiting thread; it is ignored by default, so it is harmless if sent from
/// outside.
constexpr int wake_signal = SIGURG;

bool is_ignored(int signal) {
  struct sigaction now {};
  return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int each : {SIGINT, SIGTERM, SIGHUP}) {
    if (!is_ignored(each)) sigaddset(&set, each);
  }
  sigaddset(&set, wake_signal);
  return set;
}

}  // namespace

Signals::Signals() {
  const auto set = handled_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = start_thread([this] { wait(); });
}

Signals::~Signals() {
  stopping_ = true;
  pthread_kill(thread_.native_handle(), wake_signal);
  thread_.join();
}

std::stop_token Signals::token() {
  ::signal(SIGPIPE, SIG_IGN);
  token_requested_ = true;
  return source_.get_token();
}

void Signals::wait() {
  const auto set = handled_signals();
  for (int got = 0; sigwait(&set, &got) == 0 && !stopping_;) {
    if (got == wake_signal) continue;
    // A closed terminal often sends SIGHUP beside another signal, so SIGHUP does not count as a second
    // request.
    const bool again = source_.stop_requested() && got != SIGHUP;
    if (!token_requested_ || again) _exit(130);
    source_.request_stop();
  }
}

}  // namespace fovea
