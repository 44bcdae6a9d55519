// Theory beside simulation: which queue a service is taken for, and whether a run agrees.

#include "models/theory/prediction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::fly;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Standing = TheoryOf::Standing;

const std::string kQueue =
    R"({"windtunnel": 1, "name": "queue", "horizon": "20000s", "warmup": "1000s", "replications": 4,
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "8/s"}}],
  "services": {"s": {"instance": {"runtime": {"type": "worker_pool", "workers": 1}},
                     "work": {"default": [{"cpu": {"type": "exponential", "mean": "100ms"}}]}}}})";

TheoryOf of(const std::string& scenario, const std::vector<Override>& overrides = {}) {
  return fly(scenario, overrides).result.theory.at(0);
}

const TheoryFigure& named(const TheoryOf& theory, const std::string& metric) {
  for (const TheoryFigure& f : theory.figures)
    if (f.metric == metric) return f;
  ADD_FAILURE() << "no figure " << metric;
  return theory.figures.front();
}

TEST(Theory, OfOneServerIsExactAndAgrees) {
  const TheoryOf theory = of(kQueue);
  EXPECT_EQ(theory.model, "M/M/1");
  EXPECT_EQ(theory.standing, Standing::kExact);
  EXPECT_DOUBLE_EQ(theory.load, 0.8);
  EXPECT_DOUBLE_EQ(theory.servers, 1);
  ASSERT_THAT(theory.figures, SizeIs(3));
  EXPECT_DOUBLE_EQ(named(theory, "s.utilization").low, 0.8);
  EXPECT_NEAR(named(theory, "s.wait_time.mean").low, 0.4, 1e-12);
  EXPECT_NEAR(named(theory, "s.latency.mean").high, 0.5, 1e-12);
  for (const TheoryFigure& f : theory.figures) EXPECT_FALSE(f.disagrees) << f.metric;
}

TEST(Theory, KnowsTheVarianceOfServiceTimes) {
  const TheoryOf theory = of(kQueue, {{"services.s.work.default.0.cpu", "\"100ms\""}});
  EXPECT_EQ(theory.model, "M/G/1");
  EXPECT_NEAR(named(theory, "s.wait_time.mean").low, 0.2, 1e-12) << "half of what exponential work makes it";
  EXPECT_FALSE(named(theory, "s.wait_time.mean").disagrees);
}

TEST(Theory, OfSeveralWorkersIsErlangs) {
  const TheoryOf theory =
      of(kQueue, {{"services.s.instance.runtime.workers", "4"}, {"traffic.0.arrivals.rate", "\"32/s\""}});
  EXPECT_EQ(theory.model, "M/M/4");
  EXPECT_EQ(theory.standing, Standing::kExact);
  EXPECT_EQ(theory.staffing, 5) << "3.2 + sqrt(3.2), rounded up";
  EXPECT_NEAR(named(theory, "s.wait_time.mean").low, 0.0745, 0.0001);  // C(4, 3.2) = 0.5964
  EXPECT_FALSE(named(theory, "s.wait_time.mean").disagrees);
}

TEST(Theory, OfSharedCoresDoesNotCareForTheLaw) {
  const TheoryOf theory =
      of(kQueue, {{"services.s.instance.runtime", R"({"type": "processor_sharing"})"},
                  {"services.s.work.default.0.cpu", R"({"type": "lognormal", "mean": "100ms", "cv": 2})"}});
  EXPECT_EQ(theory.model, "M/G/1 processor sharing");
  EXPECT_EQ(theory.standing, Standing::kExact);
  EXPECT_NEAR(named(theory, "s.latency.mean").low, 0.5, 1e-12);
  EXPECT_FALSE(named(theory, "s.latency.mean").disagrees);
}

TEST(Theory, BoundsWhatABalancerCanDo) {
  const TheoryOf theory = of(kQueue, {{"services.s.replicas", "4"},
                                      {"services.s.balancer", R"({"type": "least_request"})"},
                                      {"traffic.0.arrivals.rate", "\"32/s\""}});
  EXPECT_EQ(theory.standing, Standing::kBounds);
  const TheoryFigure& wait = named(theory, "s.wait_time.mean");
  EXPECT_NEAR(wait.low, 0.0745, 0.0001);
  EXPECT_NEAR(wait.high, 0.4, 1e-12);
  EXPECT_FALSE(wait.disagrees);
  const TheoryOf random = of(kQueue, {{"services.s.replicas", "4"},
                                      {"services.s.balancer", R"({"type": "random"})"},
                                      {"traffic.0.arrivals.rate", "\"32/s\""}});
  EXPECT_EQ(random.model, "M/M/1 x 4");
  EXPECT_EQ(random.standing, Standing::kExact);
  EXPECT_FALSE(named(random, "s.wait_time.mean").disagrees);
}

TEST(Theory, FollowsCallsThroughTheGraph) {
  const std::string tiers =
      R"({"windtunnel": 1, "name": "tiers", "horizon": "5000s", "warmup": "500s", "replications": 4,
  "traffic": [{"name": "t", "to": "a", "arrivals": {"type": "poisson", "rate": "8/s"}}],
  "services": {
    "a": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"call": {"service": "b", "probability": 0.5}}]}},
    "b": {"instance": {"runtime": {"type": "worker_pool", "workers": 1}},
          "work": {"default": [{"cpu": {"type": "exponential", "mean": "100ms"}}]}}}})";
  const Result result = fly(tiers).result;
  EXPECT_THAT(result.theory[0].figures, IsEmpty());
  EXPECT_THAT(result.theory[0].why, HasSubstr("other services"));
  EXPECT_EQ(result.theory[1].standing, Standing::kApproximation) << "arrivals are those of calls";
  EXPECT_DOUBLE_EQ(result.theory[1].load, 0.4);
}

TEST(Theory, SaysThatAQueueGrowsWithoutEnd) {
  const TheoryOf theory = of(kQueue, {{"traffic.0.arrivals.rate", "\"12/s\""}, {"horizon", "\"100s\""}});
  EXPECT_TRUE(std::isinf(named(theory, "s.wait_time.mean").high));
  EXPECT_DOUBLE_EQ(named(theory, "s.utilization").low, 1);
}

TEST(Theory, SaysWhyItHasNothingToSay) {
  const auto why = [](const std::vector<Override>& overrides) {
    const TheoryOf theory = of(kQueue, overrides);
    EXPECT_THAT(theory.figures, IsEmpty());
    EXPECT_EQ(theory.standing, Standing::kNothing);
    return theory.why;
  };
  const Override brief{"horizon", "\"100s\""};
  EXPECT_THAT(why({brief, {"services.s.instance.backlog", "3"}}), HasSubstr("bounded"));
  EXPECT_THAT(why({brief, {"traffic.0.arrivals", R"({"type": "ramp", "from": "1/s", "to": "5/s", "over": "50s"})"}}),
              HasSubstr("changes with time"));
  EXPECT_THAT(why({brief, {"traffic.0.timeout", "\"200ms\""}}), HasSubstr("lost"));
  EXPECT_THAT(why({brief, {"services.s.replicas", "2"}, {"services.s.work.default.0.cpu", "\"100ms\""}}),
              HasSubstr("not exponential"));
}

}  // namespace
}  // namespace windtunnel
