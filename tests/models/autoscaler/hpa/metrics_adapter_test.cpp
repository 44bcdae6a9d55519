#include "models/autoscaler/hpa/metrics_adapter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace windtunnel::hpa {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;

MetricSpec pods(const char* name) {
  MetricSpec out;
  out.type = Metric::Type::kPods;
  out.pods.emplace().metric.name = name;
  return out;
}
MetricSpec object(const char* name) {
  MetricSpec out;
  out.type = Metric::Type::kObject;
  out.object.emplace().metric.name = name;
  return out;
}
MetricSpec external(const char* name) {
  MetricSpec out;
  out.type = Metric::Type::kExternal;
  out.external.emplace().metric.name = name;
  return out;
}

// Two ready instances: the first gets 10 requests per second and always holds 3, the second 30 and 6.
class Service {
 public:
  Service() : instances_(2) {
    instances_[1].id = 7;
    for (InstanceSignal& instance : instances_) instance.state = InstanceSignal::State::kReady;
  }
  ServiceSignal at(Time now) {
    const double seconds = to_seconds(now);
    instances_[0].outstanding = 3;
    instances_[1].outstanding = 6;
    instances_[0].outstanding_seconds = 3 * seconds;
    instances_[1].outstanding_seconds = 6 * seconds;
    instances_[0].arrived = static_cast<std::uint64_t>(10 * seconds);
    instances_[1].arrived = static_cast<std::uint64_t>(30 * seconds);
    named_ = {seconds};
    ServiceSignal signal;
    signal.now = now;
    signal.instances = instances_;
    signal.arrived = static_cast<std::uint64_t>(40 * seconds);
    signal.outstanding = 9;
    signal.outstanding_seconds = 9 * seconds;
    signal.waiting = 4;
    signal.named = named_;
    signal.latency = &latency;
    return signal;
  }
  std::vector<InstanceSignal>& instances() { return instances_; }
  Histogram latency;

 private:
  std::vector<InstanceSignal> instances_;
  std::vector<double> named_;
};

void scrape(MetricsAdapter& adapter, const ServiceSignal& signal) {
  adapter.observe(signal);
  adapter.scrape(signal);
}

std::vector<std::pair<std::uint32_t, std::int64_t>> by_pod(const Reading& reading) {
  std::vector<std::pair<std::uint32_t, std::int64_t>> out;
  for (const auto& [pod, sample] : reading.samples) out.emplace_back(pod, sample.value);
  return out;
}

