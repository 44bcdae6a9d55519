#include "cli/interrupt.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

#include "cli/verbs.hpp"

namespace windtunnel::cli {
namespace {

// A signal handler is given nothing but the signal's number, so the pipe it writes to has to be found in a variable of
// the process. request_stop() takes a lock and calls back, which a handler may not: a thread does it for him.
std::atomic<int> write_end{-1};
static_assert(std::atomic<int>::is_always_lock_free);

constexpr char kStop = 's', kEnd = 'e';

extern "C" void on_signal(int) {
  const int saved = errno;
  [[maybe_unused]] const auto written = ::write(write_end.load(), &kStop, 1);
  errno = saved;
}

}  // namespace

InterruptGuard::InterruptGuard() {
  if (::pipe2(pipe_, O_CLOEXEC) != 0) throw IoError("cannot open a pipe");
  write_end = pipe_[1];
  watcher_ = std::thread([this] {
    char said = 0;
    ssize_t got = 0;
    do {
      got = ::read(pipe_[0], &said, 1);
      if (got == 1 && said == kStop) source_.request_stop();
    } while (said != kEnd && (got == 1 || (got < 0 && errno == EINTR)));
  });
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

InterruptGuard::~InterruptGuard() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  [[maybe_unused]] const auto written = ::write(pipe_[1], &kEnd, 1);
  watcher_.join();
  write_end = -1;
  ::close(pipe_[0]);
  ::close(pipe_[1]);
}

}  // namespace windtunnel::cli
