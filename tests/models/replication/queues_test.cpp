// Queues of messages: known paths to the nanosecond, and what theory says of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "models/theory/closed_forms.hpp"
#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::kSec;
using test::Seen;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kFine = 0.005;  // of a value: what the buckets of a histogram add

// Traffic `arrivals` to the queue "q", which `queue` describes, and instances of one worker each that do `work`.
std::string queued(const std::string& arrivals, const std::string& queue, const std::string& work, int instances = 1,
                   const std::string& horizon = "200s") {
  return R"({"windtunnel": 1, "name": "queued", "horizon": ")" + horizon + R"(",
    "traffic": [{"name": "t", "to": "q", "arrivals": )" +
         arrivals + R"(}],
    "queues": {"q": {"consumer": "w")" +
         (queue.empty() ? "" : ", " + queue) + R"(}},
    "services": {"w": {"replicas": )" +
         std::to_string(instances) + R"(, "instance": {"runtime": {"type": "worker_pool", "workers": 1}},
                 "work": {"default": [)" +
         work + "]}}}}";
}
std::string batch(int size, const char* at = "0s") {
  return R"({"type": "batch", "size": )" + std::to_string(size) + R"(, "at": ")" + at + "\"}";
}
std::string io(const char* time) { return R"({"io": ")" + std::string(time) + "\"}"; }

std::vector<std::int64_t> begun_s(const Flight& flight) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival()) out.push_back(r.arrived / kSec);
  return out;
}
std::vector<std::int64_t> ended_s(const Flight& flight) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.requests) out.push_back(r.ended / kSec);
  return out;
}

// --- giving out

TEST(Queues, GiveOneMessageToEachInstanceThatIsFree) {
  const Flight flight = fly(queued(batch(100), "", io("1s"), 4));
  EXPECT_EQ(flight.figure("q.sent"), 100);
  EXPECT_EQ(flight.figure("q.deleted"), 100);
  EXPECT_EQ(flight.figure("q.in_flight.max"), 4);
  EXPECT_EQ(flight.figure("q.depth.max"), 100);
  // The makespan: 25 rounds of a second.
  EXPECT_EQ(flight.figure("q.drains"), 1);
  EXPECT_DOUBLE_EQ(flight.figure("q.drain_time.max"), 25);
  EXPECT_NEAR(flight.figure("q.oldest.max"), 25 - 1 + 1, 1e-9);
  // In the k-th round four have waited for k - 1 seconds: 12 on average, 13 until they are done.
  EXPECT_NEAR(flight.figure("q.wait_time.mean"), 12, 1e-9);
  EXPECT_NEAR(flight.figure("q.latency.mean"), 13, 1e-9);
  // Little's law, over 200 s.
  EXPECT_NEAR(flight.figure("q.depth.mean"), 100 * 13.0 / 200, 1e-9);
  EXPECT_NEAR(flight.figure("q.in_flight.mean"), 100 * 1.0 / 200, 1e-9);
}

TEST(Queues, BindPrefetchedMessagesToTheirInstance) {
  // In turn: each gets two of four, and works on them one after the other.
  EXPECT_THAT(ended_s(fly(queued(batch(4), R"("prefetch": 4)", io("1s"), 2))), ElementsAre(1, 1, 2, 2));
  // Both wait when four come into sight at once: the first gets all, its neighbour has nothing to do.
  EXPECT_THAT(ended_s(fly(queued(batch(4), R"("delay": "1s", "batch": 10)", io("1s"), 2))), ElementsAre(2, 3, 4, 5));
  // Of twelve the other gets two, and no more when it is through with them.
  EXPECT_DOUBLE_EQ(fly(queued(batch(12), R"("delay": "1s", "batch": 10)", io("1s"), 2)).figure("q.drain_time.max"), 11);
}

TEST(Queues, DelayMessages) {
  const Flight flight = fly(queued(batch(1), R"("delay": "15s")", io("1s")));
  EXPECT_THAT(begun_s(flight), ElementsAre(15));
  EXPECT_NEAR(flight.figure("q.latency.max"), 16, 16 * kFine);
}

