#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/load_balancer/per_backend.hpp"
#include "sim/describe/field.hpp"
#include "sim/random/stream.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// Envoy's outlier detection (source/common/upstream/outlier_detection_impl.cc, read 2026), with gRPC's rules (gRFC A50)
// where those differ. A failure is what a client sees as a 5xx: a request that was lost, refused, or not answered in
// time.
struct OutlierDetection {
  enum class As { kEnvoy, kGrpc };

  As as = As::kEnvoy;
  std::int64_t consecutive_5xx = 5;  // 0: none
  Share enforcing_consecutive_5xx{1};
  Duration interval = std::chrono::seconds{10};
  Duration base_ejection_time = std::chrono::seconds{30};
  std::optional<Duration> max_ejection_time;  // none: the longer of 300 s and base_ejection_time
  Duration max_ejection_time_jitter{0};
  Share max_ejection_percent{0.1};
  bool always_eject_one_host = false;
  Share enforcing_success_rate{1};
  std::int64_t success_rate_minimum_hosts = 5;
  std::int64_t success_rate_request_volume = 100;
  double success_rate_stdev_factor = 1.9;
  Share enforcing_failure_percentage{0};
  Share failure_percentage_threshold{0.85};
  std::int64_t failure_percentage_minimum_hosts = 5;
  std::int64_t failure_percentage_request_volume = 50;

  void describe(FieldVisitor& v);
  Duration longest_ejection() const;
};

// What is told of a backend when a balancer begins to leave it out, or no longer does.
struct HealthChange {
  std::uint32_t number;
  bool healthy;
  std::string why;
};

// The detector of one balancer.
class OutlierDetector {
 public:
  // The parameters must outlive it.
  explicit OutlierDetector(const OutlierDetection& params) : params_(params) {}

  // The backends there are, by number. What is known of those that stay remains.
  void set_hosts(std::vector<std::uint32_t> numbers);
  // A request has ended. A host that is ejected for it is added to `changes`.
  void answered(std::uint32_t number, bool failed, Time now, Stream& words, std::vector<HealthChange>& changes);
  // To be called once in `interval`.
  void sweep(Time now, Stream& words, std::vector<HealthChange>& changes);
  bool ejected(std::uint32_t number) { return hosts_.of(number).ejected; }

  // Detections so far, enforced or not, and ejections that max_ejection_percent has forbidden.
  std::uint64_t consecutive_detected() const { return consecutive_detected_; }
  std::uint64_t overflows() const { return overflows_; }

  // Of the hosts with enough requests in the interval that has ended last, percent; none: too few of them.
  struct SuccessRates {
    double mean, threshold;
  };
  const std::optional<SuccessRates>& success_rates() const { return success_rates_; }

 private:
  struct Host {
    bool ejected = false;
    std::int64_t failures_in_a_row = 0;
    std::int64_t backoff = 0;  // multiple of the base time that its next ejection lasts, less one
    Time ejected_at{};
    Duration jitter{0};
    std::int64_t good = 0, all = 0;  // in this interval …
    double rate = 0;                 // … and percent good in the last
    std::int64_t volume = 0;
  };
  bool may_eject() const;
  static bool enforced(Share share, Stream& words);
  void eject(std::uint32_t number, Time now, Stream& words, std::string why, std::vector<HealthChange>& changes);
  bool may_return(const Host& host, Time now) const;
  void return_hosts(Time now, std::vector<HealthChange>& changes);
  void judge_success_rates(Time now, Stream& words, std::vector<HealthChange>& changes);
  void judge_failure_percentages(Time now, Stream& words, std::vector<HealthChange>& changes);

  const OutlierDetection& params_;
  std::vector<std::uint32_t> numbers_;
  PerBackend<Host> hosts_;
  std::size_t ejected_ = 0;  // of numbers_
  std::uint64_t consecutive_detected_ = 0, overflows_ = 0;
  std::optional<SuccessRates> success_rates_;
};

}  // namespace windtunnel
