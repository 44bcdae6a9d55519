#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "models/result.hpp"

namespace windtunnel::cli {

inline constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

inline Estimate make_estimate(double mean, double half_width, std::uint64_t n) {
  Estimate e;
  e.mean = mean;
  e.half_width_95 = half_width;
  e.standard_error = half_width / 2.5;
  e.least = mean - half_width;
  e.most = mean + half_width;
  e.n = n;
  return e;
}

inline Metric make_metric(std::string name, std::string unit, double mean, double half_width = 0, std::uint64_t n = 1) {
  return {std::move(name), std::move(unit), std::vector<double>(n, mean), make_estimate(mean, half_width, n)};
}

// A small result made by hand: one service, one replication, an outage in the middle, one objective met and one missed.
inline Result sample() {
  Result r;
  r.scenario = "shop, flash sale";
  r.description = "made by hand";
  r.scenario_hash = "00112233445566ff";
  r.version = "0.1.0";
  r.seed = 7;
  r.warmup_s = 60;
  r.horizon_s = 600;
  r.currency = "USD";

  ServiceResult shop;
  shop.name = "shop";
  shop.arrived = 12345;
  shop.outcomes[static_cast<std::size_t>(Outcome::kCompleted)] = 12000;
  shop.outcomes[static_cast<std::size_t>(Outcome::kTimedOut)] = 45;
  shop.outcomes[static_cast<std::size_t>(Outcome::kRejectedFull)] = 300;
  for (int i = 1; i <= 100; ++i) shop.latency.record(i * 1'000'000);
  shop.wait_time.record(0, 100);
  r.services.push_back(shop);
  ClassResult pay{"web", "pay", "shop", 345, {}, shop.latency, shop.wait_time};
  pay.outcomes[0] = 300;
  pay.outcomes[static_cast<std::size_t>(Outcome::kTimedOut)] = 45;
  r.classes.push_back(pay);

  r.metrics = {make_metric("shop.success_ratio", "share", 0.97205),
               make_metric("shop.latency.p50", "s", 0.05),
               make_metric("shop.latency.p99", "s", 0.2873),
               make_metric("shop.latency.max", "s", 1.25),
               make_metric("shop.replicas.mean", "count", 3.5),
               make_metric("shop.replicas.ready_min", "count", 2),
               make_metric("shop.replicas.ready_max", "count", 8),
               make_metric("shop.utilization", "share", 0.531),
               make_metric("shop.loss.timed_out", "share", 0.003645),
               make_metric("shop.nothing", "s", kNothing, 0, 1),
               make_metric("cost.total", "USD", 12.345)};

  Series s;
  s.service = "shop";
  s.resolution_s = 10;
  for (int i = 1; i <= 60; ++i) s.times_s.push_back(10.0 * i);
  const auto column = [&](const char* name, const char* unit, auto f) {
    Series::Column c{name, unit, {}};
    for (int i = 0; i < 60; ++i) c.values.push_back(f(i));
    s.columns.push_back(c);
  };
  column("arrivals_per_s", "1/s", [](int i) { return 20.0 + (i % 20); });
  column("losses_per_s", "1/s", [](int i) { return i >= 30 && i < 34 ? 8.0 : 0.0; });
  column("latency_p99_s", "s", [](int i) { return i == 5 ? kNothing : i < 30 ? 0.1 : 0.25; });
  column("replicas_ready", "count", [](int i) { return i < 30 ? 2.0 : i < 40 ? 8.0 : 4.0; });
  r.series.push_back(s);

  r.decisions = {
      {290, "shop", "fault", "zone b is gone: 2 instances lost", {}},
      {300, "shop", "scale_up", "2 -> 4 replicas: cpu 95 % of request against a target of 60 %", {{"cpu", 0.95}}},
      {305, "shop", "instance_ready", "instance 5 is ready", {}},
      {315, "shop", "scale_up", "4 -> 8 replicas: cpu 90 % of request against a target of 60 %", {{"cpu", 0.90}}},
      {400, "shop", "scale_down", "8 -> 4 replicas: cpu 20 % of request against a target of 60 %", {{"cpu", 0.20}}}};

  ObjectiveResult fast;
  fast.name = "fast";
  fast.promise = "p99 latency of shop below 300ms";
  fast.metric = "shop.latency.p99";
  fast.unit = "s";
  fast.limit = 0.3;
  fast.estimate = make_estimate(0.2873, 0, 1);
  fast.share_of_replications_met = 1;
  fast.verdict = Verdict::kMet;
  ObjectiveResult available = fast;
  available.name = available.promise = "success ratio of shop above 99%";
  available.metric = "shop.success_ratio";
  available.unit = "share";
  available.limit = 0.99;
  available.above = true;
  available.estimate = make_estimate(0.97205, 0, 1);
  available.share_of_replications_met = 0;
  available.verdict = Verdict::kMissed;
  r.objectives = {fast, available};
  return r;
}

// With a service that requests twice the CPU and half of the memory it needs, and one that needs what it requests.
inline Result sized_sample() {
  Result r = sample();
  Sizing shop;
  shop.service = "shop";
  shop.instances = 3.5;
  shop.cpu = Sizing::Resource{1, 0.2, 0.35, 0.4, 0.5, 0.5, 1.75};
  shop.memory = Sizing::Resource{536870912, 5e8, 6e8, 7e8, 8e8, 1073741824, -1879048192};
  shop.cost = 10;
  shop.saved = -10;
  shop.priced_by = "memory";
  r.sizing.push_back(shop);
  Sizing right;
  right.service = "pay_api";
  right.instances = 1;
  right.cpu = Sizing::Resource{0.5, 0.2, 0.35, 0.4, 0.5, 0.52, -0.02};
  r.sizing.push_back(right);
  return r;
}

// The same as five replications found it: every metric with an interval, the second objective undecided.
inline Result replicated_sample() {
  Result r = sample();
  r.replications = 5;
  for (Metric& m : r.metrics)
    if (!std::isnan(m.estimate.mean)) {
      m.values.assign(5, m.estimate.mean);
      m.estimate = make_estimate(m.estimate.mean, m.estimate.mean * 0.0146, 5);
    }
  r.objectives[0].estimate = make_estimate(0.2873, 0.0042, 5);
  r.objectives[1].estimate = make_estimate(0.9912, 0.003, 5);
  r.objectives[1].share_of_replications_met = 0.6;
  r.objectives[1].verdict = Verdict::kUndecided;
  return r;
}

}  // namespace windtunnel::cli
