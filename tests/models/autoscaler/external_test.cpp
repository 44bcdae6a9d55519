#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "models/scenario/json_document.hpp"
#include "tests/models/autoscaler/own_policies.hpp"
#include "tests/models/replication/flight.hpp"
#include "tests/places.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using test::Controlled;
using test::Fields;
using test::Found;
using test::Items;
using test::Literal;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

const fs::path kExample = test::source_dir() / "docs/guides/own-policy";

// Greets and then does this with each line.
std::string python(const std::string& body) {
  return "import json, sys, time\n"
         "greeting = json.loads(sys.stdin.readline())\n"
         "print('{\"windtunnel_policy\": 1}', flush=True)\n"
         "for line in sys.stdin:\n"
         "  question = json.loads(line)\n"
         "  " +
         body + "\n";
}
// The same in a language that starts faster than a timeout of a second.
Literal in_shell(const std::string& body) {
  return Items{"sh", "-c", "read greeting; echo '{\"windtunnel_policy\": 1}'; " + body};
}
Fields external(const std::string& program, Fields more = {}) {
  Fields fields = {{"command", Items{"python3", "-c", program}}, {"max_replicas", 20}};
  for (auto& field : more) fields.push_back(std::move(field));
  return fields;
}

// A fleet of four under a policy that knows its run.
Controlled controlled(const Fields& fields, std::uint64_t seed = 1, std::uint64_t replication = 0) {
  auto policy = test::chosen<AutoscalerParams>("external", fields)->make();
  policy->run_begins({"shop", Streams{seed, replication}, {}});
  return {std::move(policy), 4};
}