TEST(MetricsAdapter, HasRatesAndLevelsOfPodsAndOfTheWhole) {
  const std::vector<MetricSpec> metrics = {pods("request_rate"),     pods("concurrency"),      object("concurrency"),
                                           external("request_rate"), external("queue_length"), MetricSpec{}};
  MetricsAdapter adapter({}, metrics);
  EXPECT_FALSE(adapter.idle());
  EXPECT_TRUE(adapter.watched().requests);
  Service service;
  for (const Time now : {15s, 30s}) scrape(adapter, service.at(now));
  EXPECT_THAT(by_pod(adapter.reading(0, 30s)), ElementsAre(Pair(0, 10'000), Pair(7, 30'000)));
  EXPECT_THAT(by_pod(adapter.reading(1, 30s)), ElementsAre(Pair(0, 3000), Pair(7, 6000)));
  EXPECT_EQ(adapter.reading(2, 30s).value, 9000);
  EXPECT_THAT(adapter.reading(3, 30s).series, ElementsAre(40'000));
  EXPECT_THAT(adapter.reading(4, 30s).series, ElementsAre(4000));
}

TEST(MetricsAdapter, HasNothingToDoForResources) {
  const std::vector<MetricSpec> metrics = {default_metric()};
  EXPECT_TRUE(MetricsAdapter({}, metrics).idle());
}

TEST(MetricsAdapter, TakesLevelsOfTheMomentUnlessToldAWindow) {
  const std::vector<MetricSpec> metrics = {external("orders"), external("mean orders")};
  AdapterSpec spec;
  spec.names["mean orders"] = {.metric = "orders", .window = 20s, .quantile = {}};
  MetricsAdapter adapter(spec, metrics);
  EXPECT_THAT(adapter.watched().signals, ElementsAre("orders"));
  Service service;
  for (const Time now : {10s, 20s, 30s, 40s}) scrape(adapter, service.at(now));  // the signal is the time in seconds
  EXPECT_EQ(adapter.reading(0, 40s).value, 40'000);
  EXPECT_EQ(adapter.reading(1, 40s).value, 35'000);  // the mean of what was seen since 20 s: 30 and 40
}

TEST(MetricsAdapter, ShowsAScrapeOnlyAfterItsLag) {
  const std::vector<MetricSpec> metrics = {external("orders")};
  AdapterSpec spec;
  spec.lag = 20s;
  MetricsAdapter adapter(spec, metrics);
  Service service;
  EXPECT_EQ(adapter.reading(0, 0s).error, "no metrics");
  for (const Time now : {15s, 30s}) scrape(adapter, service.at(now));
  EXPECT_EQ(adapter.reading(0, 34s).error, "no metrics");
  EXPECT_EQ(adapter.reading(0, 35s).value, 15'000);
  EXPECT_EQ(adapter.reading(0, 49s).value, 15'000);
  EXPECT_EQ(adapter.reading(0, 50s).value, 30'000);
}

// As prometheus-adapter: thousandths cut off, and nothing over nothing is 0.
TEST(MetricsAdapter, CutsThousandthsOffAndCallsNothingZero) {
  const std::vector<MetricSpec> metrics = {external("orders"), external("latency"), external("error_ratio")};
  MetricsAdapter adapter({}, metrics);
  Service service;
  scrape(adapter, service.at(15999900us));
  EXPECT_EQ(adapter.reading(0, 16s).value, 15'999);
  EXPECT_EQ(adapter.reading(1, 16s).value, 0);
  EXPECT_EQ(adapter.reading(2, 16s).value, 0);
  EXPECT_TRUE(adapter.reading(1, 16s).error.empty());
}

TEST(MetricsAdapter, KnowsTheQuantileOfALatency) {
  const std::vector<MetricSpec> metrics = {external("median"), external("latency")};
  AdapterSpec spec;
  spec.names["median"] = {.metric = "latency", .window = {}, .quantile = Share{0.5}};
  MetricsAdapter adapter(spec, metrics);
  EXPECT_TRUE(adapter.watched().latency);
  Service service;
  for (int ms = 1; ms <= 100; ++ms) service.latency.record(ms * 1'000'000);
  scrape(adapter, service.at(15s));
  EXPECT_NEAR(static_cast<double>(adapter.reading(0, 15s).value), 50, 1);  // milliseconds: thousandths of a second
  EXPECT_NEAR(static_cast<double>(adapter.reading(1, 15s).value), 99, 1);
}

TEST(MetricsAdapter, FailsAMeanOverInstancesOfWhichNoneIsReady) {
  const std::vector<MetricSpec> metrics = {object("cpu_utilization"), pods("concurrency")};
  MetricsAdapter adapter({}, metrics);
  Service service;
  ServiceSignal signal = service.at(15s);
  for (InstanceSignal& instance : service.instances()) instance.state = InstanceSignal::State::kStarting;
  signal.cpu_request_cores = 1;
  scrape(adapter, signal);
  EXPECT_EQ(adapter.reading(0, 15s).error, "no metrics");
  EXPECT_TRUE(adapter.reading(1, 15s).samples.empty());
}

TEST(MetricsAdapter, HasNoMetricOfPodsOfWhatOnlyTheWholeHas) {
  const AdapterSpec spec;
  const auto wrong = [&](const char* name, Metric::Type type) { return misfit(type, spec.meant_by(name, type)); };
  for (const char* name : {"latency", "error_ratio", "queue_length", "anybody's signal"})
    EXPECT_FALSE(wrong(name, Metric::Type::kPods).empty()) << name;
  for (const char* name : {"concurrency", "request_rate", "cpu", "cpu_utilization", "memory_utilization"}) {
    EXPECT_TRUE(wrong(name, Metric::Type::kPods).empty()) << name;
    EXPECT_TRUE(wrong(name, Metric::Type::kExternal).empty()) << name;
  }
}

}  // namespace
}  // namespace windtunnel::hpa
