#include "models/autoscaler/external/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <system_error>

extern char** environ;

namespace windtunnel::external {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kBetweenLooksAtStop{50};
constexpr Duration kToEndAfterLastWord = std::chrono::seconds{1};
constexpr std::size_t kErrorKept = 4096;
constexpr std::ptrdiff_t kErrorLines = 10;
constexpr int kReadsAtOnce = 64;  // of kPiece; who says more without pause is heard the next time

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}
void check(int error, const char* what) {
  if (error != 0) fail(error, what);
}

struct Pipe {
  Descriptor read_end, write_end;
};

// Neither end is inherited by the children of other threads, which would keep it open.
Pipe open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail(errno, "cannot open a pipe");
  Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  for (Descriptor* end : {&pipe.read_end, &pipe.write_end}) {
    if (end->get() > STDERR_FILENO) continue;
    // Whoever started us had closed a standard stream; the child's are to be set one by one without overwriting it.
    const int above = ::fcntl(end->get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (above < 0) fail(errno, "cannot open a pipe");
    *end = Descriptor(above);
  }
  return pipe;
}

void never_block(const Descriptor& fd) {
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0) fail(errno, "cannot set up a pipe");
}

class SpawnTerms {
 public:
  SpawnTerms() {
    check(::posix_spawn_file_actions_init(&actions), "cannot start a process");
    check(::posix_spawnattr_init(&attributes), "cannot start a process");
  }
  ~SpawnTerms() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnTerms(const SpawnTerms&) = delete;
  SpawnTerms& operator=(const SpawnTerms&) = delete;

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

// To a pipe that nobody reads any more, write() raises SIGPIPE, which would end the whole process; how a library's host
// treats that signal is not ours to change. So it is held back from this thread and taken away.
ssize_t write_without_signal(int fd, std::string_view bytes) {
  sigset_t pipe_signal, before, pending;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  sigemptyset(&pending);
  ::sigpending(&pending);
  const bool was_pending = sigismember(&pending, SIGPIPE) == 1;
  ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  const ssize_t written = ::write(fd, bytes.data(), bytes.size());
  const int error = errno;
  if (written < 0 && error == EPIPE && !was_pending) {
    const timespec at_once{};
    while (::sigtimedwait(&pipe_signal, nullptr, &at_once) < 0 && errno == EINTR) {
    }
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return written;
}

// Appends what is there; closes `from` at its end.
void read_into(Descriptor& from, std::string& to, std::size_t at_most) {
  std::array<char, 4096> piece{};
  for (int i = 0; i < kReadsAtOnce && from.open() && to.size() <= at_most; ++i) {
    const ssize_t got = ::read(from.get(), piece.data(), piece.size());
    if (got > 0) {
      to.append(piece.data(), static_cast<std::size_t>(got));
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
      from.close();
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds{0}, kBetweenLooksAtStop).count());
}

}  // namespace

void Descriptor::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& folder) {
  Pipe in = open_pipe(), out = open_pipe(), error = open_pipe();
  SpawnTerms terms;
  for (const auto& [end, stream] : {std::pair{&in.read_end, STDIN_FILENO}, std::pair{&out.write_end, STDOUT_FILENO},
                                    std::pair{&error.write_end, STDERR_FILENO}})
    check(::posix_spawn_file_actions_adddup2(&terms.actions, end->get(), stream), "cannot start a process");
  if (!folder.empty())
    check(::posix_spawn_file_actions_addchdir_np(&terms.actions, folder.c_str()), "cannot start a process");
  sigset_t none, as_usual;
  sigemptyset(&none);
  sigemptyset(&as_usual);
  sigaddset(&as_usual, SIGPIPE);
  check(::posix_spawnattr_setsigmask(&terms.attributes, &none), "cannot start a process");
  check(::posix_spawnattr_setsigdefault(&terms.attributes, &as_usual), "cannot start a process");
  check(::posix_spawnattr_setpgroup(&terms.attributes, 0), "cannot start a process");
  check(::posix_spawnattr_setflags(
            &terms.attributes,
            static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)),
        "cannot start a process");

  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  in_ = std::move(in.write_end);
  out_ = std::move(out.read_end);
  error_ = std::move(error.read_end);
  for (const Descriptor* end : {&in_, &out_, &error_}) never_block(*end);
  check(::posix_spawnp(&pid_, words.front(), &terms.actions, &terms.attributes, words.data(), environ),
        ("cannot start \"" + command.front() + "\"").c_str());
}

