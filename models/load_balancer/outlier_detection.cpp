#include "models/load_balancer/outlier_detection.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <string_view>
#include <utility>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 2> kAsNames = {"envoy", "grpc"};

std::string spell_percent(double percent) {
  const auto tenths = std::llrint(percent * 10);
  return std::to_string(tenths / 10) + (tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10)) + " %";
}

}  // namespace

void OutlierDetection::describe(FieldVisitor& v) {
  constexpr Bounds kShare{.lo = 0, .hi = 1};
  v.choice("as", as, kAsNames,
           "Whose rules decide where they differ: in Envoy no ejection may take the ejected past max_ejection_percent "
           "and the failure percentage may equal its threshold; in gRPC the first ejection is always allowed, and the "
           "percentage must be above");
  v.field("consecutive_5xx", consecutive_5xx, "Failures in a row that eject an instance at once; 0: any number is fine",
          {.lo = 0, .hi = 1e9});
  v.field("enforcing_consecutive_5xx", enforcing_consecutive_5xx, "How often that is acted on", kShare);
  v.field("interval", interval, "How often instances are compared, and ejected ones looked at for their return",
          kPositive);
  v.field("base_ejection_time", base_ejection_time, "How long the first ejection lasts; the second twice as long, …",
          kPositive);
  v.field("max_ejection_time", max_ejection_time,
          "How long an ejection lasts at most; none: 300 s, or base_ejection_time where that is more", kPositive);
  v.field("max_ejection_time_jitter", max_ejection_time_jitter, "Up to so much more at random, in whole ms",
          kNonNegative);
  v.field("max_ejection_percent", max_ejection_percent, "How many of the instances may be ejected", kShare);
  v.field("always_eject_one_host", always_eject_one_host, "One may be, whatever max_ejection_percent says");
  v.field("enforcing_success_rate", enforcing_success_rate, "How often a low success rate is acted on", kShare);
  v.field("success_rate_minimum_hosts", success_rate_minimum_hosts,
          "Instances with enough requests that it takes to compare their success rates", {.lo = 1, .hi = 1e9});
  v.field("success_rate_request_volume", success_rate_request_volume, "Requests in an interval that are enough",
          {.lo = 1, .hi = 1e9});
  v.field("success_rate_stdev_factor", success_rate_stdev_factor,
          "An instance is ejected whose success rate is below mean - so many standard deviations", kNonNegative);
  v.field("enforcing_failure_percentage", enforcing_failure_percentage, "How often too many failures are acted on",
          kShare);
  v.field("failure_percentage_threshold", failure_percentage_threshold, "Share of failures that is too many", kShare);
  v.field("failure_percentage_minimum_hosts", failure_percentage_minimum_hosts,
          "Instances with enough requests that it takes to look at shares of failures", {.lo = 1, .hi = 1e9});
  v.field("failure_percentage_request_volume", failure_percentage_request_volume,
          "Requests in an interval that are enough", {.lo = 1, .hi = 1e9});
}

Duration OutlierDetection::longest_ejection() const {
  return max_ejection_time.value_or(std::max<Duration>(std::chrono::seconds{300}, base_ejection_time));
}

void OutlierDetector::set_hosts(std::vector<std::uint32_t> numbers) {
  numbers_ = std::move(numbers);
  ejected_ = static_cast<std::size_t>(
      std::count_if(numbers_.begin(), numbers_.end(), [&](std::uint32_t n) { return hosts_.of(n).ejected; }));
}

// Envoy counts the one that is to be ejected, gRPC only those that are.
bool OutlierDetector::may_eject() const {
  const auto all = static_cast<double>(numbers_.size());
  const double most = params_.max_ejection_percent.value * 100;
  if (params_.always_eject_one_host && ejected_ == 0) return true;
  if (params_.as == OutlierDetection::As::kGrpc) return 100.0 * static_cast<double>(ejected_) / all < most;
  return 100.0 * static_cast<double>(ejected_ + 1) / all <= most;
}

bool OutlierDetector::enforced(Share share, Stream& words) {
  if (share.value >= 1) return true;
  return share.value > 0 && words.uniform() < share.value;
}

void OutlierDetector::eject(std::uint32_t number, Time now, Stream& words, std::string why,
                            std::vector<HealthChange>& changes) {
  if (!may_eject()) {
    ++overflows_;
    return;
  }
  Host& host = hosts_.of(number);
  host.ejected = true;
  host.ejected_at = now;
  ++ejected_;
  const Duration longest = params_.longest_ejection();
  if (host.backoff * params_.base_ejection_time < longest + params_.base_ejection_time) ++host.backoff;
  host.jitter = Duration::zero();
  const auto jitter_ms = params_.max_ejection_time_jitter / std::chrono::milliseconds{1};
  if (jitter_ms > 0)
    host.jitter = std::chrono::milliseconds{words.next() % (static_cast<std::uint64_t>(jitter_ms) + 1)};
  changes.push_back({number, false, std::move(why)});
}

