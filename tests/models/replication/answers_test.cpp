// Clients that look at what they were answered: statuses, advice when to come back, and what is retried of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "models/resilience/retry_on.hpp"
#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::Seen;
using testing::ElementsAre;

// One operation begins after 5 s; the next would after 15. The service takes 10 ms for an answer.
std::string one_operation(const std::string& retry, const std::string& step, const std::string& service = "",
                          const std::string& traffic = "") {
  return R"({"windtunnel": 1, "name": "answers", "horizon": "14s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "0.1/s"}, )" +
         traffic + R"("retry": )" + retry + R"(}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}}, )" +
         service + R"("work": {"default": [{"io": "10ms", )" + step + R"(}]}}}})";
}

Flight fly_one(const std::string& retry, const std::string& step, const std::string& service = "",
               const std::string& traffic = "") {
  return fly(one_operation(retry, step, service, traffic));
}

std::vector<std::int64_t> arrivals_ms(const Flight& flight) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival()) out.push_back(r.arrived / kMs);
  return out;
}

const std::string kFixed = R"("backoff": {"base": "10ms", "multiplier": 1, "jitter": "none"})";

// grpc-go's server: OK at 0, 2 and 5, INTERNAL at 6, 8 and 11, ALREADY_EXISTS else, which alone is retried.
TEST(RetryOn, TestRetryUnary) {
  const std::set<int> ok = {0, 2, 5}, internal = {6, 8, 11};
  const RetryOn on({"ALREADY_EXISTS"});
  int index = -1;
  std::vector<std::pair<std::string, int>> calls;
  for (int call = 0; call < 7; ++call)
    for (int attempt = 1;; ++attempt) {
      ++index;
      const std::string status = ok.contains(index) ? "OK" : internal.contains(index) ? "INTERNAL" : "ALREADY_EXISTS";
      if (attempt < 4 && status != "OK" && on.includes({Failure::Kind::kAnswer, Status::named(status).value(), {}}))
        continue;
      calls.emplace_back(status, index);
      break;
    }
  using testing::Pair;
  EXPECT_THAT(calls, ElementsAre(Pair("OK", 0), Pair("OK", 2), Pair("OK", 5), Pair("INTERNAL", 6), Pair("INTERNAL", 8),
                                 Pair("INTERNAL", 11), Pair("ALREADY_EXISTS", 15)));
}

// The cases of grpc-go's TestRetryStreaming that are about statuses and pushback: a "Non-retryable error code", "Exceed
// max attempts (4)", "Negative server pushback" and "1s server pushback".
TEST(RetryOn, TestRetryStreaming) {
  const auto arrivals = [](const std::string& error) {
    return arrivals_ms(
        fly_one(R"({"attempts": 4, "on": ["UNAVAILABLE"], "pushback": {"type": "grpc_pushback"}, )" + kFixed + "}",
                R"("errors": [{"share": 1, )" + error + "}]"));
  };
  EXPECT_THAT(arrivals(R"("status": "INTERNAL")"), ElementsAre(5000));
  EXPECT_THAT(arrivals(R"("status": "UNAVAILABLE")"), ElementsAre(5000, 5020, 5040, 5060));
  EXPECT_THAT(arrivals(R"("status": "UNAVAILABLE", "no_retry": true)"), ElementsAre(5000));
  EXPECT_THAT(arrivals(R"("status": "UNAVAILABLE", "retry_after": "1s")"), ElementsAre(5000, 6010, 7020, 8030));
  // "We still need to look at the code": advice does not make a failure worth a retry.
  EXPECT_THAT(arrivals(R"("status": "INTERNAL", "retry_after": "1s")"), ElementsAre(5000));
}

// The first attempt and every one after a second's wait find a token and fail with an error that says nothing; those
// soon after are turned away for a second. Between them stands the back-off: 100 ms, 200 ms, 400 ms.
TEST(Pushback, DecidesWhereTheBackOffGoesOn) {
  const auto arrivals = [](const std::string& pushback) {
    return arrivals_ms(fly_one(
        R"({"attempts": 5, "backoff": {"base": "100ms", "jitter": "none"}, "pushback": {"type": ")" + pushback + "\"}}",
        R"("error": 1)",
        R"("admission": {"retry_after": "1s", "rate_limits": [{"type": "token_bucket", "rate": "1/s", "burst": 1}]},)"));
  };
  // gRPC: anew. Fails at 5010, is turned away at 5110, fails at 6120, is turned away at 6220.
  EXPECT_THAT(arrivals("grpc_pushback"), ElementsAre(5000, 5110, 6110, 6220, 7220));
  // urllib3: the third failure's turn.
  EXPECT_THAT(arrivals("retry_after"), ElementsAre(5000, 5110, 6110, 6520, 7520));
  // Envoy: the second of its own; and up to half a second on top of the header's.
  const std::vector<std::int64_t> envoy = arrivals("rate_limit_reset");
  ASSERT_EQ(envoy.size(), 5U);
  EXPECT_GE(envoy[2] - envoy[1], 1000);
  EXPECT_LT(envoy[2] - envoy[1], 1500);
  EXPECT_EQ(envoy[3] - envoy[2], 210);
  EXPECT_GE(envoy[4] - envoy[3], 1000);
}

