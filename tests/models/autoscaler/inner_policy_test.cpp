#include "models/autoscaler/inner_policy.hpp"

#include <gmock/gmock.h>

#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::chosen;
using test::Found;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Notes when it is called and with how many latencies.
struct Notes {
  std::vector<Time> observed;
  std::vector<std::uint64_t> latencies, latencies_at_decision;
};
class Noting final : public Autoscaler {
 public:
  Noting(Notes& notes, Duration observes) : notes_(notes), observes_(observes) {}
  Duration sync_period() const override { return 30s; }
  Duration observe_period() const override { return observes_; }
  Watched watched() const override { return {.latency = true}; }
  void observe(const ServiceSignal& signal) override {
    notes_.observed.push_back(signal.now);
    notes_.latencies.push_back(signal.latency->count());
  }
  ScalingDecision decide(const ServiceSignal& signal) override {
    notes_.latencies_at_decision.push_back(signal.latency->count());
    return {.replicas = 7};
  }

 private:
  Notes& notes_;
  Duration observes_;
};

// A minute of a service that completes a request each second and calls its policy, the outer one, as the service does.
void live_for_a_minute(InnerPolicy& inner, Duration observe_period) {
  Histogram latency;
  for (Time now = 1s; now <= 60s; now += 1s) {
    latency.record(1000);
    ServiceSignal signal;
    signal.now = now;
    signal.latency = &latency;
    if (now % observe_period == 0s) {
      inner.observe(signal);
      latency.clear();
    }
    if (now % inner.sync_period() == 0s) inner.decide(signal);
  }
}

TEST(InnerPolicy, IsCalledInItsOwnRhythmOutOfASharedOne) {
  Notes notes;
  InnerPolicy inner(std::make_unique<Noting>(notes, 15s));
  EXPECT_EQ(inner.shared_observe_period(20s), 5s);
  EXPECT_EQ(inner.shared_observe_period(60s), 15s);
  live_for_a_minute(inner, 5s);
  EXPECT_THAT(notes.observed, ElementsAre(15s, 30s, 45s, 60s));
}

TEST(InnerPolicy, SeesEveryLatencySinceItsOwnLastLook) {
  Notes notes;
  InnerPolicy inner(std::make_unique<Noting>(notes, 20s));
  live_for_a_minute(inner, 5s);
  EXPECT_THAT(notes.latencies, ElementsAre(20, 20, 20));
  EXPECT_THAT(notes.latencies_at_decision, ElementsAre(10, 0));
}

TEST(InnerPolicy, SeesEveryLatencyOnceInItsDecisionsWhereItDoesNotObserve) {
  Notes notes;
  InnerPolicy inner(std::make_unique<Noting>(notes, 0s));
  EXPECT_EQ(inner.shared_observe_period(20s), 20s);
  live_for_a_minute(inner, 20s);
  EXPECT_THAT(notes.observed, IsEmpty());
  EXPECT_THAT(notes.latencies_at_decision, ElementsAre(20, 40));  // the service was looked at after 20, 40 and 60 s
}

// Looks at a signal.
class Looking final : public Autoscaler {
 public:
  Duration sync_period() const override { return 30s; }
  Duration observe_period() const override { return 15s; }
  Watched watched() const override { return {.requests = true, .signals = {"b"}}; }
  void observe(const ServiceSignal& signal) override { EXPECT_THAT(signal.named, ElementsAre(2)); }
  ScalingDecision decide(const ServiceSignal& signal) override {
    EXPECT_THAT(signal.named, ElementsAre(2));
    return {};
  }
  bool wake(const ServiceSignal& signal) override {
    EXPECT_THAT(signal.named, ElementsAre(2));
    return true;
  }
};

TEST(InnerPolicy, SeesItsOwnSignalsBehindThoseOfTheOuterPolicy) {
  InnerPolicy inner(std::make_unique<Looking>(), 1);
  Watched wanted{.latency = true, .signals = {"a"}};
  inner.watch(wanted);
  EXPECT_TRUE(wanted.requests);
  EXPECT_TRUE(wanted.latency);
  EXPECT_THAT(wanted.signals, ElementsAre("a", "b"));
  const std::vector<double> named = {1, 2};
  ServiceSignal signal;
  signal.named = named;
  inner.observe(signal);
  inner.decide(signal);
  EXPECT_TRUE(inner.wake(signal));
}

TEST(InnerPolicy, CannotBeOneThatTheServiceItselfCarriesOut) {
  Found found;
  check_inner_policy(chosen<AutoscalerParams>("per_request"), "/reactive", found);
  ASSERT_THAT(found.errors, SizeIs(1));
  EXPECT_THAT(found.errors[0], HasSubstr("/reactive: per_request starts an instance for each request"));
}

TEST(ProblemsBelow, MovesPointersAndLeavesPlacesInFiles) {
  Found found;
  ProblemsBelow below(found, "/history");
  below.error("/end", "a");
  below.error("week.csv:3", "b");
  below.warning("", "c");
  EXPECT_THAT(found.errors, ElementsAre("/history/end: a", "week.csv:3: b"));
  EXPECT_THAT(found.warnings, ElementsAre("/history: c"));
}

}  // namespace
}  // namespace windtunnel
