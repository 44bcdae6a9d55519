// ScaledJobs in whole runs: the operator polls every 30 s, each job takes messages and ends.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/models/replication/flight.hpp"
#include "tests/models/replication/issues.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::issues;
using test::kSec;
using test::Seen;
using test::Told;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

// A batch of messages at once to the queue "q", jobs of `work` for them that take `boot` to start. `spec`: more of the
// ScaledJob's spec; `rest`: more of the policy.
std::string jobs(int messages, const std::string& work, const std::string& spec = "", const std::string& rest = "",
                 const std::string& queue = "", const char* boot = "5s") {
  return R"({"windtunnel": 1, "name": "jobs", "horizon": "10m",
    "traffic": [{"name": "t", "to": "q", "arrivals": {"type": "batch", "size": )" +
         std::to_string(messages) + R"(, "at": "0s"}}],
    "queues": {"q": {"consumer": "w", "visibility_timeout": "5m")" +
         queue + R"(}},
    "services": {"w": {"replicas": 0, "startup": [{"phase": "boot", "time": ")" +
         boot + R"("}], "instance": {"runtime": {"type": "worker_pool", "workers": 1}}, "work": {"default": [)" + work +
         R"(]}, "autoscaler": {"type": "keda_scaled_job", "spec": {"triggers": [
      {"type": "queue", "metadata": {"queue": "q", "value": "1"}}])" +
         spec + "}" + rest + "}}}}";
}
std::string io(const char* time) { return R"({"io": ")" + std::string(time) + "\"}"; }

using Change = std::pair<std::int64_t, std::string>;  // at, in s
std::vector<Change> changes(const Flight& flight) {
  std::vector<Change> out;
  for (const Told& told : flight.seen.decisions) out.emplace_back(told.at / kSec, told.sentence);
  return out;
}

TEST(KedaJobs, TakeAMessageEachAndEnd) {
  const Flight flight = fly(jobs(3, io("10s")));
  EXPECT_THAT(changes(flight), ElementsAre(Pair(30, "3 jobs: queue 3, target 1 per job; 0 jobs run")));
  for (const Seen& message : flight.seen.requests) EXPECT_EQ(message.ended, 45 * kSec);
  EXPECT_EQ(flight.figure("w.jobs.started"), 3);
  EXPECT_EQ(flight.figure("w.jobs.succeeded"), 3);
  EXPECT_EQ(flight.figure("w.jobs.failed"), 0);
  EXPECT_EQ(flight.figure("w.jobs.running_at_end"), 0);
  EXPECT_NEAR(flight.figure("w.jobs.duration.max"), 15, 15 * 0.005);
  EXPECT_EQ(flight.figure("q.deleted"), 3);
  // Three of them for 15 s, in 600 s.
  EXPECT_NEAR(flight.figure("w.replicas.mean"), 3 * 15.0 / 600, 1e-9);
}

TEST(KedaJobs, AreNoMoreThanTheMostAtOnce) {
  // Jobs take 40 s: at 60 s the first four still run, at 90 s they have ended, and so on.
  const Flight flight = fly(jobs(10, io("35s"), R"(, "maxReplicaCount": 4)"));
  EXPECT_THAT(changes(flight),
              ElementsAre(Pair(30, HasSubstr("4 jobs: queue 10")), Pair(90, HasSubstr("4 jobs: queue 6")),
                          Pair(150, HasSubstr("2 jobs: queue 2"))));
  EXPECT_EQ(flight.figure("w.jobs.started"), 10);
  EXPECT_EQ(flight.figure("q.in_flight.max"), 4);
}

TEST(KedaJobs, MayTakeSeveralMessages) {
  // Two jobs for ten messages, five each; with a target of 5 per job.
  const std::string text = jobs(10, io("10s"), "", R"(, "messages": 5)");
  const Flight flight = fly(text, {{"services.w.autoscaler.spec.triggers.0.metadata.value", "\"5\""}});
  EXPECT_THAT(changes(flight), ElementsAre(Pair(30, HasSubstr("2 jobs: queue 10, target 5 per job"))));
  EXPECT_EQ(flight.figure("w.jobs.succeeded"), 2);
  EXPECT_EQ(flight.figure("q.deleted"), 10);
  EXPECT_NEAR(flight.figure("w.jobs.duration.max"), 55, 55 * 0.005);
}

TEST(KedaJobs, TakeNoMoreThanTheirMessagesWithABatch) {
  const Flight flight = fly(jobs(5, io("10s"), "", "", R"(, "batch": 10)"));
  EXPECT_EQ(flight.figure("w.jobs.succeeded"), 5);
  for (const Seen& message : flight.seen.requests) EXPECT_EQ(message.ended, 45 * kSec);
}

TEST(KedaJobs, FailWithTheirMessage) {
  // Every message is poison; each comes back after its visibility timeout of five minutes and gets another job.
  const Flight flight = fly(jobs(2, io("10s"), "", "", R"(, "poison": 1, "max_receives": 2)"));
  EXPECT_EQ(flight.figure("w.jobs.succeeded"), 0);
  EXPECT_EQ(flight.figure("w.jobs.failed"), flight.figure("w.jobs.started") - flight.figure("w.jobs.running_at_end"));
  EXPECT_EQ(flight.figure("q.delivered"), 2);
  EXPECT_EQ(flight.figure("q.redelivered"), 2);
}

TEST(KedaJobs, GiveUpWithoutAMessage) {
  // A minimum of two jobs and one message: the other waits, or ends and is created anew by every poll.
  const std::string least = R"(, "minReplicaCount": 2)";
  const Flight waits = fly(jobs(1, io("10s"), least));
  EXPECT_EQ(waits.figure("w.jobs.without_message"), 0);
  EXPECT_EQ(waits.figure("w.jobs.running_at_end"), 2);
  const Flight ends = fly(jobs(1, io("10s"), least, R"(, "gives_up_after": "10s")"));
  // Polls at 30, 60, …, 570 s create two each: they start in 5 s, and one of the first two has a message.
  EXPECT_EQ(ends.figure("w.jobs.without_message"), 2 * 19 - 1);
  EXPECT_EQ(ends.figure("w.jobs.succeeded"), 2 * 19);
}

TEST(KedaJobs, ArePendingUntilTheirPodRuns) {
  // 70 s of scheduling: with the strategy accurate a message that waits has a pending job of its own, and no other is
  // created for it. Where only what is visible counts, default would take jobs that run off what waits.
  const std::string accurate = R"(, "scalingStrategy": {"strategy": "accurate"})";
  const std::string waits = R"([{"phase": "schedule", "time": "70s"}, {"phase": "boot", "time": "5s"}])";
  const Flight flight = fly(jobs(4, io("10s"), accurate), {{"services.w.startup", waits}});
  EXPECT_EQ(flight.figure("w.jobs.started"), 4);
  EXPECT_EQ(flight.figure("w.jobs.without_message"), 0);
  // Booting for 70 s a pod runs, and without conditions its job is not pending: at 60 and 90 s four more are created.
  const std::string boots = R"([{"phase": "boot", "time": "70s"}])";
  EXPECT_EQ(fly(jobs(4, io("10s"), accurate), {{"services.w.startup", boots}}).figure("w.jobs.started"), 12);
  const std::string until_ready =
      R"(, "scalingStrategy": {"strategy": "accurate", "pendingPodConditions": ["Ready", "PodScheduled"]})";
  EXPECT_EQ(fly(jobs(4, io("10s"), until_ready), {{"services.w.startup", boots}}).figure("w.jobs.started"), 4);
}

TEST(KedaJobs, AreNotCreatedWhilePaused) {
  const Flight flight = fly(jobs(3, io("10s"), "", R"(, "annotations": {"autoscaling.keda.sh/paused": "true"})"));
  EXPECT_THAT(changes(flight), IsEmpty());
  EXPECT_EQ(flight.figure("q.left"), 3);
}

TEST(KedaJobs, GetAnotherPodWhereTheirsIsLost) {
  std::string text = jobs(3, io("20s"));
  text.insert(text.find("\"queues\""),
              R"("faults": [{"type": "kill_instances", "service": "w", "count": 1, "at": "40s"}], )");
  const Flight flight = fly(text);
  EXPECT_EQ(flight.figure("w.jobs.started"), 3) << "a job is no new one for another pod";
  EXPECT_EQ(flight.figure("w.jobs.succeeded"), 3);
  EXPECT_EQ(flight.figure("q.redelivered"), 1);
}

// --- reading

TEST(KedaJobs, SayWhatDoesNotFit) {
  const auto with = [](std::string text, const std::string& found, const std::string& instead) {
    return text.replace(text.find(found), found.size(), instead);
  };
  const std::string text = jobs(3, io("10s"));
  EXPECT_THAT(issues(with(text, R"("replicas": 0)", R"("replicas": 2)")),
              ElementsAre(HasSubstr("/services/w/replicas: 2 does not fit; keda_scaled_job creates jobs")));
  EXPECT_THAT(
      issues(with(text, R"("consumer": "w", )", "")),
      ElementsAre(HasSubstr("/services/w/autoscaler: keda_scaled_job is for the consumer of a queue, and no queue "
                            "has \"w\" for its consumer")));
  EXPECT_THAT(issues(with(text, R"("to": "q")", R"("to": "w")")),
              testing::Contains("/traffic/0/to: the instances of \"w\" are jobs, which take messages only"));
  EXPECT_THAT(issues(with(text, R"("value": "1")", R"("value": "1"}}, {"type": "kafka", "metadata": {"x": "y")")),
              ElementsAre(HasSubstr("/spec/triggers/1/type: is neither a scaling metric")));
}

}  // namespace
}  // namespace windtunnel
