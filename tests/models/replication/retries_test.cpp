// Clients that try again: known paths, closed forms, and Brooker's simulation of a flaky server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::Seen;
using testing::ElementsAre;
using testing::Field;

// Every request takes 300 ms and the client gives it 100. It waits 50 ms, then 100 ms.
const std::string kDeaf = R"({"windtunnel": 1, "name": "deaf", "horizon": "3s",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}, "timeout": "100ms",
               "retry": {"attempts": 3, "backoff": {"base": "50ms", "jitter": "none"}}}],
  "services": {"s": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"io": "300ms"}]}}}})";

std::vector<std::int64_t> arrivals_ms(const Flight& flight, std::uint32_t request_class) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival())
    if (r.request_class == request_class) out.push_back(r.arrived / kMs);
  return out;
}

TEST(Retries, LeaveWhenTheWaitAfterAFailureIsOver) {
  const Flight flight = fly(kDeaf);
  EXPECT_THAT(arrivals_ms(flight, 0), ElementsAre(500, 1500, 2500));
  EXPECT_THAT(arrivals_ms(flight, 1), ElementsAre(650, 850, 1650, 1850, 2650, 2850));
  EXPECT_EQ(flight.result.classes[1].request_class, "retries");
  EXPECT_DOUBLE_EQ(flight.figure("t.operations.attempts"), 3);
  EXPECT_DOUBLE_EQ(flight.figure("t.operations.success_ratio"), 0);
  EXPECT_DOUBLE_EQ(flight.figure("t.operations.rate"), 1);
  EXPECT_DOUBLE_EQ(flight.figure("t.operations.retries"), 2);
  // All attempts but the last were finished for nobody before the end of the run.
  EXPECT_DOUBLE_EQ(flight.figure("s.unwanted"), 8.0 / 3);
}

TEST(Retries, AreServedFromTheFirstDepartureOnAsTheirUserSeesIt) {
  const Flight flight =
      fly(kDeaf, {{"services.s.work.default.0.io", "\"10ms\""},
                  {"services.s.startup", R"([{"phase": "boot", "time": "100ms"}])"},
                  {"faults", R"([{"type": "kill_instances", "service": "s", "count": 1, "at": "499ms"}])"}});
  // 500 ms: refused. 550 ms: refused. 650 ms: served for 10 ms.
  EXPECT_THAT(arrivals_ms(flight, 1), ElementsAre(550, 650));
  EXPECT_DOUBLE_EQ(flight.figure("t.operations.success_ratio"), 1);
  EXPECT_NEAR(flight.figure("t.operations.latency.max"), 0.160, 0.160 * 0.01);
  EXPECT_NEAR(flight.figure("t.operations.attempts"), 5.0 / 3, 1e-12);
}

TEST(Retries, LeaveFirstAttemptsAsTheyAre) {
  const std::string text = R"({"windtunnel": 1, "name": "same", "horizon": "60s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "20/s"}, "timeout": "200ms",
                 "mix": {"a": 0.5, "b": 0.5}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}},
                       "work": {"default": [{"io": {"type": "exponential", "mean": "150ms"}}]}}}})";
  const Flight once = fly(text);
  const Flight again = fly(text, {{"traffic.0.retry", R"({"attempts": 4})"}});
  std::vector<Seen> first;
  for (const Seen& r : again.seen.by_arrival())
    if (r.request_class < 2) first.push_back(r);
  EXPECT_EQ(once.seen.by_arrival(), first);
  EXPECT_GT(again.figure("t.operations.retries"), 1);
  EXPECT_EQ(again.result.classes.size(), 4U);
}

TEST(Retries, OfAClosedLoopCountAsOneRoundOfItsClient) {
  const Flight flight =
      fly(kDeaf, {{"traffic.0.arrivals", R"({"type": "closed_loop", "clients": 1, "think_time": "1s"})"}});
  // Thinks until 1000, tries until 1450; thinks until 2450.
  EXPECT_THAT(arrivals_ms(flight, 0), ElementsAre(1000, 2450));
  EXPECT_THAT(arrivals_ms(flight, 1), ElementsAre(1150, 1350, 2600, 2800));
}

