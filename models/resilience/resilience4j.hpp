#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/resilience/circuit_breaker.hpp"

namespace windtunnel::resilience4j {

enum class WindowType { kCountBased, kTimeBased };

struct Outcomes {
  std::int64_t calls = 0, failed = 0, slow = 0;
  Duration took{0};
  Outcomes& operator+=(const Outcomes& o) {
    calls += o.calls, failed += o.failed, slow += o.slow, took += o.took;
    return *this;
  }
  Outcomes& operator-=(const Outcomes& o) {
    calls -= o.calls, failed -= o.failed, slow -= o.slow, took -= o.took;
    return *this;
  }
};

// The last `size` calls, or those of the last `size` seconds, the present one included. Seconds are whole ones, as
// there.
class Window {
 public:
  Window(WindowType type, std::int64_t size, Time now);
  void record(Time now, const Outcomes& one);
  void advance(Time now);
  const Outcomes& total() const { return total_; }

 private:
  void next_part();

  WindowType type_;
  std::vector<Outcomes> parts_;
  std::size_t head_ = 0;
  std::int64_t second_;
  Outcomes total_;
};

// Defaults are those of CircuitBreakerConfig.
struct Terms {
  double failure_rate = 50;     // per cent
  double slow_call_rate = 100;  // per cent
  Duration slow_call = std::chrono::seconds{60};
  WindowType window_type = WindowType::kCountBased;
  std::int64_t window_size = 100;
  std::int64_t minimum_calls = 100;
  std::int64_t permitted_half_open = 10;
  Duration wait_open = std::chrono::seconds{60};
  double wait_multiplier = 1;
  std::optional<Duration> wait_cap;
  Duration max_wait_half_open{0};
  bool automatic_half_open = false;
};

// CircuitBreakerStateMachine. A call that ends after the state has changed counts where it ends.
class Breaker final : public CircuitBreaker {
 public:
  enum class State { kClosed, kOpen, kHalfOpen };

  Breaker(const Terms& terms, Time now);
  bool permits(Time now) override;
  void ended(Time now, Duration took, bool success) override;
  void given_up(Time now) override;
  bool open() const override { return state_ == State::kOpen; }

  State state() const { return state_; }
  double failure_rate() const { return rate(window_.total().failed); }  // per cent; -1: too few calls
  double slow_call_rate() const { return rate(window_.total().slow); }
  const Outcomes& buffered() const { return window_.total(); }
  std::int64_t not_permitted() const { return not_permitted_; }

 private:
  double rate(std::int64_t some) const;
  void become(State state, Time now);
  Duration open_for() const;
  void pass_time(Time now);

  Terms terms_;
  Window window_;
  std::int64_t minimum_;  // calls in the window, before anything is judged
  State state_ = State::kClosed;
  Time state_since_;
  std::int64_t permits_left_ = 0;
  std::int64_t opened_in_a_row_ = 0;
  std::int64_t not_permitted_ = 0;
};

}  // namespace windtunnel::resilience4j
