#include <array>

#include "models/resilience/circuit_breaker.hpp"

namespace windtunnel {
namespace {

// Hystrix looks at its rolling window when a health snapshot is due, at no other time. A snapshot sees whole buckets,
// each as long as the time between two.
class Hystrix final : public CircuitBreaker {
 public:
  struct Terms {
    std::int64_t volume = 20;
    double error_percent = 50;
    Duration sleep_window = std::chrono::seconds{5};
    Duration window = std::chrono::seconds{10};
    Duration snapshot = std::chrono::milliseconds{500};
  };
  Hystrix(const Terms& terms, Time now)
      : terms_(terms),
        bucket_ends_(now + terms.snapshot),
        buckets_(static_cast<std::size_t>(terms.window / terms.snapshot)) {}

  bool permits(Time now) override {
    snapshots(now);
    if (state_ == State::kClosed) return true;
    if (state_ == State::kHalfOpen || now - opened_ <= terms_.sleep_window) return false;
    state_ = State::kHalfOpen;
    probing_ = true;
    return true;
  }
  void ended(Time now, Duration, bool success) override {
    snapshots(now);
    ++(success ? present_.successes : present_.errors);
    if (state_ != State::kHalfOpen || !probing_) return;
    probing_ = false;
    if (!success) {
      state_ = State::kOpen;
      opened_ = now;
      return;
    }
    state_ = State::kClosed;
    forget();
  }
  // A probe that nobody waits for any more must not keep the breaker half-open for ever.
  void given_up(Time now) override {
    snapshots(now);
    if (state_ != State::kHalfOpen || !probing_) return;
    probing_ = false;
    state_ = State::kOpen;
    opened_ = now;
  }
  bool open() const override { return state_ == State::kOpen; }

 private:
  enum class State { kClosed, kOpen, kHalfOpen };
  struct Bucket {
    std::int64_t successes = 0, errors = 0;
  };

  void forget() {
    buckets_.assign(buckets_.size(), {});
    present_ = sum_ = {};
  }
  void snapshots(Time now) {
    while (bucket_ends_ <= now) {
      Bucket& oldest = buckets_[next_];
      sum_.successes += present_.successes - oldest.successes;
      sum_.errors += present_.errors - oldest.errors;
      oldest = present_;
      present_ = {};
      next_ = next_ + 1 == buckets_.size() ? 0 : next_ + 1;
      judge(bucket_ends_);
      if (sum_.successes + sum_.errors == 0) {  // nothing more to see until now
        bucket_ends_ += ((now - bucket_ends_) / terms_.snapshot + 1) * terms_.snapshot;
        return;
      }
      bucket_ends_ += terms_.snapshot;
    }
  }
  void judge(Time at) {
    const std::int64_t total = sum_.successes + sum_.errors;
    if (state_ != State::kClosed || total == 0 || total < terms_.volume) return;
    const std::int64_t percent = sum_.errors * 100 / total;  // a whole number there
    if (static_cast<double>(percent) < terms_.error_percent) return;
    state_ = State::kOpen;
    opened_ = at;
  }

  Terms terms_;
  Time bucket_ends_;
  std::vector<Bucket> buckets_;
  std::size_t next_ = 0;
  Bucket present_, sum_;
  State state_ = State::kClosed;
  bool probing_ = false;
  Time opened_{};
};

class Params final : public CircuitBreakerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("requestVolumeThreshold", terms_.volume, "Calls in the window below which nothing is judged", kNonNegative);
    v.field("errorThresholdPercentage", terms_.error_percent, "Per cent of failures that open it, rounded down",
            {.lo = 0, .hi = 100});
    v.field("sleepWindow", terms_.sleep_window, "After it one call is let through", kPositive);
    v.field("rollingWindow", terms_.window, "What is looked at", kPositive);
    v.field("healthSnapshotInterval", terms_.snapshot, "Between two looks", kPositive);
  }
  void check(Problems& p) override {
    if (terms_.window < terms_.snapshot || terms_.window % terms_.snapshot != Duration{0})
      p.error("/rollingWindow", "is not a multiple of healthSnapshotInterval");
  }
  std::unique_ptr<CircuitBreaker> make(Time now) const override { return std::make_unique<Hystrix>(terms_, now); }

 private:
  Hystrix::Terms terms_;
};

}  // namespace

void add_hystrix(Registry<CircuitBreakerParams>& breakers) {
  breakers.add<Params>("hystrix", "Hystrix's: a share of failures in a rolling window, one probe after it");
}

}  // namespace windtunnel
