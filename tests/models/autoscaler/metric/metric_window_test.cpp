#include "models/autoscaler/metric/metric_window.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/assign.hpp"
#include "tests/models/autoscaler/watched_service.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::chosen;
using test::Fields;
using test::WatchedService;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

const Duration kMinute = 60s;

MetricChoice metric(std::string_view type, const Fields& fields = {}) { return chosen<ScalingMetric>(type, fields); }

// One metric and the service that it is a figure of.
class One {
 public:
  explicit One(MetricChoice of, MetricWindow::Detail detail = MetricWindow::Detail::kInstances)
      : metric(std::move(of)) {
    window.keep(*metric, detail);
  }
  // Observes at the end of each step.
  void fly(Duration length, Duration step) {
    for (Duration gone{}; gone < length; gone += step) {
      service.advance(step);
      observe();
    }
  }
  void observe() {
    window.observe(service.look());
    service.latency.clear();
  }
  std::optional<double> value(Duration initialization = {}) {
    return window.value(*metric, service.look(), initialization);
  }
  std::optional<double> total() { return window.total(*metric, service.look()); }

  MetricChoice metric;
  MetricWindow window;
  WatchedService service;
};

auto Near(double value) { return Optional(DoubleNear(value, 1e-12)); }

TEST(CpuUtilization, IsUsageOverRequestInTheWindow) {
  One one(metric("cpu_utilization"));
  one.service.start();
  one.service.start();
  one.service.load.cores = 0.9;
  one.fly(60s, 15s);
  one.service.load.cores = 0.3;
  one.fly(30s, 15s);
  EXPECT_THAT(one.value(), Near(0.6));
  one.fly(30s, 15s);
  EXPECT_THAT(one.value(), Near(0.3));
  EXPECT_THAT(one.total(), Near(0.6)) << "of both";
}

TEST(CpuUtilization, IsRelativeToTheRequest) {
  One one(metric("cpu_utilization"));
  one.service = WatchedService(0.5);
  one.service.start();
  one.service.load.cores = 0.9;
  one.fly(60s, 15s);
  EXPECT_THAT(one.value(), Near(1.8));
}

TEST(CpuUtilization, IsUnknownWithoutARequestOrWithoutAReadyInstance) {
  One no_request(metric("cpu_utilization"));
  no_request.service = WatchedService(0);
  no_request.service.start();
  no_request.fly(60s, 15s);
  EXPECT_EQ(no_request.value(), std::nullopt);

  One none_ready(metric("cpu_utilization"));
  none_ready.service.start(false);
  none_ready.fly(60s, 15s);
  EXPECT_EQ(none_ready.value(), std::nullopt);
  none_ready.service.become_ready(0);
  EXPECT_EQ(none_ready.value(), std::nullopt) << "ready for no time yet";
}

TEST(CpuUtilization, CountsAnInstanceFromTheMomentItIsReady) {
  One one(metric("cpu_utilization"));
  one.service.load.cores = 0.5;
  one.service.start();
  one.service.start(false);
  one.fly(45s, 15s);
  one.service.become_ready(1);
  one.fly(15s, 15s);
  // 60 s and 15 s at half a core each.
  EXPECT_THAT(one.value(), Near(0.5));
}

TEST(CpuUtilization, LeavesOutInstancesThatInitialize) {
  One one(metric("cpu_utilization"));
  one.service.start();
  one.service.load.cores = 0.5;
  one.fly(60s, 15s);
  one.service.start();
  one.service.load.cores = 1;
  one.fly(30s, 15s);
  // (30 s at 1/2 + 30 s at 1) and, of the new one, 30 s at 1.
  EXPECT_THAT(one.value(), Near(75.0 / 90));
  EXPECT_THAT(one.value(31s), Near(0.75));
  EXPECT_THAT(one.value(30s), Near(75.0 / 90)) << "ready for exactly as long as asked";
  EXPECT_THAT(one.value(91s), Near(0.75)) << "what the run begins with has been there before";
}