void OutlierDetector::answered(std::uint32_t number, bool failed, Time now, Stream& words,
                               std::vector<HealthChange>& changes) {
  Host& host = hosts_.of(number);
  ++host.all;
  if (!failed) {
    ++host.good;
    host.failures_in_a_row = 0;
    return;
  }
  if (++host.failures_in_a_row != params_.consecutive_5xx || host.ejected) return;
  host.failures_in_a_row = 0;
  ++consecutive_detected_;
  if (std::find(numbers_.begin(), numbers_.end(), number) == numbers_.end()) return;
  if (enforced(params_.enforcing_consecutive_5xx, words))
    eject(number, now, words, std::to_string(params_.consecutive_5xx) + " failures in a row", changes);
}

bool OutlierDetector::may_return(const Host& host, Time now) const {
  const Duration length = std::min(host.backoff * params_.base_ejection_time, params_.longest_ejection()) + host.jitter;
  return params_.as == OutlierDetection::As::kGrpc ? now - host.ejected_at > length : now - host.ejected_at >= length;
}

void OutlierDetector::return_hosts(Time now, std::vector<HealthChange>& changes) {
  for (const std::uint32_t number : numbers_) {
    Host& host = hosts_.of(number);
    if (!host.ejected) {
      host.backoff = std::max<std::int64_t>(0, host.backoff - 1);
      continue;
    }
    if (!may_return(host, now)) continue;
    host.ejected = false;
    host.failures_in_a_row = 0;
    --ejected_;
    changes.push_back({number, true, "its ejection is over"});
  }
}

void OutlierDetector::judge_success_rates(Time now, Stream& words, std::vector<HealthChange>& changes) {
  success_rates_.reset();
  std::vector<std::uint32_t> judged;
  for (const std::uint32_t number : numbers_) {
    const Host& host = hosts_.of(number);
    if (!host.ejected && host.volume >= params_.success_rate_request_volume) judged.push_back(number);
  }
  if (static_cast<std::int64_t>(judged.size()) < params_.success_rate_minimum_hosts) return;
  double sum = 0, squares = 0;
  for (const std::uint32_t number : judged) sum += hosts_.of(number).rate;
  const double mean = sum / static_cast<double>(judged.size());
  for (const std::uint32_t number : judged) {
    const double off = hosts_.of(number).rate - mean;
    squares += off * off;
  }
  const double stdev = std::sqrt(squares / static_cast<double>(judged.size()));
  success_rates_ = {mean, mean - params_.success_rate_stdev_factor * stdev};
  for (const std::uint32_t number : judged) {
    const double rate = hosts_.of(number).rate;
    if (rate < success_rates_->threshold && enforced(params_.enforcing_success_rate, words))
      eject(number, now, words,
            "its success rate is " + spell_percent(rate) + ", below " + spell_percent(success_rates_->threshold),
            changes);
  }
}

void OutlierDetector::judge_failure_percentages(Time now, Stream& words, std::vector<HealthChange>& changes) {
  std::vector<std::uint32_t> judged;
  for (const std::uint32_t number : numbers_) {
    const Host& host = hosts_.of(number);
    if (!host.ejected && host.volume >= params_.failure_percentage_request_volume) judged.push_back(number);
  }
  const bool grpc = params_.as == OutlierDetection::As::kGrpc;  // counts all hosts
  const std::size_t enough = grpc ? numbers_.size() : judged.size();
  if (static_cast<std::int64_t>(enough) < params_.failure_percentage_minimum_hosts) return;
  const double threshold = params_.failure_percentage_threshold.value * 100;
  for (const std::uint32_t number : judged) {
    const double failed = 100 - hosts_.of(number).rate;
    const bool too_many = grpc ? failed > threshold : failed >= threshold;
    if (too_many && enforced(params_.enforcing_failure_percentage, words))
      eject(number, now, words, spell_percent(failed) + " of its requests failed", changes);
  }
}

// gRPC looks for hosts to return after it has ejected some, Envoy before.
void OutlierDetector::sweep(Time now, Stream& words, std::vector<HealthChange>& changes) {
  const bool grpc = params_.as == OutlierDetection::As::kGrpc;
  if (!grpc) return_hosts(now, changes);
  for (const std::uint32_t number : numbers_) {
    Host& host = hosts_.of(number);
    host.volume = std::exchange(host.all, 0);
    const std::int64_t good = std::exchange(host.good, 0);
    host.rate = host.volume > 0 ? 100.0 * static_cast<double>(good) / static_cast<double>(host.volume) : 100;
  }
  judge_success_rates(now, words, changes);
  judge_failure_percentages(now, words, changes);
  if (grpc) return_hosts(now, changes);
}

}  // namespace windtunnel
