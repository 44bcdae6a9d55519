#pragma once

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/time.hpp"

namespace windtunnel::external {

// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void close();

 private:
  int fd_;
};

// A program of somebody else's that is spoken to in lines: one goes to its standard input, one comes back from its
// standard output. What it says on standard error is kept, the last of it. It leads a process group of its own, so that
// Ctrl-C in a terminal is ours alone to answer; it and what it has started end with this object at the latest. All
// waiting is by the wall clock. POSIX.
class ChildProcess {
 public:
  // Starts it in `folder` (empty: where this process is). A first word without a slash is looked up on the PATH. Throws
  // std::system_error where it cannot be started.
  ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& folder);
  ~ChildProcess();  // by SIGKILL, unless it has ended
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  enum class Outcome {
    kAnswered,  // by one line
    kEnded,     // its standard output is closed; how_it_ended() says more
    kTimedOut,
    kTooLong,  // more than kLongestLine without a line's end
    kUnasked,  // it had said something before it was asked, the first time excepted
    kStopped,  // by `stop`
  };
  struct Reply {
    Outcome outcome = Outcome::kAnswered;
    std::string text;  // the line without its end; for kTooLong, kUnasked, kTimedOut and kEnded what there was instead
  };
  static constexpr std::size_t kLongestLine = 64 * 1024;  // bytes

  // Sends a line and waits for the one that answers it.
  Reply ask(std::string_view line, Duration timeout, const std::stop_token& stop);
  // Closes its standard input and waits for it to end, which is kEnded if it says nothing more.
  Reply finish(Duration timeout, const std::stop_token& stop);

  bool succeeded();            // it has ended, with exit code 0
  std::string how_it_ended();  // "ended with exit code 1", "was ended by signal 11 (Segmentation fault)", …
  std::string last_words();    // the last lines of its standard error

 private:
  bool ended();  // and is not reaped before the destructor, so that its number stays its own
  void wait_for_end(Duration at_most);
  void write(std::string_view& rest);
  void hear();        // what is on its standard output
  void hear_error();  // what is on its standard error

  pid_t pid_ = -1;
  Descriptor in_, out_, error_;  // our ends
  bool asked_ = false;
  std::string heard_, error_text_;
  siginfo_t end_{};
};

}  // namespace windtunnel::external