TEST(Cpu, IsPerReadyInstanceOrOfTheService) {
  One each(metric("cpu")), all(metric("cpu", {{"per_instance", false}}));
  for (One* one : {&each, &all}) {
    one->service.start();
    one->service.start();
    one->service.start();
    one->service.load.cores = 0.25;
    one->fly(60s, 20s);
  }
  EXPECT_THAT(each.value(), Near(0.25));
  EXPECT_THAT(each.total(), Near(0.75));
  EXPECT_THAT(all.value(), Near(0.75));
  EXPECT_FALSE(each.window.watched().requests) << "CPU is known anyway";
}

TEST(MemoryUtilization, IsTheMeanOfWhatWasSeen) {
  One one(metric("memory_utilization"));
  one.service.set_memory_request(400);
  one.service.start();
  one.fly(15s, 15s);
  EXPECT_EQ(one.value(), std::nullopt) << "nobody knows its memory";
  one.service.load.memory_bytes = 100;
  one.fly(60s, 15s);
  EXPECT_THAT(one.value(), Near(0.25));
  one.service.load.memory_bytes = 300;
  one.fly(15s, 15s);
  EXPECT_THAT(one.value(), Near((100 + 100 + 100 + 300) / 4.0 / 400));
}

TEST(Concurrency, IsTheTimeThatRequestsSpendThereOverTheWindow) {
  One one(metric("concurrency"));
  one.service.start();
  one.service.start();
  one.service.load.outstanding = 4;
  one.service.elsewhere = 2;
  one.fly(30s, 10s);
  one.service.load.outstanding = 0;
  one.fly(30s, 10s);
  EXPECT_THAT(one.total(), Near((2 * 4 * 30 + 2 * 60) / 60.0));
  EXPECT_THAT(one.value(), Near((2 * 4 * 30 + 2 * 60) / 60.0 / 2));
}

TEST(Concurrency, CountsRequestsOfInitializedInstancesAlone) {
  One one(metric("concurrency"));
  one.service.load.outstanding = 6;
  one.service.start();
  one.fly(60s, 10s);
  one.service.load.outstanding = 2;
  one.service.start();
  one.fly(30s, 10s);
  EXPECT_THAT(one.value(45s), Near((6 * 30 + 2 * 30) / 60.0));
  EXPECT_THAT(one.value(), Near((6 * 30 + 2 * 30 + 2 * 30) / 60.0 / 2));
}

TEST(Concurrency, WithoutAWindowIsThatOfTheMoment) {
  One one(metric("concurrency", {{"window", Duration{0}}}));
  one.service.start();
  one.service.load.outstanding = 7;
  one.fly(30s, 10s);
  one.service.load.outstanding = 3;
  one.service.advance(1s);
  EXPECT_THAT(one.value(), Near(3));
}

TEST(RequestRate, IsArrivalsOverTheWindow) {
  One one(metric("request_rate"));
  one.service.start();
  one.service.start();
  one.service.load.per_second = 10;
  one.fly(30s, 10s);
  one.service.load.per_second = 40;
  one.fly(30s, 10s);
  EXPECT_THAT(one.total(), Near(50));
  EXPECT_THAT(one.value(), Near(25));
}

TEST(RequestRate, CoversWhatThereHasBeenUntilAWindowHasPassed) {
  One one(metric("request_rate"));
  EXPECT_EQ(one.value(), std::nullopt) << "no time has passed";
  one.service.start();
  one.service.load.per_second = 12;
  one.service.advance(5s);
  EXPECT_THAT(one.value(), Near(12)) << "without any observation yet";
  one.fly(10s, 10s);
  EXPECT_THAT(one.value(), Near(12));
}

