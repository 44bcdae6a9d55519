#include "models/autoscaler/external/protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "models/scenario/json_document.hpp"

namespace windtunnel::external {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::string> keys(const JsonNode& object) {
  std::vector<std::string> out;
  for (const JsonNode::Key& key : object.keys) out.push_back(key.text);
  return out;
}

std::string text(const JsonNode& object, std::string_view key) {
  const JsonNode* found = object.find(key);
  return found == nullptr ? "missing" : print_json_line(*found);
}

// The keys are the contract of docs/guides/own-policy.md.
TEST(ExternalProtocol, GreetsWithWhatThePolicyIsFor) {
  Greeting greeting;
  greeting.service = "shop \"a\"\n";
  greeting.replication = 3;
  greeting.seed = (1ULL << 53U) - 1;
  greeting.sync_period = 1500ms;
  greeting.limits = {.min_replicas = 2, .max_replicas = 9};
  greeting.metrics = {"load", "p99"};
  const std::string line = greeting_line(greeting);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const JsonNode root = parse_json(line).root;
  EXPECT_THAT(keys(root), ElementsAre("windtunnel_policy", "service", "replication", "seed", "sync_period_s",
                                      "min_replicas", "max_replicas", "metrics"));
  EXPECT_EQ(text(root, "windtunnel_policy"), "1");
  EXPECT_EQ(root.find("service")->text, greeting.service);
  EXPECT_EQ(text(root, "replication"), "3");
  EXPECT_EQ(text(root, "seed"), "9007199254740991");
  EXPECT_EQ(text(root, "sync_period_s"), "1.5");
  EXPECT_EQ(text(root, "min_replicas"), "2");
  EXPECT_EQ(text(root, "max_replicas"), "9");
  EXPECT_EQ(text(root, "metrics"), R"(["load", "p99"])");
}

TEST(ExternalProtocol, AsksWithEverythingThatAControlLoopMaySee) {
  InstanceSignal ready, starting;
  ready.id = 4;
  ready.state = InstanceSignal::State::kReady;
  ready.created = 40s;
  ready.placed = 41s;
  ready.running_since = 45s;
  ready.ready_since = 70s;
  ready.cpu_seconds = 1.25;
  ready.memory_bytes = 1e8;
  ready.arrived = 90;
  ready.outstanding = 3;
  ready.outstanding_seconds = 7.5;
  starting.id = 7;
  starting.created = 80s;
  const std::vector<InstanceSignal> instances = {ready, starting};
  ServiceSignal signal;
  signal.now = 90s;
  signal.measured_from = 60s;
  signal.utc = 1000s;
  signal.mean_startup = 20s;
  signal.spec_replicas = 2;
  signal.cpu_request_cores = 0.5;
  signal.instances = instances;
  signal.cpu_seconds = 2;
  signal.arrived = 100;
  signal.completed = 92;
  signal.failed = 1;
  signal.outstanding = 7;
  signal.outstanding_seconds = 30;
  signal.waiting = 4;
  signal.waiting_seconds = 12;
  signal.unplaced = 2;
  const std::string line = question_line(
      6, signal, {{"load", 3.5}, {"none", std::nullopt}, {"odd", std::numeric_limits<double>::infinity()}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(
      line,
      R"({ "tick": 6, "time_s": 30, "unix_time_s": 1000, "replicas": 2, "ready": 1, )"
      R"("metrics": { "load": 3.5, "none": null, "odd": null }, "arrived": 100, "completed": 92, "failed": 1, )"
      R"("outstanding": 7, "outstanding_seconds": 30, "waiting": 4, "waiting_seconds": 12, "unplaced": 2, )"
      R"("cpu_seconds": 2, "cpu_request_cores": 0.5, "memory_request_bytes": null, "mean_startup_s": 20, "instances": [)"
      R"({ "id": 4, "state": "ready", "created_s": -20, "placed_s": -19, "running_since_s": -15, "ready_since_s": 10, )"
      R"("cpu_seconds": 1.25, "memory_bytes": 100000000, "arrived": 90, "outstanding": 3, "outstanding_seconds": 7.5 }, )"
      R"({ "id": 7, "state": "starting", "created_s": 20, "placed_s": null, "running_since_s": null, )"
      R"("ready_since_s": null, "cpu_seconds": 0, "memory_bytes": null, "arrived": 0, "outstanding": 0, )"
      R"("outstanding_seconds": 0 }] })");
}

TEST(ExternalProtocol, TakesAnAnswerWithAllItMayHave) {
  Answer answer;
  EXPECT_EQ(read_answer(R"({"tick": 2, "replicas": 7, "reason": "naïve", "inputs": {"a": 0.5, "b": -1}})", 2, answer),
            "");
  EXPECT_EQ(answer.replicas, 7);
  EXPECT_EQ(answer.reason, "naïve");
  EXPECT_THAT(answer.inputs, ElementsAre(Pair("a", 0.5), Pair("b", -1)));
}

TEST(ExternalProtocol, TakesAWholeNumberHoweverItIsSpelled) {
  for (const char* spelled : {"4", "4.0", "4e0", "0.4e1"}) {
    Answer answer;
    EXPECT_EQ(read_answer("{\"replicas\": " + std::string(spelled) + "}", 1, answer), "");
    EXPECT_EQ(answer.replicas, 4);
  }
}

TEST(ExternalProtocol, SaysWhatIsWrongWithAnAnswer) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"", "this is not JSON"},
      {"five", "this is not JSON"},
      {R"({"replicas": 3)", "this is not JSON"},
      {R"({"replicas": 3} {"replicas": 4})", "this is not JSON"},
      {"\xff\xfe", "this is not JSON"},
      {"5", "it is no JSON object"},
      {R"([{"replicas": 3}])", "it is no JSON object"},
      {"{}", "replicas is missing"},
      {R"({"reason": "none"})", "replicas is missing"},
      {R"({"replicas": -1})", "replicas is -1, no whole number from 0 up"},
      {R"({"replicas": 2.5})", "replicas is 2.5, no whole number from 0 up"},
      {R"({"replicas": 1e300})", "replicas is 1e300, no whole number from 0 up"},
      {R"({"replicas": "3"})", "replicas is \"3\", no whole number from 0 up"},
      {R"({"replicas": null})", "replicas is null, no whole number from 0 up"},
      {R"({"replicas": true})", "replicas is true, no whole number from 0 up"},
      {R"({"replicas": 3, "replicas": 4})", "replicas"},
      {R"({"replica": 3})", "unknown key \"replica\""},
      {R"({"replicas": 3, "tick": 8})", "it answers tick 8, and this is tick 9"},
      {R"({"replicas": 3, "tick": "9"})", "it answers tick \"9\""},
      {R"({"replicas": 3, "reason": 4})", "reason is no text: 4"},
      {R"({"replicas": 3, "reason": "two\nlines"})", "reason is no line of printable text"},
      {R"({"replicas": 3, "reason": "\u001b[31mred"})", "reason is no line of printable text"},
      {R"({"replicas": 3, "inputs": [1]})", "inputs is no object of numbers: [1]"},
      {R"({"replicas": 3, "inputs": {"a": "b"}})", "inputs holds \"a\": \"b\", which is no number"},
  };
  for (const auto& [line, problem] : wrong) {
    Answer answer;
    EXPECT_THAT(read_answer(line, 9, answer), HasSubstr(problem)) << line;
  }
}

TEST(ExternalProtocol, SpeaksOneVersion) {
  EXPECT_EQ(read_greeting_answer(R"({"windtunnel_policy": 1})"), "");
  EXPECT_THAT(read_greeting_answer(R"({"windtunnel_policy": 2})"), HasSubstr("windtunnel_policy is 2"));
  EXPECT_THAT(read_greeting_answer("{}"), HasSubstr("windtunnel_policy is missing"));
  EXPECT_THAT(read_greeting_answer(R"({"replicas": 3})"), HasSubstr("unknown key \"replicas\""));
  EXPECT_THAT(read_greeting_answer("hello"), HasSubstr("this is not JSON"));
}

TEST(ExternalProtocol, ShowsForeignBytesWithoutLettingThemAct) {
  EXPECT_EQ(shown("plain é 漢 🙂\nnext"), "plain é 漢 🙂\nnext");
  EXPECT_EQ(shown("\x1b[2J\t\x7f"), "\\x1b[2J\\x09\\x7f");
  EXPECT_EQ(shown("\xc3("), "\\xc3(");                  // cut off in the middle
  EXPECT_EQ(shown("\xc0\x80"), "\\xc0\\x80");           // longer than need be
  EXPECT_EQ(shown("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // half of a surrogate pair
  EXPECT_EQ(shown("\xc2\x9b"), "\\xc2\\x9b");           // a control sequence in one character
  EXPECT_EQ(shown("abcdefgh", 3), "abc... (8 bytes in all)");
}

}  // namespace
}  // namespace windtunnel::external
