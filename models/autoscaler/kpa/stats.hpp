#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "models/autoscaler/autoscaler.hpp"
#include "models/autoscaler/kpa/metric_window.hpp"
#include "models/autoscaler/kpa/target.hpp"

// Where the numbers come from that the Knative autoscaler decides on (knative/serving 1.23, pkg/autoscaler/metrics and
// pkg/activator/handler): once a second it scrapes the pods' queue-proxies, and once a second the activator reports the
// requests that go through it. A request is counted by the one or the other.
namespace windtunnel::kpa {

// One report on one second.
struct Stat {
  double concurrency = 0;    // requests in flight, on average over the time reported on
  double request_count = 0;  // requests that arrived in it

  double of(Metric metric) const { return metric == Metric::kConcurrency ? concurrency : request_count; }
};

// Stable and panic window of the metric that a revision is scaled on.
class Collection {
 public:
  // Without a scrape target (the activator always in the path) silence is no reason to distrust the averages.
  Collection(Metric metric, Averaging averaging, Duration stable_window, Duration panic_window, bool scraped);

  void record(Time at, const Stat& stat);
  struct Averages {
    double stable = 0, panic = 0;
  };
  std::optional<Averages> averages(Time now) const;  // none: no data

 private:
  Metric metric_;
  bool scraped_;
  MetricWindow stable_, panic_;
};

// How many of so many pods are looked at: as many as give the mean of a population within 5 % at 95 % confidence.
std::int64_t sample_size(std::int64_t pods);

// Scrapes the ready instances, or a sample of them for all: pods older than the stable window first. The real sampler
// takes pods in the order in which a cache lists them, which is any; this one goes round.
class Scraper {
 public:
  explicit Scraper(Duration stable_window) : stable_window_(stable_window) {}

  // Once a second. What went straight to the instances; none: there is no pod to ask.
  std::optional<Stat> scrape(std::span<const InstanceSignal> instances, Time now);

 private:
  struct Counters {
    double seconds = 0;  // in flight, integral
    std::uint64_t arrived = 0;
  };

  Duration stable_window_;
  std::map<std::uint32_t, Counters> last_;
  std::uint64_t turn_ = 0;
};

// The activator's side: a report every second, and one at once for the first request after a second without any, which
// is what wakes a revision that is scaled to zero. What was reported at once is taken off the next report.
class ActivatorReporter {
 public:
  // What has gone through the activator since the run began.
  struct Counters {
    std::uint64_t arrived = 0;
    double seconds = 0;  // in flight, integral
  };

  // To be called before report() and whenever somebody wants to know. The stat of a first request, to be recorded at
  // the time at which it arrived.
  std::optional<Stat> first_request(const Counters& now, Time arrived_at);
  // Once a second; none: nothing to follow.
  std::optional<Stat> report(const Counters& counters, Time now);

 private:
  bool follows_ = false;
  bool reported_first_ = false;
  Time since_{};  // what the next report covers
  Counters last_;
};

}  // namespace windtunnel::kpa