TEST(Pushback, IsNotHeardByWhoDoesNotListen) {
  EXPECT_THAT(
      arrivals_ms(fly_one(R"({"attempts": 3, )" + kFixed + "}", R"("errors": [{"share": 1, "retry_after": "1s"}])")),
      ElementsAre(5000, 5020, 5040));
  EXPECT_THAT(
      arrivals_ms(fly_one(R"({"attempts": 3, )" + kFixed + "}", R"("errors": [{"share": 1, "no_retry": true}])")),
      ElementsAre(5000, 5020, 5040));
}

TEST(Pushback, IsCounted) {
  const std::string grpc = R"({"attempts": 3, "pushback": {"type": "grpc_pushback"}, )" + kFixed + "}";
  const Flight waits = fly_one(grpc, R"("errors": [{"share": 1, "retry_after": "1s"}])");
  EXPECT_NEAR(waits.figure("t.operations.pushback.waits"), 2.0 / 14, 1e-12);
  EXPECT_DOUBLE_EQ(waits.figure("t.operations.pushback.stops"), 0);
  const Flight stops = fly_one(grpc, R"("errors": [{"share": 1, "no_retry": true}])");
  EXPECT_NEAR(stops.figure("t.operations.pushback.stops"), 1.0 / 14, 1e-12);
}

// What the model itself turns away, loses or lets wait has a status by its cause.
TEST(Statuses, FollowFromTheCauseWhereTheServiceSaysNothing) {
  struct Case {
    const char* on;
    const char* service;
    const char* traffic;
    const char* step;
    std::size_t attempts;
  };
  const char* const none_ready = R"("replicas": 0,)";
  const char* const late = R"("timeout": "5ms",)";
  const Case cases[] = {
      {"503", none_ready, "", R"("error": 0)", 2},
      {"UNAVAILABLE", none_ready, "", R"("error": 0)", 2},
      {"connect-failure", none_ready, "", R"("error": 0)", 1},
      {"timeout", "", late, R"("error": 0)", 2},
      {"5xx", "", late, R"("error": 0)", 2},
      {"DEADLINE_EXCEEDED", "", late, R"("error": 0)", 2},
      {"504", "", late, R"("error": 0)", 1},
      {"500", "", "", R"("error": 1)", 2},
      {"gateway-error", "", "", R"("error": 1)", 1},
  };
  for (const Case& c : cases) {
    std::string text = one_operation(R"({"attempts": 2, "on": [")" + std::string(c.on) + R"("], )" + kFixed + "}",
                                     c.step, c.service, c.traffic);
    const Flight flight = fly(text);
    EXPECT_EQ(flight.seen.requests.size(), c.attempts) << c.on << " " << (&c - cases);
  }
}

// The only token is gone with the first attempt, which fails with an error; the second is turned away.
TEST(Statuses, OfARateLimiterAre429) {
  for (const auto& [on, attempts] : {std::pair("429", 3U), std::pair("throttling", 3U), std::pair("UNAVAILABLE", 3U),
                                     std::pair("gateway-error", 2U), std::pair("retriable-4xx", 2U)}) {
    const Flight flight =
        fly_one(R"({"attempts": 3, "on": ["500", ")" + std::string(on) + R"("], )" + kFixed + "}", R"("error": 1)",
                R"("admission": {"rate_limits": [{"type": "token_bucket", "rate": "0.001/s", "burst": 1}]},)");
    EXPECT_EQ(flight.seen.requests.size(), attempts) << on;
  }
}

TEST(Statuses, OfALostInstanceAreThatNoAnswerCame) {
  for (const auto& [on, attempts] : {std::pair("reset", 2U), std::pair("5xx", 2U), std::pair("UNAVAILABLE", 2U),
                                     std::pair("503", 1U), std::pair("connect-failure", 1U)}) {
    const Flight flight =
        fly(one_operation(R"({"attempts": 2, "on": [")" + std::string(on) + R"("], )" + kFixed + "}", R"("error": 0)"),
            {{"faults", R"([{"type": "kill_instances", "service": "s", "count": 1, "at": "5005ms"}])"}});
    EXPECT_EQ(flight.seen.requests.size(), attempts) << on;
  }
}