// A server that fails a share f of all requests: they do not answer in time, independently of each other.
Flight flaky(double f, const std::string& retry, double rate, double seconds, int processes = 1,
             std::uint64_t replications = 1) {
  const std::string text = R"({"windtunnel": 1, "name": "flaky", "horizon": ")" + std::to_string(seconds) + R"(s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": ")" +
                           std::to_string(rate) + R"(/s"},
                 "timeout": "20ms", "on_timeout": "cancel", "processes": )" +
                           std::to_string(processes) + R"(, "retry": )" + retry + R"(}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}},
      "work": {"default": [{"io": {"type": "bimodal", "low": "1ms", "high": "1s", "share_high": )" +
                           std::to_string(f) + "}}]}}}}";
  return fly(text, {}, replications);
}

// V71: the sum of f^i over the attempts, and f^k.
TEST(Retries, AmplifyAsTheGeometricSumSays) {
  for (const double f : {0.1, 0.5, 0.9})
    for (const int k : {2, 3, 4}) {
      SCOPED_TRACE(std::to_string(f) + ", " + std::to_string(k) + " attempts");
      const Flight flight =
          flaky(f, "{\"attempts\": " + std::to_string(k) + ", \"backoff\": {\"base\": \"1ms\"}}", 2000, 50);
      double attempts = 0;
      for (int i = 0; i < k; ++i) attempts += std::pow(f, i);
      EXPECT_NEAR(flight.figure("t.operations.attempts"), attempts, attempts * 0.01);
      const double failed = std::pow(f, k);  // of 100,000; four standard errors
      EXPECT_NEAR(1 - flight.figure("t.operations.success_ratio"), failed, 4 * std::sqrt(failed * (1 - failed) / 1e5));
    }
}

// V73, and Brooker's "Fixing retries with token buckets and circuit breakers": load per request.
TEST(RetryBudgets, BoundTheLoadUnderFailures) {
  const auto load = [](double f, const std::string& budget) {
    return flaky(f, R"({"attempts": 4, "backoff": {"base": "1ms"}, "budget": )" + budget + "}", 2000, 50)
        .figure("t.operations.attempts");
  };
  constexpr double kTolerance = 0.01;
  const std::string bucket = R"({"type": "token_bucket", "per_success": 0.1, "capacity": 100})";
  EXPECT_NEAR(load(0.05, bucket), 1.052625, kTolerance);
  EXPECT_NEAR(load(0.2, bucket), 1.086956522, kTolerance);
  EXPECT_NEAR(load(0.5, bucket), 1.052631579, kTolerance);
  EXPECT_NEAR(load(0.9, bucket), 1.01010101, kTolerance);
  EXPECT_NEAR(load(1, bucket), 1, kTolerance);
  EXPECT_NEAR(load(0.9, R"({"type": "ratio", "share": "10%", "min_per_second": 0})"), 1.1, kTolerance);
  EXPECT_NEAR(load(0.2, R"({"type": "grpc_throttling"})"), 1, kTolerance);
}

// Brooker's retry_sim: 100 clients, 10 requests a second each, 10 s. Successes and server calls over unique requests.
// Its bucket is filled by every call and its last token is never spent, which is up to one retry per client.
TEST(RetryBudgets, DoWithAFlakyServerWhatBrookersSimulationFound) {
  struct Row {
    double f;
    const char* retry;
    double successes, calls;
  };
  const char* const retries = R"({"attempts": 4, "backoff": {"base": "0s"}})";
  const char* const bucket =
      R"({"attempts": 1000, "backoff": {"base": "0s"}, "budget": {"type": "token_bucket", "per_success": 0, "per_operation": 0.1, "capacity": 5}})";
  const char* const breaker =
      R"({"attempts": 4, "backoff": {"base": "0s"}, "budget": {"type": "failure_share", "share": 0.1}})";
  const Row rows[] = {{0.1, retries, 9993.0 / 9994, 11109.0 / 9994},
                      {0.5, retries, 9541.0 / 10181, 18912.0 / 10181},
                      {0.75, retries, 6728.0 / 9974, 27458.0 / 9974},
                      {0.1, bucket, 9970.0 / 10046, 11048.0 / 10046},
                      {0.5, bucket, 5841.0 / 10182, 11618.0 / 10182},
                      {0.75, bucket, 2827.0 / 10000, 11496.0 / 10000},  // of about 10,000: their number is not given
                      {0.1, breaker, 9378.0 / 10132, 10441.0 / 10132},
                      {0.5, breaker, 4868.0 / 9890, 9890.0 / 9890}};
  for (const Row& row : rows) {
    const Flight flight = flaky(row.f, row.retry, 1000, 10, row.retry == retries ? 1 : 100, 10);
    EXPECT_NEAR(flight.figure("t.operations.success_ratio"), row.successes, 0.02) << row.f << row.retry;
    EXPECT_NEAR(flight.figure("t.operations.attempts"), row.calls, row.calls * 0.02) << row.f << row.retry;
  }
}

// V78, with the figures of Bronson, Aghayev, Charapko and Zhu (HotOS 2021): 300 requests a second can be served, users
// give up after a second and try once more; for ten seconds nothing is served.
Flight after_an_outage(int rate, const std::string& horizon, const std::string& retry) {
  return fly(R"({"windtunnel": 1, "name": "metastable", "warmup": "5s", "horizon": ")" + horizon +
             R"(", "metrics": {"resolution": "1s"},
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": ")" +
             std::to_string(rate) + R"(/s"},
                 "timeout": "1s", "retry": )" +
             retry + R"(}],
    "services": {"s": {"instance": {"runtime": {"type": "worker_pool", "workers": 1}},
                       "work": {"default": [{"cpu": {"type": "constant", "value": "3333333ns"}}]}}},
    "faults": [{"type": "slow_instances", "service": "s", "share": 1, "factor": 1000000, "at": "0s", "for": "10s"}]})");
}

