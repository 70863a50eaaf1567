#include "pipelines/signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "runtime/threads.hpp"

namespace fovea {
namespace {

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  for (const int each : {SIGINT, SIGTERM, SIGUSR1}) sigaddset(&set, each);
  return set;
}

}  // namespace

Signals::Signals() {
  const auto set = watched();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  waits_ = start_thread([this] {
    const auto mine = watched();
    for (int got = 0; sigwait(&mine, &got) == 0 && got != SIGUSR1;) {
      if (source_.stop_requested()) _exit(130);
      source_.request_stop();
    }
  });
}

Signals::~Signals() {
  pthread_kill(waits_.native_handle(), SIGUSR1);
  waits_.join();
}

}  // namespace fovea
