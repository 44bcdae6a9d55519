#include "models/resilience/circuit_breaker.hpp"

namespace windtunnel {
namespace {

class ConsecutiveFailures final : public CircuitBreaker {
 public:
  ConsecutiveFailures(std::int64_t failures, Duration open_for, std::int64_t probes)
      : failures_(failures), open_for_(open_for), probes_(probes) {}

  bool permits(Time now) override {
    if (state_ == State::kOpen) {
      if (now - opened_ < open_for_) return false;
      state_ = State::kHalfOpen;
      under_way_ = succeeded_ = 0;
    }
    if (state_ == State::kHalfOpen) {
      if (under_way_ + succeeded_ >= probes_) return false;
      ++under_way_;
    }
    return true;
  }
  void ended(Time now, Duration, bool success) override {
    switch (state_) {
      case State::kOpen:
        return;
      case State::kClosed:
        row_ = success ? 0 : row_ + 1;
        if (row_ >= failures_) trip(now);
        return;
      case State::kHalfOpen:
        // Calls from before it opened may still end: they take no probe's place.
        if (under_way_ > 0) --under_way_;
        if (!success) return trip(now);
        if (++succeeded_ < probes_) return;
        state_ = State::kClosed;
        row_ = 0;
    }
  }
  void given_up(Time) override {
    if (state_ == State::kHalfOpen && under_way_ > 0) --under_way_;
  }
  bool open() const override { return state_ == State::kOpen; }

 private:
  enum class State { kClosed, kOpen, kHalfOpen };

  void trip(Time now) {
    state_ = State::kOpen;
    opened_ = now;
  }

  std::int64_t failures_;
  Duration open_for_;
  std::int64_t probes_;
  State state_ = State::kClosed;
  Time opened_{};
  std::int64_t row_ = 0, under_way_ = 0, succeeded_ = 0;
};

class Params final : public CircuitBreakerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("failures", failures_, "Failures in a row that open it", {.lo = 1});
    v.field("open_for", open_for_, "For so long it refuses everything; then it lets probes through", kPositive);
    v.field("probes", probes_, "Calls let through half-open: all succeed and it closes, one fails and it opens",
            {.lo = 1});
  }
  std::unique_ptr<CircuitBreaker> make(Time) const override {
    return std::make_unique<ConsecutiveFailures>(failures_, open_for_, probes_);
  }

 private:
  std::int64_t failures_ = 5;
  Duration open_for_ = std::chrono::seconds{5};
  std::int64_t probes_ = 1;
};

}  // namespace

void add_consecutive_failures(Registry<CircuitBreakerParams>& breakers) {
  breakers.add<Params>("consecutive_failures", "Opens after failures in a row, probes after a while");
}

}  // namespace windtunnel