TEST(RequestRate, WithoutAWindowIsThatSinceTheLastLook) {
  One one(metric("request_rate", {{"window", Duration{0}}}));
  one.service.start();
  one.service.load.per_second = 10;
  one.fly(30s, 10s);
  one.service.load.per_second = 2;
  one.service.advance(3s);
  EXPECT_THAT(one.value(), Near(2));
  one.observe();
  EXPECT_THAT(one.value(), Near(2)) << "an observation of this very moment does not begin the window";
}

TEST(RequestRate, MayBeAskedForBetweenObservations) {
  One one(metric("request_rate"));
  one.service.start();
  one.service.load.per_second = 10;
  one.fly(60s, 20s);
  one.service.load.per_second = 70;
  one.service.advance(10s);
  // The window begins at 10 s; the observation before it is time 0.
  EXPECT_THAT(one.value(), Near((60 * 10 + 10 * 70) / 70.0));
}

TEST(QueueLength, IsTheMeanNumberOfRequestsThatWait) {
  One one(metric("queue_length"));
  one.service.start();
  one.service.start();
  one.service.waiting = 90;
  one.fly(20s, 10s);
  one.service.waiting = 0;
  one.fly(40s, 10s);
  EXPECT_THAT(one.total(), Near(30));
  EXPECT_THAT(one.value(), Near(15));
  One now(metric("queue_length", {{"window", Duration{0}}, {"per_instance", false}}));
  now.service.waiting = 8;
  now.fly(20s, 10s);
  EXPECT_THAT(now.value(), Near(8)) << "also while no instance is ready";
}

TEST(QueueLength, PerInstanceIsUnknownWhereNoneIsReady) {
  One one(metric("queue_length"));
  one.service.start(false);
  one.service.waiting = 8;
  one.fly(60s, 10s);
  EXPECT_EQ(one.value(), std::nullopt);
  EXPECT_THAT(one.total(), Near(8));
}

TEST(Latency, IsTheQuantileOfTheWindowsRequests) {
  One one(metric("latency", {{"quantile", Share{0.5}}}));
  const auto record = [&one](std::int64_t ms, int times) {
    for (int i = 0; i < times; ++i) one.service.latency.record(ms * 1'000'000);
  };
  EXPECT_EQ(one.value(), std::nullopt);
  record(1000, 100);
  one.fly(60s, 20s);
  EXPECT_THAT(one.value(), Optional(DoubleNear(1.0, 1e-9)));
  record(200, 30);
  one.fly(20s, 20s);
  EXPECT_THAT(one.value(), Optional(DoubleNear(0.2, 1e-9))) << "the window begins after the first ones";
  record(400, 90);
  EXPECT_THAT(one.value(), Optional(DoubleNear(0.4, 2e-3))) << "with those that are not observed yet";
  one.fly(20s, 20s);
  EXPECT_THAT(one.value(), Optional(DoubleNear(0.4, 2e-3))) << "and each of them once";
  one.fly(60s, 20s);
  EXPECT_EQ(one.value(), std::nullopt) << "nobody has completed in the last minute";
  EXPECT_TRUE(one.window.watched().latency);
}

TEST(LoopLag, IsTheMeanOfTheWindowsProbes) {
  One one(metric("loop_lag"));
  ServiceSignal signal = one.service.look();
  InstanceSignal instance;
  instance.state = InstanceSignal::State::kReady;
  const auto look = [&](Duration at, std::uint64_t probes, double seconds) {
    instance.lag_probes = probes;
    instance.lag_seconds = seconds;
    signal.now = at;
    signal.instances = {&instance, 1};
  };
  look(0s, 0, 0);
  one.window.observe(signal);
  EXPECT_EQ(one.window.value(*one.metric, signal), std::nullopt);  // no probe yet
  look(60s, 100, 2);
  one.window.observe(signal);
  EXPECT_THAT(one.window.value(*one.metric, signal), Near(0.02));
  look(120s, 150, 7);
  EXPECT_THAT(one.window.value(*one.metric, signal), Near(0.1));
}