TEST(Queues, HandleOneMessageOfAGroupAtATime) {
  const Flight flight = fly(queued(batch(20), R"("groups": 1)", io("1s"), 4));
  EXPECT_EQ(flight.figure("q.in_flight.max"), 1);
  EXPECT_DOUBLE_EQ(flight.figure("q.drain_time.max"), 20);
  // With very many groups hardly two of twenty share one.
  EXPECT_DOUBLE_EQ(fly(queued(batch(20), R"("groups": 10000000)", io("1s"), 4)).figure("q.drain_time.max"), 5);
}

// --- what comes back

TEST(Queues, DeliverAgainWhatIsNotDeletedInTime) {
  // Both work on it for longer than it stays hidden. The first has an old receipt by the time it is done, and at 60 s,
  // when the second has lost its own, it has been delivered as often as allowed.
  const Flight flight = fly(queued(batch(1), R"("max_receives": 2)", io("40s"), 2));
  EXPECT_THAT(begun_s(flight), ElementsAre(0, 30));
  EXPECT_THAT(ended_s(flight), ElementsAre(40, 70));
  EXPECT_EQ(flight.figure("q.delivered"), 1);
  EXPECT_EQ(flight.figure("q.redelivered"), 1);
  EXPECT_EQ(flight.figure("q.timed_out"), 2);
  EXPECT_EQ(flight.figure("q.deleted"), 0);
  EXPECT_EQ(flight.figure("q.discarded"), 1);
  EXPECT_EQ(flight.figure("q.duplicates"), 1);
  EXPECT_EQ(flight.figure("q.second_effects"), 1);
}

TEST(Queues, LetALateConsumerDeleteWhatNobodyElseHasGot) {
  const Flight flight = fly(queued(batch(1), "", io("40s")));
  EXPECT_THAT(begun_s(flight), ElementsAre(0));
  EXPECT_EQ(flight.figure("q.timed_out"), 1);
  EXPECT_EQ(flight.figure("q.redelivered"), 0);
  EXPECT_EQ(flight.figure("q.deleted"), 1);
}

TEST(Queues, LetNoLateConsumerDeleteFromAGroup) {
  const Flight flight = fly(queued(batch(1), R"("groups": 1, "max_receives": 2)", io("40s")));
  EXPECT_THAT(begun_s(flight), ElementsAre(0, 40));
  EXPECT_EQ(flight.figure("q.deleted"), 0);
  EXPECT_EQ(flight.figure("q.second_effects"), 1);
}

TEST(Queues, LetIdempotentConsumersSkipWhatIsDone) {
  const Flight flight = fly(queued(batch(1), R"("groups": 1, "idempotent": true, "duplicate_cost": "1s")", io("40s")));
  EXPECT_THAT(begun_s(flight), ElementsAre(0, 40));
  EXPECT_THAT(ended_s(flight), ElementsAre(40, 41));
  EXPECT_EQ(flight.figure("q.deleted"), 1);
  EXPECT_EQ(flight.figure("q.duplicates"), 1);
  EXPECT_EQ(flight.figure("q.second_effects"), 0);
}

TEST(Queues, DeliverWhatALostInstanceHeldOnceItIsVisibleAgain) {
  const std::vector<Override> kill = {
      {"faults", R"([{"type": "kill_instances", "service": "w", "count": 1, "at": "5s"}])"}};
  // One of three dies with the message in hand; the others are free.
  const std::string text = queued(batch(3), R"("visibility_timeout": "20s")", io("10s"), 3);
  EXPECT_THAT(begun_s(fly(text, kill)), ElementsAre(0, 0, 0, 20));
  const std::string broker = queued(batch(3), R"("redelivery": "on_disconnect")", io("10s"), 3);
  EXPECT_THAT(begun_s(fly(broker, kill)), ElementsAre(0, 0, 0, 5));
}