const char* const kOnceMore = R"({"attempts": 2, "backoff": {"base": "0s", "jitter": "none"}})";

// When the last request that timed out had arrived, in measured time.
double last_timed_out_s(const Flight& flight) {
  std::int64_t last = 0;
  for (const Seen& r : flight.seen.with(Outcome::kTimedOut)) last = std::max(last, r.arrived);
  return static_cast<double>(last) / test::kSec - 5;
}

TEST(Retries, KeepAServiceDownThatWasDownForTenSeconds) {
  const Flight flight = after_an_outage(280, "310s", kOnceMore);
  const Series& series = flight.result.series.front();
  const std::vector<double>& queue = series.find("queue_length")->values;
  const std::vector<double>& good = series.find("throughput_per_s")->values;
  for (std::size_t i = 12; i < good.size(); ++i) EXPECT_EQ(good[i], 0) << i;
  EXPECT_NEAR((queue.back() - queue[20]) / static_cast<double>(queue.size() - 21), 260, 260 * 0.03);
  EXPECT_NEAR(flight.figure("s.unwanted"), 300 * 300.0 / 310, 300 * 0.03);
}

TEST(Retries, LetAServiceRecoverThatHasTwiceTheCapacity) {
  EXPECT_NEAR(last_timed_out_s(after_an_outage(140, "200s", kOnceMore)), 128, 128 * 0.03);
  EXPECT_NEAR(last_timed_out_s(after_an_outage(120, "100s", kOnceMore)), 43, 43 * 0.03);
}

// Brooker's simple_collapse_sim: a second of service and a hundredth more for each request in it, a network of 100 ms,
// patience for three seconds, three tries. Forty requests a second are served by 67 at once; twice as many for five
// seconds are more than it can do. Whether it recovers was published, not how far.
Flight collapse(const std::string& arrivals, const std::string& backoff) {
  return fly(R"({"windtunnel": 1, "name": "collapse", "horizon": "100s", "metrics": {"resolution": "1s"},
    "traffic": [{"name": "t", "to": "s", "timeout": "3s", "arrivals": )" +
             arrivals + R"(, "retry": {"attempts": 3, "backoff": )" + backoff + R"(}}],
    "services": {"s": {"instance": {"runtime": {"type": "worker_pool", "workers": 100000}, "contention": 0.01},
      "work": {"default": [{"io": {"type": "exponential", "mean": "100ms"}}, {"cpu": "1s"}]}}}})");
}

// Successes a second, and requests at the service, as means over the run's seconds `from` and on.
double mean_of(const Flight& flight, const std::string& column, std::size_t from) {
  const std::vector<double>& values = flight.result.series[0].find(column)->values;
  double sum = 0;
  for (std::size_t i = from; i < values.size(); ++i) sum += values[i];
  return sum / static_cast<double>(values.size() - from);
}

TEST(Retries, CollapseAServiceThatBackoffWouldHaveSaved) {
  const char* const spike = R"({"type": "steps", "steps": [{"at": "0s", "rate": "40/s"}, {"at": "20s", "rate": "80/s"},
                                                           {"at": "25s", "rate": "40/s"}]})";
  const Flight at_once = collapse(spike, R"({"base": "0s", "jitter": "none"})");
  EXPECT_LT(mean_of(at_once, "throughput_per_s", 60), 10) << "about 4 a second, and never again more";
  EXPECT_GT(mean_of(at_once, "in_flight", 60), 600) << "644 at 40 s, 1416 at 70 s";
  const Flight waits = collapse(spike, R"({"base": "10s", "jitter": "full"})");
  EXPECT_NEAR(mean_of(waits, "throughput_per_s", 60), 40, 4);
  EXPECT_LT(mean_of(waits, "in_flight", 60), 100) << "99, then 68";
}

}  // namespace
}  // namespace windtunnel