TEST(ErrorRatio, IsFailuresOverWhatEnded) {
  One one(metric("error_ratio"));
  EXPECT_EQ(one.value(), std::nullopt);
  one.service.end_requests(90, 10);
  one.fly(30s, 10s);
  EXPECT_THAT(one.value(), Near(0.1));
  one.service.end_requests(60, 40);
  one.fly(30s, 10s);
  EXPECT_THAT(one.value(), Near(0.25));
  one.fly(60s, 10s);
  EXPECT_EQ(one.value(), std::nullopt);
  EXPECT_TRUE(one.window.watched().requests) << "outcomes are counted where somebody watches requests";
}

TEST(SignalMetric, IsTheMeanOfWhatWasSeen) {
  One one(metric("signal", {{"name", "orders"}, {"per_instance", false}}));
  EXPECT_THAT(one.window.watched().signals, ElementsAre("orders"));
  one.service.named = {100};
  one.fly(45s, 15s);
  one.service.named = {300};
  one.fly(15s, 15s);
  EXPECT_THAT(one.value(), Near(150));
  One now(metric("signal", {{"name", "orders"}, {"window", Duration{0}}}));
  now.service.start();
  now.service.start();
  now.service.named = {300};
  EXPECT_THAT(now.value(), Near(150));
}

TEST(MetricWindow, KeepsSeveralMetricsAndSharesTheirSignals) {
  const MetricChoice a = signal_metric("a"), b = signal_metric("b"), again = signal_metric("a");
  const MetricChoice rate = metric("request_rate", {{"window", Duration{10s}}, {"per_instance", false}});
  MetricWindow window;
  for (const MetricChoice& m : {a, b, again, rate}) window.keep(*m);
  EXPECT_THAT(window.watched().signals, ElementsAre("a", "b"));
  EXPECT_FALSE(window.watched().requests);
  EXPECT_FALSE(window.watched().latency);
  WatchedService service;
  service.start();
  service.named = {3, 5};
  service.load.per_second = 9;
  service.advance(60s);
  window.observe(service.look());
  EXPECT_THAT(window.value(*again, service.look()), Near(3));
  EXPECT_THAT(window.value(*b, service.look()), Near(5));
  EXPECT_THAT(window.value(*rate, service.look()), Near(9));
}

TEST(MetricWindow, ObservesAsOftenAsWindowsAndDecisionsHaveInCommon) {
  const auto period = [](std::vector<Duration> windows, Duration sync) {
    MetricWindow window;
    std::vector<MetricChoice> metrics;
    for (const Duration w : windows) metrics.push_back(metric("request_rate", {{"window", w}}));
    for (const MetricChoice& m : metrics) window.keep(*m);
    return window.observe_period(sync);
  };
  EXPECT_EQ(period({60s}, 15s), 15s);
  EXPECT_EQ(period({60s}, 60s), 60s);
  EXPECT_EQ(period({60s, 90s}, 60s), 30s);
  EXPECT_EQ(period({10s}, 15s), 5s);
  EXPECT_EQ(period({Duration{0}}, 15s), 15s);
  EXPECT_EQ(period({2400s}, 7s), 10s) << "no more than 240 to a window";
}

TEST(MetricWindow, ThinsOutObservationsThatComeTooOften) {
  // Each hundredth of a second for a minute: of the 6000 it keeps 240, and begins a window at one of them.
  One one(metric("request_rate"));
  one.service.start();
  one.service.load.per_second = 1;
  for (int i = 0; i < 12000; ++i) {
    one.service.advance(10ms);
    if (i % 100 == 99) one.service.end_requests(1, 0);
    one.observe();
  }
  one.service.load.per_second = 100;
  one.service.advance(30s);
  const std::optional<double> rate = one.value();
  ASSERT_TRUE(rate);
  // 3000 requests in the last 30 s and none before (whole seconds count only), over 60 s and at most 1/240 more.
  EXPECT_LE(*rate, 50);
  EXPECT_GE(*rate, 50 / (1 + 1.0 / 240) - 1e-9);
}