std::string message(const std::function<void()>& what) {
  try {
    what();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

std::string failure(const std::string& body, Fields more = {}) {
  return message([&] { controlled(external(python(body), std::move(more))).run(1min); });
}

TEST(External, DoesWhatTheAnswerSays) {
  Controlled fleet = controlled(external(
      python(
          R"(print(json.dumps({"replicas": question["replicas"] + 2, "reason": "more", "inputs": {"x": 1.5}}), flush=True))"),
      {{"sync_period", Duration{30s}}}));
  fleet.run(1min);
  EXPECT_THAT(fleet.changes, ElementsAre(Pair(Time{30s}, 6), Pair(Time{60s}, 8)));
  EXPECT_EQ(fleet.last.sentence, "6 -> 8: more");
  EXPECT_THAT(fleet.last.inputs, ElementsAre(Pair("current_replicas", 6), Pair("desired", 8),
                                             Pair("raw_recommendation", 8), Pair("ready", 6), Pair("x", 1.5)));
}

TEST(External, IsHeldWithinTheLimits) {
  Controlled fleet = controlled(external(python(R"(print('{"replicas": 1000000}', flush=True))")));
  fleet.run(15s);
  EXPECT_EQ(fleet.replicas(), 20);
  EXPECT_EQ(fleet.last.sentence, "4 -> 20: the policy wants 1000000; limited by max_replicas");
  EXPECT_EQ(fleet.last.inputs.at("raw_recommendation"), 1'000'000);
}

TEST(External, IsToldTheMetricsByItsOwnNames) {
  Controlled fleet = controlled(external(
      python(
          R"(print(json.dumps({"replicas": 4, "inputs": {"seen " + k: v for k, v in question["metrics"].items() if v is not None}}), flush=True))"),
      {{"metrics", Fields{{"load", Fields{{"metric", "concurrency"}, {"window", Duration{30s}}}},
                          {"each", Fields{{"metric", "concurrency"}, {"per_instance", true}}},
                          {"p99", Fields{{"metric", "latency"}, {"quantile", Share{0.5}}}},
                          {"orders", Fields{{"metric", "orders"}, {"window", Duration{0s}}}}}}}));
  fleet.service.load.outstanding = 3;
  fleet.service.named = {7};
  fleet.run(2min);
  EXPECT_EQ(fleet.last.inputs.at("seen load"), 12) << "four instances with three requests each";
  EXPECT_EQ(fleet.last.inputs.at("load"), 12);
  EXPECT_EQ(fleet.last.inputs.at("seen each"), 3);
  EXPECT_EQ(fleet.last.inputs.at("seen orders"), 7);
  EXPECT_FALSE(fleet.last.inputs.contains("seen p99")) << "no request has completed";
  EXPECT_FALSE(fleet.last.inputs.contains("p99"));
}

TEST(External, GetsASeedOfItsServiceAndReplication) {
  const auto seed = [](std::uint64_t run, std::uint64_t replication) {
    Controlled fleet = controlled(
        external(python(
            R"(print(json.dumps({"replicas": 4, "inputs": {"seed": greeting["seed"], "n": greeting["replication"]}}), flush=True))")),
        run, replication);
    fleet.run(15s);
    EXPECT_EQ(fleet.last.inputs.at("n"), static_cast<double>(replication));
    return fleet.last.inputs.at("seed");
  };
  // The stream can be redrawn elsewhere (sim/random/stream.hpp); its first word without the last eleven bits.
  EXPECT_EQ(seed(1, 0), static_cast<double>(Stream(1, "shop/autoscaler", 0).next() >> 11U));
  EXPECT_EQ(seed(1, 0), seed(1, 0));
  EXPECT_NE(seed(1, 0), seed(1, 1));
  EXPECT_NE(seed(1, 0), seed(2, 0));
}

TEST(External, GoesToZeroWhereItsLimitsLetIt) {
  Controlled fleet = controlled(external(python(R"(print('{"replicas": 0}', flush=True))"), {{"min_replicas", 0}}));
  fleet.run(15s);
  EXPECT_EQ(fleet.replicas(), 0);
  EXPECT_EQ(fleet.last.sentence, "4 -> 0: the policy wants 0");
}

TEST(External, ThatAnswersWronglyFailsTheRun) {
  const std::string said =
      failure(R"(sys.stderr.write("I think\n"); sys.stderr.flush(); print('{"replicas": -3}', flush=True))");
  EXPECT_THAT(said, StartsWith("the external policy of service \"shop\" (python3 -c import json, sys, time"));
  EXPECT_THAT(said,
              HasSubstr(", replication 0) failed at 15s: it gave a wrong answer: replicas is -3, no whole number"));
  EXPECT_THAT(said, HasSubstr("\n  asked: { \"tick\": 1, \"time_s\": 15,"));
  EXPECT_THAT(said, HasSubstr("\n  got: {\"replicas\": -3}"));
  EXPECT_THAT(said, HasSubstr("\n  its last words on standard error:\nI think"));

  EXPECT_THAT(failure("print('five', flush=True)"), HasSubstr("it gave a wrong answer: this is not JSON"));
  EXPECT_THAT(failure("print('{}', flush=True)"), HasSubstr("replicas is missing"));
  EXPECT_THAT(failure(R"(print('{"replicas": 4, "inputs": {"desired": 1}}', flush=True))"),
              HasSubstr("an input may not be called \"desired\""));
  EXPECT_THAT(failure(R"(print('{"replicas": 4, "inputs": {"load": 1}}', flush=True))",
                      {{"metrics", Fields{{"load", Fields{{"metric", "concurrency"}}}}}}),
              HasSubstr("an input may not be called \"load\""));
  EXPECT_THAT(failure("print('x' * 1000000, flush=True)"), HasSubstr("gave an answer of more than 65536 bytes"));
  EXPECT_THAT(failure(R"(print('\x1b[2J', flush=True))"), AllOf(HasSubstr("got: \\x1b[2J"), Not(HasSubstr("\x1b"))));
}

TEST(External, ThatCrashesFailsTheRun) {
  EXPECT_THAT(failure(R"(raise KeyError("replica"))"),
              AllOf(HasSubstr("failed at 15s: it ended with exit code 1 instead of answering"),
                    HasSubstr("Traceback (most recent call last)"), HasSubstr("KeyError: 'replica'")));
  EXPECT_THAT(failure("sys.exit(0)"), HasSubstr("it ended with exit code 0 instead of answering"));
  EXPECT_THAT(failure("import os; os.abort()"), HasSubstr("it was ended by signal 6"));
}

TEST(External, ThatHangsFailsTheRun) {
  const std::string said = message([] {
    controlled({{"command", in_shell("while read question; do sleep 1000; done")},
                {"max_replicas", 20},
                {"timeout", Duration{1s}}})
        .run(1min);
  });
  EXPECT_THAT(said, HasSubstr("failed at 15s: it did not answer within 1s"));
}

TEST(External, HasToGreetBack) {
  const auto start = [](const std::string& program) { return message([&] { controlled(external(program)); }); };
  EXPECT_THAT(start("print('{\"windtunnel_policy\": 9}', flush=True); input(); input()"),
              AllOf(HasSubstr("failed at its start: it gave a wrong answer to the greeting: windtunnel_policy is 9"),
                    HasSubstr("asked: { \"windtunnel_policy\": 1, \"service\": \"shop\"")));
  EXPECT_THAT(start("1 / 0"), AllOf(HasSubstr("failed at its start: it ended with exit code 1 instead of answering"),
                                    HasSubstr("ZeroDivisionError")));
  const std::string missing = message([] { controlled({{"command", Items{"no-such-program"}}, {"max_replicas", 2}}); });
  EXPECT_THAT(missing, HasSubstr("failed at its start: cannot start \"no-such-program\": No such file"));
}

// --- in the simulator

std::string scenario(const std::string& program, const std::string& more = "") {
  return R"({"windtunnel": 1, "name": "own", "horizon": "3m", "warmup": "1m",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "20/s"}}],
    "services": {"s": {"replicas": 2, "startup": [{"phase": "boot", "time": "5s"}],
      "instance": {"runtime": {"type": "worker_pool", "workers": 4}},
      "work": {"default": [{"io": {"type": "exponential", "mean": "50ms"}}]},
      "autoscaler": {"type": "external", "max_replicas": 9, "command": ["python3", "-c", )" +
         print_json_line(JsonNode::of(program)) + "]" + more + "}}}}";
}

TEST(External, ActsInTheSimulatorOnWhatItIsTold) {
  const test::Flight flight = test::fly(scenario(python(
      R"(print(json.dumps({"replicas": 3 if question["time_s"] < 60 else 5, "inputs": {
    "arrived": question["arrived"], "ended": question["completed"] + question["failed"],
    "outstanding": question["outstanding"], "listed": len(question["instances"]),
    "in_instances": sum(i["outstanding"] for i in question["instances"]),
    "given": sum(i["arrived"] for i in question["instances"])}}), flush=True))")));
  const std::vector<Decision> changed = flight.changes();
  ASSERT_EQ(changed.size(), 2U);
  const Decision& first = changed[0];
  EXPECT_EQ(first.time_s, -45) << "the first question, 15 s into a warm-up of 60 s";
  EXPECT_EQ(first.sentence, "2 -> 3: the policy wants 3");
  const Decision& second = changed[1];
  EXPECT_EQ(second.time_s, 60);
  ASSERT_TRUE(second.scaling);
  EXPECT_EQ(second.scaling->how.recommendation, 5);
  EXPECT_EQ(second.sentence, "3 -> 5: the policy wants 5");
  EXPECT_EQ(second.inputs.at("listed"), 3);
  EXPECT_EQ(second.inputs.at("ended") + second.inputs.at("outstanding"), second.inputs.at("arrived"));
  EXPECT_EQ(second.inputs.at("in_instances"), second.inputs.at("outstanding"));
  EXPECT_EQ(second.inputs.at("given"), second.inputs.at("arrived"));
  // 120 s at 20/s, give or take six standard deviations of a Poisson count.
  EXPECT_NEAR(second.inputs.at("arrived"), 2400, 6 * 49);
  EXPECT_EQ(flight.figure("s.replicas.max"), 5);
}

TEST(External, GivesTheSameBytesWithOneThreadAndTwo) {
  const Scenario read = test::scenario_of(scenario(
      "import random\n" +
      python(
          R"(r = globals().setdefault("r", random.Random(greeting["seed"])); print(json.dumps({"replicas": r.randrange(1, 9)}), flush=True))")));
  const auto fly = [&](unsigned threads) {
    RunOptions options;
    options.replications = 4;
    options.threads = threads;
    return run(read, options);
  };
  const Result one = fly(1), two = fly(2);
  EXPECT_EQ(test::digest(one), test::digest(two));
  EXPECT_GT((test::Flight{one, {}}.changes()).size(), 5U);
  const std::vector<double>& replicas = one.find_metric("s.replicas.mean")->values;
  EXPECT_NE(replicas[0], replicas[1]) << "each replication has a seed of its own";
}

TEST(External, FailsTheRunIfItsEndIsWrong) {
  const auto end_of = [](const std::string& last) {
    return message([&] { test::fly(scenario(python(R"(print('{"replicas": 2}', flush=True))") + last)); });
  };
  EXPECT_EQ(end_of(""), "nothing was thrown");
  EXPECT_THAT(end_of("sys.exit(4)\n"), HasSubstr("failed after its last answer: it ended with exit code 4"));
  EXPECT_THAT(end_of("print('bye')\n"),
              AllOf(HasSubstr("failed after its last answer: it said something that nobody had asked for"),
                    HasSubstr("got: bye")));
  const auto stays = test::chosen<AutoscalerParams>("external", {{"command", in_shell("cat > /dev/null; sleep 1000")},
                                                                 {"max_replicas", 2},
                                                                 {"timeout", Duration{1s}}})
                         ->make();
  stays->run_begins({"shop", {}, {}});
  EXPECT_THAT(message([&] { stays->run_ends(); }), HasSubstr("did not end within 1s of the end of its standard input"));
}

TEST(External, WakesUpForTheFirstRequestAfterNone) {
  const auto fly = [](const std::string& answer) {
    return test::fly(R"({"windtunnel": 1, "name": "own", "horizon": "10m",
      "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "steps", "spacing": "even", "steps": [
        {"at": "0s", "rate": "0/s"}, {"at": "5m", "rate": "1/s"}]}}],
      "services": {"s": {"replicas": 1, "when_none_ready": "wait", "startup": [{"phase": "boot", "time": "3s"}],
        "instance": {"runtime": {"type": "worker_pool", "workers": 4}}, "work": {"default": [{"io": "10ms"}]},
        "autoscaler": {"type": "external", "min_replicas": 0, "max_replicas": 3, "command": ["python3", "-c", )" +
                     print_json_line(JsonNode::of(python(answer))) + "]}}}}");
  };
  const test::Flight told = fly(
      R"(print(json.dumps({"replicas": 1 if question["outstanding"] else 0, "reason": str(question["unplaced"])}), flush=True))");
  ASSERT_GE(told.changes().size(), 2U);
  EXPECT_EQ(told.changes()[0].sentence, "1 -> 0: 0");
  EXPECT_EQ(told.changes()[1].sentence, "0 -> 1: 1") << "asked as the request came, and told that it waits";
  EXPECT_NEAR(told.figure("s.latency.max"), 3.01, 1e-6);

  const test::Flight stubborn = fly(R"(print('{"replicas": 0}', flush=True))");
  ASSERT_GE(stubborn.changes().size(), 2U);
  EXPECT_EQ(stubborn.changes()[1].sentence, "0 -> 1: requests wait for an instance");
}

TEST(External, MayDecideWithinAScheduleAndBesideAForecast) {
  const std::string own = R"({"type": "external", "max_replicas": 9, "command": ["python3", "-c", )" +
                          print_json_line(JsonNode::of(python(R"(print('{"replicas": 7}', flush=True))"))) + "]}";
  const auto max_with = [&](const std::string& autoscaler) {
    return test::fly(R"({"windtunnel": 1, "name": "own", "horizon": "5m",
      "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "5/s"}}],
      "services": {"s": {"replicas": 1, "work": {"default": [{"io": "10ms"}]},
        "instance": {"runtime": {"type": "worker_pool", "workers": 4}, "resources": {"requests": {"cpu": "1"}}},
        "autoscaler": )" +
                     autoscaler + "}}}")
        .figure("s.replicas.max");
  };
  EXPECT_EQ(max_with(R"({"type": "scheduled", "max_replicas": 5, "policy": )" + own +
                     R"(, "windows": [{"start": "0 3 * * *", "for": "1h", "min_replicas": 2}]})"),
            5);
  EXPECT_EQ(
      max_with(R"({"type": "predictive", "max_replicas": 9, "forecast": {"type": "naive"}, "reactive": )" + own + "}"),
      7);
}

TEST(External, StopsWithTheRunAlthoughItHangs) {
  const Scenario read = test::scenario_of(scenario(python("time.sleep(1000)"), R"(, "timeout": "10m")"));
  std::stop_source source;
  std::thread stops([&] {
    std::this_thread::sleep_for(500ms);
    source.request_stop();
  });
  RunOptions options;
  options.stop = source.get_token();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_THROW(run(read, options), Interrupted);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 60s);
  stops.join();
}

// --- reading

std::string refused(const std::string& autoscaler) {
  try {
    test::scenario_of(R"({"windtunnel": 1, "name": "own", "horizon": "1m",
      "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "5/s"}}],
      "services": {"s": {"instance": {"runtime": {"type": "worker_pool", "workers": 4}},
        "work": {"default": [{"io": "10ms"}]}, "autoscaler": {"type": "external", )" +
                      autoscaler + "}}}}");
  } catch (const ConfigError& error) {
    std::string all;
    for (const Issue& issue : error.issues()) all += issue.text() + "\n";
    return all;
  }
  return "it was read";
}

TEST(External, IsRefusedWhereItCannotBe) {
  EXPECT_EQ(refused(R"("max_replicas": 2, "command": ["python3"])"), "it was read") << "and nothing was started";
  EXPECT_THAT(refused(R"("max_replicas": 2)"), HasSubstr("command"));
  EXPECT_THAT(refused(R"("max_replicas": 2, "command": [])"), HasSubstr("/command: needs a program to start"));
  EXPECT_THAT(refused(R"("max_replicas": 2, "command": ["no-such-program"])"),
              HasSubstr("/command/0: there is no program \"no-such-program\" on the PATH"));
  EXPECT_THAT(refused(R"("max_replicas": 2, "command": ["./no-such-program"])"),
              HasSubstr("/command/0: there is no program \"./no-such-program\", seen from the scenario's folder"));
  EXPECT_THAT(refused(R"("max_replicas": 2, "command": ["sh"], "metrics": {"ready": {"metric": "concurrency"}})"),
              HasSubstr("/metrics/ready: is the name of something"));
  EXPECT_THAT(refused(R"("max_replicas": 2, "command": ["sh"], "metrics": {"a": {"metric": "cpu_utilisation"}})"),
              HasSubstr("cpu_utilisation"));
  EXPECT_THAT(refused(R"("max_replicas": 2, "command": ["sh"], "metrics": {"a": {"metric": "cpu_utilization"}})"),
              HasSubstr("external computes utilization relative to the request"));
  EXPECT_THAT(refused(R"("max_replicas": 2, "command": ["sh"],
                         "metrics": {"a": {"metric": "latency", "per_instance": true}})"),
              HasSubstr("/metrics/a/per_instance: latency is no figure of which each instance takes a part"));
  EXPECT_THAT(refused(R"("max_replicas": 2, "command": ["sh"],
                         "metrics": {"a": {"metric": "request_rate", "quantile": 0.5}})"),
              HasSubstr("/metrics/a/quantile: is for a latency"));
}

// --- the examples of docs/guides/own-policy.md

TEST(External, ExampleFliesFromWhereverItIsRead) {
  const ReadResult read = read_scenario(kExample / "scenario.json");
  EXPECT_THAT(read.warnings, IsEmpty());
  const Result result = run(read.scenario);
  const std::vector<Decision> changed = test::Flight{result, {}}.changes();
  // 240/s of 100 ms each: 24 requests at a time, four to an instance.
  EXPECT_EQ(result.objectives.at(0).verdict, Verdict::kMet);
  const auto six = [](const Decision& d) { return d.inputs.at("desired") == 6; };
  EXPECT_TRUE(std::any_of(changed.begin(), changed.end(), six));
}

TEST(External, ExampleInGoDecidesAsTheOneInPython) {
  if (std::system("command -v go > /dev/null") != 0) GTEST_SKIP() << "there is no go here to compile it";
  const fs::path program = fs::path(testing::TempDir()) / "windtunnel-policy-go";
  ASSERT_EQ(
      std::system(("GO111MODULE=off go build -o '" + program.string() + "' '" + (kExample / "policy.go").string() + "'")
                      .c_str()),
      0);
  const Result python = run(read_scenario(kExample / "scenario.json").scenario);
  const Result go = run(read_scenario(kExample / "scenario.json",
                                      {{"services.shop.autoscaler.command", "[\"" + program.string() + "\"]"}})
                            .scenario);
  fs::remove(program);
  ASSERT_EQ(go.decisions.size(), python.decisions.size());
  for (std::size_t i = 0; i < go.decisions.size(); ++i) {
    EXPECT_EQ(go.decisions[i].time_s, python.decisions[i].time_s);
    EXPECT_EQ(go.decisions[i].sentence, python.decisions[i].sentence);
    EXPECT_EQ(go.decisions[i].inputs, python.decisions[i].inputs);
  }
}

}  // namespace
}  // namespace windtunnel