TEST(Queues, BringBackWhatFailedAsItsConsumerSays) {
  const auto begun = [](const std::string& queue) {
    return begun_s(fly(queued(batch(1), queue + R"(, "poison": 1, "max_receives": 3)", io("1s"))));
  };
  EXPECT_THAT(begun(R"("visibility_timeout": "30s")"), ElementsAre(0, 30, 60));
  EXPECT_THAT(begun(R"("retry_delay": "9s")"), ElementsAre(0, 10, 20));
  EXPECT_THAT(begun(R"("retry_delay": "0s")"), ElementsAre(0, 1, 2));
  EXPECT_THAT(begun(R"("redelivery": "on_disconnect")"), ElementsAre(0, 1, 2));
  EXPECT_THAT(begun(R"("redelivery": "on_disconnect", "retry_delay": "4s")"), ElementsAre(0, 5, 10));
}

TEST(Queues, SendDeadLettersOn) {
  const std::string text = R"({"windtunnel": 1, "name": "dead", "horizon": "200s",
    "traffic": [{"name": "t", "to": "q", "arrivals": )" +
                           batch(10) + R"(}],
    "queues": {"q": {"consumer": "w", "poison": 1, "redelivery": "on_disconnect", "max_receives": 3,
                     "dead_letter": "dead"},
               "dead": {"consumer": "repair"}},
    "services": {"w": {"work": {"default": [{"io": "1s"}]}}, "repair": {"work": {"default": [{"io": "2s"}]}}}})";
  const Flight flight = fly(text);
  EXPECT_EQ(flight.figure("q.dead_lettered"), 10);
  EXPECT_EQ(flight.figure("q.receives.mean"), 3);
  EXPECT_EQ(flight.figure("q.success_ratio"), 0);
  EXPECT_EQ(flight.figure("w.success_ratio"), 0);
  EXPECT_EQ(flight.figure("w.loss.failed_error"), 1);
  EXPECT_EQ(flight.figure("dead.sent"), 10);
  EXPECT_EQ(flight.figure("dead.deleted"), 10);
  // One worker, three attempts of a second each.
  EXPECT_DOUBLE_EQ(flight.figure("q.drain_time.max"), 30);
}

TEST(Queues, DropWhatIsTooOld) {
  const std::string text = R"({"windtunnel": 1, "name": "old", "horizon": "99.7s",
    "traffic": [{"name": "t", "to": "q", "arrivals": {"type": "constant", "rate": "1/s"}}],
    "queues": {"q": {"retention": "10s"}},
    "services": {"w": {"work": {"default": [{"io": "1s"}]}}}})";
  const Flight flight = fly(text);
  // Sent at 0.5, 1.5, …, 99.5 s. Those before 89.7 s are gone.
  EXPECT_EQ(flight.figure("q.sent"), 100);
  EXPECT_EQ(flight.figure("q.expired"), 90);
  EXPECT_EQ(flight.figure("q.left"), 10);
  EXPECT_DOUBLE_EQ(flight.figure("q.oldest.max"), 10);
}

// --- sending