ChildProcess::~ChildProcess() {
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool ChildProcess::ended() {
  if (end_.si_pid == pid_) return true;
  siginfo_t seen{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &seen, WEXITED | WNOHANG | WNOWAIT) == 0) {
    if (seen.si_pid == pid_) end_ = seen;
  } else if (errno == ECHILD) {  // the process that hosts us takes no notice of its children, so neither can we
    end_.si_pid = pid_;
    end_.si_code = CLD_EXITED;
  }
  return end_.si_pid == pid_;
}

void ChildProcess::wait_for_end(Duration at_most) {
  for (const auto deadline = Clock::now() + at_most; !ended() && Clock::now() < deadline; hear_error()) {
    pollfd error{error_.get(), POLLIN, 0};
    ::poll(&error, 1, 1);
  }
  hear_error();
}

void ChildProcess::write(std::string_view& rest) {
  const ssize_t written = write_without_signal(in_.get(), rest);
  if (written >= 0) {
    rest.remove_prefix(static_cast<std::size_t>(written));
  } else if (errno != EAGAIN && errno != EINTR) {
    in_.close();  // it does not listen any more; what it has to say is still to be read
  }
}

void ChildProcess::hear() { read_into(out_, heard_, kLongestLine); }

void ChildProcess::hear_error() {
  read_into(error_, error_text_, std::string::npos - 1);
  if (error_text_.size() > kErrorKept) error_text_.erase(0, error_text_.size() - kErrorKept);
}

ChildProcess::Reply ChildProcess::ask(std::string_view line, Duration timeout, const std::stop_token& stop) {
  hear();
  // What it says before it is asked the first time cannot be told from an answer: it depends on who is faster.
  if (std::exchange(asked_, true) && !heard_.empty()) return {Outcome::kUnasked, heard_};
  const std::string question = std::string(line) + '\n';
  std::string_view rest = question;
  const auto deadline = Clock::now() + timeout;
  for (;;) {
    if (stop.stop_requested()) return {Outcome::kStopped, {}};
    const bool writes = in_.open() && !rest.empty();
    std::array<pollfd, 3> files = {pollfd{writes ? in_.get() : -1, POLLOUT, 0}, pollfd{out_.get(), POLLIN, 0},
                                   pollfd{error_.get(), POLLIN, 0}};
    if (::poll(files.data(), files.size(), milliseconds_until(deadline)) < 0 && errno != EINTR)
      fail(errno, "cannot wait for a process");
    if (writes && files[0].revents != 0) write(rest);
    hear();
    hear_error();
    if (const std::size_t end = heard_.find('\n'); end <= kLongestLine) {
      Reply reply{Outcome::kAnswered, heard_.substr(0, end)};
      heard_.erase(0, end + 1);
      return reply;
    }
    if (heard_.size() > kLongestLine) return {Outcome::kTooLong, heard_};
    if (!out_.open()) {
      wait_for_end(std::min(timeout, kToEndAfterLastWord));
      return {Outcome::kEnded, heard_};
    }
    if (Clock::now() >= deadline) return {Outcome::kTimedOut, heard_};
  }
}

ChildProcess::Reply ChildProcess::finish(Duration timeout, const std::stop_token& stop) {
  in_.close();
  for (const auto deadline = Clock::now() + timeout;;) {
    if (stop.stop_requested()) return {Outcome::kStopped, {}};
    const bool over = ended();  // before the last look at what it said
    hear();
    hear_error();
    if (!heard_.empty()) return {Outcome::kUnasked, heard_};
    if (over) return {Outcome::kEnded, {}};
    if (Clock::now() >= deadline) return {Outcome::kTimedOut, {}};
    std::array<pollfd, 2> files = {pollfd{out_.get(), POLLIN, 0}, pollfd{error_.get(), POLLIN, 0}};
    // Its end itself wakes nobody, but mostly follows the end of what it says.
    ::poll(files.data(), files.size(), out_.open() ? 5 : 1);
  }
}

bool ChildProcess::succeeded() { return ended() && end_.si_code == CLD_EXITED && end_.si_status == 0; }

std::string ChildProcess::how_it_ended() {
  if (!ended()) return "closed its standard output";
  if (end_.si_code == CLD_EXITED) return "ended with exit code " + std::to_string(end_.si_status);
  return "was ended by signal " + std::to_string(end_.si_status) + " (" + ::strsignal(end_.si_status) + ")";
}

std::string ChildProcess::last_words() {
  hear_error();
  std::size_t begin = error_text_.size();
  while (begin > 0 && error_text_[begin - 1] == '\n') --begin;
  const std::size_t end = begin;
  for (std::ptrdiff_t lines = 0; begin > 0; --begin)
    if (error_text_[begin - 1] == '\n' && ++lines == kErrorLines) break;
  return error_text_.substr(begin, end - begin);
}

}  // namespace windtunnel::external