TEST(MetricWindow, GivesEachReadyInstancesOwnValue) {
  One one(metric("concurrency"));
  one.service.start();
  one.service.start(false);
  one.service.start();
  one.service.load.outstanding = 3;
  one.fly(60s, 10s);
  std::vector<MetricWindow::OfInstance> each;
  one.window.each(*one.metric, one.service.look(), each);
  ASSERT_EQ(each.size(), 2U);
  EXPECT_EQ(each[0].id, 0U);
  EXPECT_EQ(each[1].id, 2U);
  EXPECT_NEAR(each[0].value, 3, 1e-12);
}

TEST(MetricWindow, ForgetsInstancesThatAreGone) {
  One one(metric("cpu_utilization"));
  one.service.load.cores = 0.4;
  one.service.start();
  one.service.start();
  one.fly(60s, 15s);
  one.service.stop_newest();
  one.service.start();
  one.fly(15s, 15s);
  EXPECT_THAT(one.value(), Near(0.4));
}

TEST(MetricNamed, HasEveryTypeWithItsDefaults) {
  for (const ChoiceView::Entry& entry : ScalingMetric::registry().entries()) {
    const auto found = metric_named(entry.type);
    ASSERT_TRUE(found) << entry.type;
    EXPECT_EQ((*found)->window(), kMinute) << entry.type;
  }
  EXPECT_EQ(metric_named("queue"), std::nullopt);
  EXPECT_TRUE((*metric_named("queue_length"))->per_instance());
  EXPECT_EQ(signal_metric("orders")->signal(), "orders");
  EXPECT_FALSE(signal_metric("orders", {.per_instance = false})->per_instance());
  EXPECT_FALSE((*metric_named("cpu", {.per_instance = false}))->per_instance());
  EXPECT_EQ((*metric_named("error_ratio", {.window = 15s, .quantile = 0.5}))->window(), 15s);
  EXPECT_EQ((*metric_named("latency", {.window = 5s, .quantile = 0.5}))->words(), "p50 latency");
}

TEST(ScalingMetric, SpellsItsValues) {
  EXPECT_EQ(metric("cpu_utilization")->spell(0.62345), "62.3 %");
  EXPECT_EQ(metric("latency")->spell(0.24712), "247ms");
  EXPECT_EQ(metric("latency")->words(), "p99 latency");
  EXPECT_EQ(metric("latency", {{"quantile", Share{0.999}}})->words(), "p99.9 latency");
  EXPECT_EQ(metric("request_rate")->spell(1234.5), "1230/s");
  EXPECT_EQ(metric("request_rate")->words(), "requests per instance");
  EXPECT_EQ(metric("concurrency", {{"per_instance", false}})->words(), "requests at a time");
  EXPECT_EQ(metric("cpu_utilization", {{"target", Share{0.7}}})->target(), 0.7);
  EXPECT_EQ(metric("latency", {{"target", Duration{300ms}}})->target(), 0.3);
}

TEST(ScalingMetric, SaysWhatItNeeds) {
  const auto needs = [](std::string_view type, MetricWindow::Detail detail) {
    MetricWindow window;
    const MetricChoice m = metric(type);
    window.keep(*m, detail);
    return window.watched();
  };
  for (const std::string_view type : {"concurrency", "request_rate"}) {
    EXPECT_FALSE(needs(type, MetricWindow::Detail::kValues).requests) << type;
    EXPECT_TRUE(needs(type, MetricWindow::Detail::kInstances).requests) << type;
  }
  EXPECT_TRUE(metric("cpu_utilization")->needs_cpu_request());
  EXPECT_FALSE(metric("cpu")->needs_cpu_request());
  EXPECT_THAT(needs("queue_length", MetricWindow::Detail::kInstances).signals, IsEmpty());
}

}  // namespace
}  // namespace windtunnel