std::string sender(const std::string& queue, const std::string& send, const char* horizon = "60s") {
  return R"({"windtunnel": 1, "name": "sender", "horizon": ")" + std::string(horizon) + R"(",
    "traffic": [{"name": "t", "to": "front", "arrivals": {"type": "constant", "rate": "1/s"}}],
    "queues": {"q": {"consumer": "w")" +
         (queue.empty() ? "" : ", " + queue) + R"(}},
    "services": {"front": {"instance": {"runtime": {"type": "event_loop"}},
                           "work": {"default": [{"cpu": "1ms"}, {"send": {"queue": "q")" +
         (send.empty() ? "" : ", " + send) + R"(}}]}},
                 "w": {"work": {"default": [{"io": "10s"}]}}}})";
}

std::vector<Seen> of_front(const Flight& flight) {
  std::vector<Seen> out;
  for (const Seen& r : flight.seen.by_arrival())
    if (r.request_class == 0) out.push_back(r);
  return out;
}

TEST(Queues, LetSendersGoOnOnceTheMessageIsThere) {
  const Flight flight = fly(sender("", R"("time": "5ms")"));
  EXPECT_EQ(flight.figure("q.sent"), 60);
  for (const Seen& r : of_front(flight)) EXPECT_EQ(r.latency(), 6 * kMs);
  EXPECT_EQ(flight.figure("front.success_ratio"), 1);
  // Of those sent at 0.506 s, 1.506 s, … five are done by 60 s.
  EXPECT_EQ(flight.figure("q.deleted"), 5);
}

TEST(Queues, GetMessagesFromAShareOfTheRequests) {
  const Flight flight = fly(sender("", R"("probability": 0.3)", "20000s"));
  const double sent = flight.figure("q.sent");
  EXPECT_NEAR(sent, 6000, 4 * std::sqrt(20000 * 0.3 * 0.7));
}

TEST(Queues, RejectWhatFindsThemFull) {
  // One in flight for 10 s at a time, and one that waits: in 60 s, at 0.5, 10.5, … 50.5 s there is room for one more.
  const Flight flight = fly(sender(R"("max_length": 1)", ""));
  EXPECT_EQ(flight.figure("q.sent"), 7);
  EXPECT_EQ(flight.figure("q.rejected"), 53);
  EXPECT_EQ(flight.count(Outcome::kFailedDependency), 53U);
  const Flight unminding = fly(sender(R"("max_length": 1)", R"("required": false)"));
  EXPECT_EQ(unminding.figure("q.rejected"), 53);
  EXPECT_EQ(unminding.figure("front.success_ratio"), 1);
}

TEST(Queues, HoldUpTheirSendersWhereTheyDoNotReject) {
  const Flight flight = fly(sender(R"("max_length": 1, "when_full": "block")", ""));
  EXPECT_EQ(flight.figure("q.sent"), 7);
  std::vector<std::int64_t> latencies;
  for (const Seen& r : of_front(flight)) latencies.push_back(r.latency() / kMs);
  // Sent at 0.501 s: in flight at once. At 1.501 s: it waits, and the next one's sender until 10.501 s.
  EXPECT_THAT(latencies, ElementsAre(1, 1, 8001, 17001, 26001, 35001, 44001));
  EXPECT_EQ(flight.figure("q.rejected"), 0);
  EXPECT_NEAR(flight.figure("q.blocked_time.max"), 44, 44 * kFine);
}

TEST(Queues, ForgetTheMessageOfASenderThatGaveUp) {
  const Flight flight = fly(sender(R"("max_length": 1, "when_full": "block")", ""),
                            {{"traffic.0.timeout", "\"5s\""}, {"traffic.0.on_timeout", "\"cancel\""}});
  // Blocked ones leave after 5 s: who is there at 10.501 s, 20.501 s, … arrived at most 5 s before.
  for (const Seen& r : of_front(flight)) EXPECT_LE(r.latency(), 5000 * kMs);
  EXPECT_EQ(flight.figure("q.sent"), 7);
  EXPECT_GT(flight.count(Outcome::kTimedOut), 30U);
}

TEST(Queues, TellClassesApart) {
  const std::string text = R"({"windtunnel": 1, "name": "classes", "horizon": "1000s",
    "traffic": [{"name": "t", "to": "q", "arrivals": {"type": "constant", "rate": "10/s"},
                 "mix": {"small": 0.9, "large": 0.1}}],
    "queues": {"q": {"consumer": "w"}},
    "services": {"w": {"work": {"small": [{"io": "10ms"}], "default": [{"io": "500ms"}]}}}})";
  const Flight flight = fly(text);
  EXPECT_NEAR(flight.figure("q.small.deliveries.latency.p50"), 0.010, 0.010 * kFine);
  EXPECT_NEAR(flight.figure("q.deliveries.latency.p50"), 0.5, 0.5 * kFine);
  EXPECT_NEAR(flight.figure("q.small.deliveries.arrival_rate"), 9, 4 * std::sqrt(10 * .9 * .1 / 1000) + 0.01);
}

// --- theory

TEST(Queues, AreMMcWhereEveryInstanceTakesOneAtATime) {
  constexpr int kServers = 3;
  constexpr double kRate = 2.4, kService = 1;
  const Flight flight = fly(queued(R"({"type": "poisson", "rate": "2.4/s"})", R"("visibility_timeout": "1h")",
                                   R"({"cpu": {"type": "exponential", "mean": "1s"}})", kServers, "20000s"),
                            {{"warmup", "\"500s\""}}, 20);
  const double wait = theory::wait_mmc(kServers, kRate * kService, kService);
  const auto near = [&](const char* metric, double value) {
    const Estimate& e = flight.result.find_metric(metric)->estimate;
    EXPECT_NEAR(e.mean, value, 2 * e.half_width_95) << metric;
    EXPECT_LT(e.half_width_95, 0.05 * value) << metric;
  };
  near("q.wait_time.mean", wait);
  near("q.latency.mean", wait + kService);
  near("q.visible.mean", kRate * wait);
  near("q.in_flight.mean", kRate * kService);
}

TEST(Queues, HandlePoisonAsOftenAsTheyMay) {
  constexpr double kShare = 0.2;
  for (const int most : {1, 3, 5}) {
    const Flight flight =
        fly(queued(R"({"type": "constant", "rate": "5/s"})",
                   R"("redelivery": "on_disconnect", "poison": 0.2, "max_receives": )" + std::to_string(most),
                   io("10ms"), 1, "4000s"));
    const double n = flight.figure("q.sent"), error = 4 * std::sqrt(kShare * (1 - kShare) / n);
    EXPECT_NEAR(flight.figure("q.discarded") / n, kShare, error);
    EXPECT_NEAR(flight.figure("q.receives.mean"), 1 + kShare * (most - 1), (most - 1) * error + 1e-3);
    EXPECT_EQ(flight.figure("q.duplicates"), 0);
  }
}

// Each attempt fails with the same chance f, whatever came before: a call to a service without instances.
TEST(Queues, DeliverAgainAsTheGeometricLawSays) {
  for (const double f : {0.2, 0.6})
    for (const int most : {2, 4}) {
      const std::string text = R"({"windtunnel": 1, "name": "flaky", "horizon": "4000s",
        "traffic": [{"name": "t", "to": "q", "arrivals": {"type": "constant", "rate": "5/s"}}],
        "queues": {"q": {"consumer": "w", "redelivery": "on_disconnect", "max_receives": )" +
                               std::to_string(most) + R"(}},
        "services": {"w": {"work": {"default": [{"io": "1ms"}, {"call": {"service": "gone", "probability": )" +
                               std::to_string(f) + R"(}}]}},
                     "gone": {"replicas": 0, "work": {"default": [{"io": "1ms"}]}}}})";
      const Flight flight = fly(text);
      const double n = flight.figure("q.sent"), dead = std::pow(f, most);
      EXPECT_NEAR(flight.figure("q.discarded") / n, dead, 4 * std::sqrt(dead * (1 - dead) / n));
      // The attempts of one message lie between 1 and `most`: their variance is below most^2 / 4.
      EXPECT_NEAR(flight.figure("q.receives.mean"), (1 - dead) / (1 - f), 4 * most / 2.0 / std::sqrt(n));
    }
}

TEST(Queues, DeliverTheSameFirstWhateverComesBack) {
  const auto first = [](const std::string& queue) {
    std::vector<std::int64_t> work;
    for (const Seen& r : fly(queued(R"({"type": "constant", "rate": "1/s"})", queue,
                                    R"({"io": {"type": "exponential", "mean": "50ms"}})"))
                             .seen.by_arrival())
      if (r.request_class == 0) work.push_back(r.latency());
    return work;
  };
  const auto undisturbed = first(R"("visibility_timeout": "1h")");
  ASSERT_EQ(undisturbed.size(), 200U);
  EXPECT_EQ(first(R"("visibility_timeout": "20ms", "groups": 3)"), undisturbed);
}

// --- scaling

std::string scaled(const std::string& autoscaler) {
  return R"({"windtunnel": 1, "name": "scaled", "horizon": "1h",
    "traffic": [{"name": "t", "to": "jobs", "arrivals": {"type": "batch", "size": 100, "at": "5m"}}],
    "queues": {"jobs": {"consumer": "w", "visibility_timeout": "10m"}},
    "services": {"w": {"replicas": 0, "instance": {"resources": {"requests": {"cpu": "1"}}},
                 "work": {"default": [{"cpu": "10s"}]}, "autoscaler": )" +
         autoscaler + "}}}";
}

TEST(Queues, WakeAndSizeTheirConsumersThroughKeda) {
  const std::vector<std::string> triggers = {
      R"({"type": "queue", "metadata": {"queue": "jobs", "value": "10"}})",
      R"({"type": "aws-sqs-queue", "metadata": {"queueURL": "https://sqs.eu-west-1.amazonaws.com/1/jobs",
          "queueLength": "10", "awsRegion": "eu-west-1"}})",
      R"({"type": "rabbitmq", "metadata": {"queueName": "jobs", "value": "10", "protocol": "http"}})"};
  for (const std::string& trigger : triggers) {
    const Flight flight = fly(scaled(
        R"({"type": "keda", "spec": {"minReplicaCount": 0, "maxReplicaCount": 50, "triggers": [)" + trigger + "]}}"));
    EXPECT_EQ(flight.figure("w.replicas.max"), 10) << trigger;
    EXPECT_EQ(flight.figure("jobs.deleted"), 100) << trigger;
    const std::vector<Decision> changes = flight.changes();
    ASSERT_FALSE(changes.empty()) << trigger;
    EXPECT_GE(changes.front().time_s, 300) << "from zero, at a poll: " << trigger;
    EXPECT_LE(changes.front().time_s, 330) << trigger;
    EXPECT_EQ(changes.back().scaling->after, 0) << trigger;
  }
  // Over AMQP, what is in flight does not count: the first ten messages are no reason for an eleventh of them.
  const Flight ready = fly(scaled(R"({"type": "keda", "spec": {"minReplicaCount": 0, "maxReplicaCount": 50,
    "triggers": [{"type": "rabbitmq", "metadata": {"queueName": "jobs", "value": "10"}}]}})"));
  EXPECT_LE(ready.figure("w.replicas.max"), 10);
  EXPECT_EQ(ready.figure("jobs.deleted"), 100);
}

TEST(Queues, AreWatchedByThePolicyThatDrains) {
  const std::string policy = R"({"type": "queue_drain", "min_replicas": 1, "max_replicas": 50,
    "work_per_request": "10s", "drain_time": "100s", "window": "1h"QUEUE})";
  const auto with = [&](const std::string& queue) {
    std::string text = policy;
    return fly(scaled(text.replace(text.find("QUEUE"), 5, queue)), {{"services.w.replicas", "1"}});
  };
  // At 5 min, or 15 s later: what waits of 100 messages of ten seconds, within 100 s, and what came since the
  // beginning. At 300 s (100 / 300 + 99 / 100) x 10, at 315 s (100 / 315 + 98 / 100) x 10.
  EXPECT_THAT(with(R"(, "queue": "jobs")").figure("w.replicas.max"), testing::AnyOf(13, 14));
  EXPECT_LE(with("").figure("w.replicas.max"), 2);
}