// Half of the answers are a 503, which is retried, half a 400. Attempts are geometric: 2 on average, with a variance of
// 2; every operation ends with a failure that is final.
TEST(RetryOn, EndsWithTheFirstFailureThatIsNotWorthIt) {
  const Flight flight =
      fly(one_operation(R"({"attempts": 100, "on": ["5xx"], )" + kFixed + "}",
                        R"("errors": [{"share": 0.5, "status": "503"},
                                                        {"share": 0.5, "status": "400"}])"),
          {{"traffic.0.arrivals", R"({"type": "poisson", "rate": "50/s"})"}, {"horizon", "\"200s\""}});
  EXPECT_NEAR(flight.figure("t.operations.attempts"), 2, 5 * std::sqrt(2.0 / 10'000));
  EXPECT_DOUBLE_EQ(flight.figure("t.operations.success_ratio"), 0);
  // All that began but for what is still under way.
  EXPECT_NEAR(flight.figure("t.operations.final_failures") / flight.figure("t.operations.rate"), 1, 0.005);
}

// A share of 30 % in two errors is a share of 30 %, drawn from the same numbers as one of that size.
TEST(Errors, ThatAreToldApartAreAsManyAsTogether) {
  const std::string text = R"({"windtunnel": 1, "name": "errors", "horizon": "100s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "50/s"}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"cpu": "1ms", "error": 0.3}]}}}})";
  const Flight one = fly(text);
  const Flight two = fly(text, {{"services.s.work.default.0",
                                 R"({"cpu": "1ms", "errors": [{"share": 0.1}, {"share": 0.2, "status": "404"}]})"}});
  EXPECT_EQ(one.seen.requests, two.seen.requests);
  EXPECT_NEAR(one.figure("s.loss.failed_error"), 0.3, 5 * std::sqrt(0.3 * 0.7 / 5000));
}

TEST(CircuitBreakers, AndBulkheadsMayBeOneForEachRequestClass) {
  const std::string text = R"({"windtunnel": 1, "name": "per class", "horizon": "20s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "50/s"}, "mix": {"bad": 0.5, "good": 0.5},
                 "circuit_breaker": {"type": "consecutive_failures", "failures": 2, "open_for": "1h"}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}},
                       "work": {"bad": [{"io": "1ms", "error": 1}], "default": [{"io": "1ms"}]}}}})";
  const auto completed = [](const Flight& flight, const std::string& name) {
    for (const ClassResult& c : flight.result.classes)
      if (c.request_class == name) return c.outcomes[0];
    return std::uint64_t{0};
  };
  const auto arrived = [](const Flight& flight, const std::string& name) {
    for (const ClassResult& c : flight.result.classes)
      if (c.request_class == name) return c.arrived;
    return std::uint64_t{0};
  };
  const Flight together = fly(text);
  const Flight apart = fly(text, {{"traffic.0.per", "\"class\""}});
  // Two failures in a row come soon among as many successes, and end everything for an hour.
  EXPECT_LT(completed(together, "good"), 100U);
  // Apart: the third bad request is refused, and all that are good go through. 500 are expected.
  EXPECT_EQ(arrived(apart, "bad"), 2U);
  EXPECT_EQ(completed(apart, "good"), arrived(apart, "good"));
  EXPECT_GT(completed(apart, "good"), 400U);
  EXPECT_DOUBLE_EQ(apart.figure("t.operations.circuit_breaker.opened"), 1.0 / 20);

  const std::string narrow = R"({"windtunnel": 1, "name": "per class", "horizon": "10s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "50/s"}, "mix": {"slow": 0.5, "fast": 0.5},
                 "bulkhead": {"max_concurrent_calls": 1}, "per": "class"}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}},
                       "work": {"slow": [{"io": "1h"}], "default": [{"io": "1us"}]}}}})";
  const Flight bulkheads = fly(narrow);
  EXPECT_EQ(arrived(bulkheads, "slow"), 1U);
  EXPECT_GT(completed(bulkheads, "fast"), 200U);
}

TEST(Operations, HaveSeriesInTheServiceThatTheyAsk) {
  const Flight flight = fly(R"({"windtunnel": 1, "name": "series", "horizon": "95s", "warmup": "5s",
    "metrics": {"resolution": "10s"},
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "20/s"}, "processes": 3,
                 "retry": {"attempts": 3, "backoff": {"base": "1ms"}},
                 "circuit_breaker": {"type": "consecutive_failures", "failures": 3, "open_for": "2s"}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"io": "1ms", "error": 0.5}]}}}})");
  const Series& series = flight.result.series.at(0);
  const auto mean = [&](const char* name) {
    double sum = 0, since = 0;
    for (std::size_t i = 0; i < series.times_s.size(); ++i) {
      sum += series.find(name)->values[i] * (series.times_s[i] - since);
      since = series.times_s[i];
    }
    return sum / 95;
  };
  EXPECT_NEAR(mean("t.retries_per_s"), flight.figure("t.operations.retries"), 1e-9);
  EXPECT_NEAR(mean("t.breakers_open"), flight.figure("t.operations.circuit_breaker.open"), 1e-9);
  EXPECT_GT(mean("t.breakers_open"), 0);
  // Every attempt is the first of an operation or a retry that had leave and has waited for a millisecond or two.
  EXPECT_NEAR(mean("t.attempts_per_s"), flight.figure("t.operations.rate") + flight.figure("t.operations.retries"),
              3.0 / 95);
}

}  // namespace
}  // namespace windtunnel
