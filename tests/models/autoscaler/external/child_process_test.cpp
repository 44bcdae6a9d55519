#include "models/autoscaler/external/child_process.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <thread>

namespace windtunnel::external {
namespace {

using namespace std::chrono_literals;
using testing::StartsWith;
using Outcome = ChildProcess::Outcome;

const std::stop_token kNoStop{};
constexpr Duration kPlenty = 20s;

std::vector<std::string> shell(const std::string& script) { return {"sh", "-c", script}; }

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

// Whether a process with this number is there, be it only as a zombie.
bool exists(pid_t pid) { return ::kill(pid, 0) == 0; }

// Whether it does more than wait for whoever has inherited it to take notice of its end.
bool runs(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name, state;
  return stat >> number >> name >> state && state != "Z" && state != "X";
}

std::set<int> open_files() {
  std::set<int> out;
  for (int fd = 0; fd < 256; ++fd)
    if (::fcntl(fd, F_GETFD) >= 0) out.insert(fd);
  return out;
}

TEST(ChildProcess, AnswersLineByLine) {
  ChildProcess child(shell(R"(while read line; do echo "you said $line"; done)"), {});
  for (const std::string word : {"a", "b", "c"}) {
    const ChildProcess::Reply reply = child.ask(word, kPlenty, kNoStop);
    EXPECT_EQ(reply.outcome, Outcome::kAnswered);
    EXPECT_EQ(reply.text, "you said " + word);
  }
  EXPECT_EQ(child.finish(kPlenty, kNoStop).outcome, Outcome::kEnded);
  EXPECT_TRUE(child.succeeded());
}

TEST(ChildProcess, RunsInItsFolder) {
  const auto folder = std::filesystem::canonical(std::filesystem::temp_directory_path());
  ChildProcess child(shell("read line; pwd -P"), folder);
  EXPECT_EQ(child.ask("", kPlenty, kNoStop).text, folder.string());
}

TEST(ChildProcess, TakesWordsAsTheyAre) {
  ChildProcess child({"sh", "-c", R"(read line; printf '%s\n' "$1")", "sh", "a  b; $HOME 'c'"}, {});
  EXPECT_EQ(child.ask("", kPlenty, kNoStop).text, "a  b; $HOME 'c'");
}

TEST(ChildProcess, TakesALineThatNoPipeHoldsAtOnce) {
  const std::string line(3'000'000, 'x');
  ChildProcess child({"python3", "-c", "import sys\nprint(len(sys.stdin.readline()), flush=True)"}, {});
  EXPECT_EQ(child.ask(line, kPlenty, kNoStop).text, "3000001");
}

TEST(ChildProcess, CannotBeWhatIsNotThere) {
  try {
    ChildProcess child({"no-such-program-anywhere"}, {});
    FAIL() << "it has started";
  } catch (const std::system_error& error) {
    EXPECT_THAT(error.what(), StartsWith("cannot start \"no-such-program-anywhere\": No such file"));
  }
  EXPECT_THROW(ChildProcess(shell("true"), "/no/such/folder"), std::system_error);
}

TEST(ChildProcess, SaysHowItEnded) {
  const std::vector<std::pair<std::string, std::string>> ends = {
      {"exit 7", "ended with exit code 7"},
      {"read line; exit 0", "ended with exit code 0"},
      {"read line; kill -SEGV $$", "was ended by signal 11 (Segmentation fault)"},
      {"exec 1>&-; sleep 100", "closed its standard output"},
  };
  for (const auto& [script, end] : ends) {
    ChildProcess child(shell(script), {});
    EXPECT_EQ(child.ask("question", kPlenty, kNoStop).outcome, Outcome::kEnded) << script;
    EXPECT_EQ(child.how_it_ended(), end);
    EXPECT_EQ(child.succeeded(), end.ends_with("code 0"));
  }
}

TEST(ChildProcess, ThatDoesNotListenEndsNobodyElse) {
  ChildProcess child(shell("exec 0<&-; echo first; read line; sleep 0.2"), {});
  EXPECT_EQ(child.ask("question", kPlenty, kNoStop).text, "first");
  std::this_thread::sleep_for(50ms);  // until its end of the pipe is closed
  EXPECT_EQ(child.ask(std::string(100'000, 'x'), kPlenty, kNoStop).outcome, Outcome::kEnded) << "and no SIGPIPE";
}

TEST(ChildProcess, IsWaitedForNoLongerThanTold) {
  ChildProcess child(shell("printf half; sleep 100"), {});
  const auto begun = std::chrono::steady_clock::now();
  const ChildProcess::Reply reply = child.ask("question", 1s, kNoStop);
  EXPECT_EQ(reply.outcome, Outcome::kTimedOut);
  EXPECT_EQ(reply.text, "half");
  EXPECT_GE(seconds_since(begun), 1);
  EXPECT_LT(seconds_since(begun), 10);
}

TEST(ChildProcess, IsNotWaitedForOnceTheRunIsToStop) {
  std::stop_source source;
  ChildProcess child(shell("sleep 100"), {});
  std::thread stops([&] {
    std::this_thread::sleep_for(100ms);
    source.request_stop();
  });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(child.ask("question", 60s, source.get_token()).outcome, Outcome::kStopped);
  EXPECT_LT(seconds_since(begun), 20);
  stops.join();
}

TEST(ChildProcess, MayNotSayMoreThanALineHolds) {
  const auto prints = [](std::size_t n) {
    return std::vector<std::string>{"python3", "-c", "print('x' * " + std::to_string(n) + ")"};
  };
  ChildProcess fits(prints(ChildProcess::kLongestLine), {});
  EXPECT_EQ(fits.ask("", kPlenty, kNoStop).text.size(), ChildProcess::kLongestLine);
  ChildProcess longer(prints(ChildProcess::kLongestLine + 1), {});
  EXPECT_EQ(longer.ask("", kPlenty, kNoStop).outcome, Outcome::kTooLong);
  ChildProcess endless({"sh", "-c", "tr '\\0' x < /dev/zero"}, {});
  EXPECT_EQ(endless.ask("", kPlenty, kNoStop).outcome, Outcome::kTooLong);
}

TEST(ChildProcess, MayNotSpeakBeforeItIsAsked) {
  ChildProcess child(shell("read line; printf 'answer\\nmore\\n'; read line"), {});
  EXPECT_EQ(child.ask("question", kPlenty, kNoStop).text, "answer");
  const ChildProcess::Reply reply = child.ask("question", kPlenty, kNoStop);
  EXPECT_EQ(reply.outcome, Outcome::kUnasked);
  EXPECT_EQ(reply.text, "more\n");
}

TEST(ChildProcess, MayNotSpeakAtItsEnd) {
  ChildProcess child(shell("read line; echo answer; read line; echo bye"), {});
  EXPECT_EQ(child.ask("question", kPlenty, kNoStop).text, "answer");
  const ChildProcess::Reply reply = child.finish(kPlenty, kNoStop);
  EXPECT_EQ(reply.outcome, Outcome::kUnasked);
  EXPECT_THAT(reply.text, StartsWith("bye"));
}

TEST(ChildProcess, HasToEndWhenItsInputDoes) {
  ChildProcess child(shell("read line; echo answer; sleep 100"), {});
  EXPECT_EQ(child.ask("question", kPlenty, kNoStop).text, "answer");
  EXPECT_EQ(child.finish(200ms, kNoStop).outcome, Outcome::kTimedOut);
}

TEST(ChildProcess, LeavesItsLastWords) {
  ChildProcess child(shell("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i >&2; done; exit 3"), {});
  EXPECT_EQ(child.ask("question", kPlenty, kNoStop).outcome, Outcome::kEnded);
  EXPECT_EQ(child.last_words(), "line 3\nline 4\nline 5\nline 6\nline 7\nline 8\nline 9\nline 10\nline 11\nline 12");
}

TEST(ChildProcess, MayWriteAsMuchOnStandardErrorAsItLikes) {
  ChildProcess child({"python3", "-c",
                      "import sys\n"
                      "for line in sys.stdin:\n"
                      "  sys.stderr.write('noise\\n' * 500000 + 'the last of it\\n')\n"
                      "  print('answer', flush=True)\n"},
                     {});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(child.ask("question", kPlenty, kNoStop).text, "answer");
  EXPECT_EQ(child.finish(kPlenty, kNoStop).outcome, Outcome::kEnded);
  EXPECT_THAT(child.last_words(), testing::EndsWith("noise\nthe last of it"));
  EXPECT_LE(child.last_words().size(), 4096U);
}

TEST(ChildProcess, IsGoneWithItsChildrenAndItsFilesWhenNobodyNeedsIt) {
  const std::set<int> before = open_files();
  pid_t own = 0, grandchild = 0;
  {
    // Neither of them heeds anything but SIGKILL.
    ChildProcess child(shell("trap '' TERM INT HUP; sleep 1000 & echo $$ $!; wait; wait"), {});
    const ChildProcess::Reply reply = child.ask("question", kPlenty, kNoStop);
    ASSERT_EQ(std::sscanf(reply.text.c_str(), "%d %d", &own, &grandchild), 2) << reply.text;
    EXPECT_TRUE(runs(own) && runs(grandchild));
    EXPECT_NE(::getpgid(own), ::getpgrp()) << "a terminal's Ctrl-C is not for it";
  }
  EXPECT_FALSE(exists(own));
  EXPECT_EQ(::waitpid(own, nullptr, WNOHANG), -1) << "it was reaped";
  for (int i = 0; i < 500 && runs(grandchild); ++i) std::this_thread::sleep_for(10ms);
  EXPECT_FALSE(runs(grandchild));
  EXPECT_EQ(open_files(), before);
}

TEST(ChildProcess, LeavesNoFileToTheChildrenOfOthers) {
  const std::set<int> before = open_files();
  ChildProcess child(shell("read line"), {});
  std::size_t own = 0;
  for (const int fd : open_files()) {
    if (before.contains(fd)) continue;
    ++own;
    EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_EQ(own, 3U);
}

TEST(ChildProcess, StartsWhereTheStandardStreamsAreClosed) {
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    for (int fd = 0; fd < 3; ++fd) ::close(fd);
    ChildProcess child(shell(R"(read line; echo "$line"; echo noise >&2)"), {});
    const bool right = child.ask("question", kPlenty, kNoStop).text == "question" &&
                       child.finish(kPlenty, kNoStop).outcome == Outcome::kEnded && child.last_words() == "noise";
    ::_exit(right ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(ChildProcess, MeetsSignalsAsAProgramFromAShellDoes) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);  // as in a Python process
  sigset_t blocked, mask;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &mask);
  {
    ChildProcess child(shell("exec 2>&1; kill -PIPE $$; echo here"), {});
    EXPECT_EQ(child.ask("question", kPlenty, kNoStop).outcome, Outcome::kEnded);
    EXPECT_THAT(child.how_it_ended(), StartsWith("was ended by signal 13"));
    ChildProcess other(shell("kill -TERM $$; echo here"), {});
    EXPECT_EQ(other.ask("question", kPlenty, kNoStop).outcome, Outcome::kEnded);
    EXPECT_THAT(other.how_it_ended(), StartsWith("was ended by signal 15"));
  }
  ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  std::signal(SIGPIPE, before);
}

}  // namespace
}  // namespace windtunnel::external