TEST(Queues, AreSignals) {
  const Flight flight = fly(scaled(R"({"type": "proportional", "min_replicas": 1, "max_replicas": 50,
    "metric": {"metric": "signal", "name": "jobs.depth", "target": 20, "window": "0s"}})"),
                            {{"services.w.replicas", "1"}});
  EXPECT_EQ(flight.figure("w.replicas.max"), 5);
}

TEST(Queues, KeepPromises) {
  const Flight flight = fly(queued(batch(100), "", io("1s"), 4),
                            {{"objectives", R"([{"metric": "latency", "service": "q", "quantile": 0.99, "below": "24s"},
                              {"metric": "wait_time", "service": "q", "quantile": 0.99, "below": "24.5s"}])"}});
  EXPECT_EQ(flight.result.objectives[0].verdict, Verdict::kMissed);
  EXPECT_EQ(flight.result.objectives[1].verdict, Verdict::kMet);
}

TEST(Queues, ShowTheirCourse) {
  const Flight flight = fly(queued(batch(100), "", io("1s"), 4));
  ASSERT_EQ(flight.result.series.size(), 2U);
  const Series& series = flight.result.series[1];
  EXPECT_EQ(series.service, "q");
  const Series::Column* visible = series.find("visible");
  ASSERT_NE(visible, nullptr);
  // Of the first ten seconds: 96, 92, … 60 wait.
  EXPECT_NEAR(visible->values[0], (96 + 60) / 2.0, 1e-9);
  EXPECT_NEAR(series.find("age_of_oldest_s")->values[1], 20, 1e-9);
}

}  // namespace
}  // namespace windtunnel
