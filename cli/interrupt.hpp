#pragma once

#include <stop_token>
#include <thread>

namespace windtunnel::cli {

// While one exists, the first SIGINT and the first SIGTERM ask its stop token to stop instead of ending the process;
// the second does what it always did. At most one at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  int pipe_[2] = {-1, -1};
  std::thread watcher_;
};

}  // namespace windtunnel::cli
