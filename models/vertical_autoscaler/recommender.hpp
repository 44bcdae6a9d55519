#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "models/vertical_autoscaler/usage_histogram.hpp"
#include "sim/describe/field.hpp"

namespace windtunnel::vpa {

// The flags of the recommender (vertical-pod-autoscaler 1.x) that what it says depends on, with its defaults.
struct RecommenderFlags {
  Duration interval = std::chrono::minutes{1};
  Share target_percentile{0.9}, lower_percentile{0.5}, upper_percentile{0.95};
  Share safety_margin{0.15};
  Duration confidence_interval = std::chrono::hours{24};
  Cpu min_cpu{0.025};
  Bytes min_memory{250.0 * 1024 * 1024};
  Duration cpu_half_life = std::chrono::hours{24};
  Duration memory_half_life = std::chrono::hours{24};
  Duration memory_interval = std::chrono::hours{24};
  Bytes oom_min_bump{100.0 * 1024 * 1024};
  double oom_bump_ratio = 1.2;

  void describe(FieldVisitor& v);
  void check(Problems& p);
};

// CPU in cores and memory in bytes; none: nothing is said about it.
struct Amounts {
  std::optional<double> cpu, memory;
  bool operator==(const Amounts&) const = default;
};

// What one container of the service should request, and the range in which a request is good enough.
struct Recommendation {
  Amounts target, lower, upper;
  Amounts uncapped;  // the target before any policy
};

// What the containers of a service have used, as the recommender remembers it: all their CPU in one histogram, and of
// memory each one's peak in each interval.
class Usage {
 public:
  explicit Usage(const RecommenderFlags& flags);

  void cpu(Time at, double cores);
  // Samples of one container come in the order of time. One that is earlier than the last is dropped.
  void memory(std::uint32_t container, Time at, double bytes);
  // It was killed for using more than it may; `request`: what it had asked for. Says whether it counts: it does not
  // where it is older than the container's interval.
  bool out_of_memory(std::uint32_t container, Time at, double request);
  void forget(std::uint32_t container);  // it is gone; what it used is remembered
  void merge(const Usage& other);        // its containers are others than ours

  double cpu_percentile(double p) const { return cpu_.percentile(p); }
  double memory_percentile(double p) const { return memory_.percentile(p); }
  // In confidence intervals: the lesser of the time that CPU samples span and of one sample a minute.
  double confidence() const;
  std::uint64_t samples() const { return samples_; }

  // Percentile, margin, confidence, minimum; in that order.
  Recommendation recommend() const;

 private:
  struct Container {
    std::optional<Time> window_end;
    Time last = Time::min();
    double peak = 0, oom_peak = 0;
  };
  void add_memory(Container& container, Time at, double bytes, bool oom);

  RecommenderFlags flags_;
  UsageHistogram cpu_, memory_;
  std::map<std::uint32_t, Container> containers_;
  Time first_sample_ = kNever, last_sample_{};
  std::uint64_t samples_ = 0;  // of CPU
};

}  // namespace windtunnel::vpa
