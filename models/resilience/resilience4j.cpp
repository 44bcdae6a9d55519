#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "models/resilience/resilience4j.hpp"

namespace windtunnel::resilience4j {
namespace {

constexpr Duration kBucket = std::chrono::seconds{1};

std::int64_t least(const Terms& terms) {
  const bool by_count = terms.window_type == WindowType::kCountBased;
  return by_count ? std::min(terms.minimum_calls, terms.window_size) : terms.minimum_calls;
}

}  // namespace

Window::Window(WindowType type, std::int64_t size, Time now)
    : type_(type), parts_(static_cast<std::size_t>(size)), second_(now / kBucket) {}

void Window::advance(Time now) {
  if (type_ != WindowType::kTimeBased) return;
  const std::int64_t second = now / kBucket;
  const auto size = static_cast<std::int64_t>(parts_.size());
  for (std::int64_t steps = std::min(second - second_, size); steps > 0; --steps) next_part();
  second_ = second;
}

void Window::next_part() {
  head_ = head_ + 1 == parts_.size() ? 0 : head_ + 1;
  total_ -= parts_[head_];
  parts_[head_] = {};
}

void Window::record(Time now, const Outcomes& one) {
  advance(now);
  if (type_ == WindowType::kCountBased) next_part();
  parts_[head_] += one;
  total_ += one;
}

Breaker::Breaker(const Terms& terms, Time now)
    : terms_(terms), window_(terms.window_type, terms.window_size, now), minimum_(least(terms)), state_since_(now) {}

double Breaker::rate(std::int64_t some) const {
  const std::int64_t calls = window_.total().calls;
  if (calls == 0 || calls < minimum_) return -1;
  return 100.0 * static_cast<double>(some) / static_cast<double>(calls);
}

void Breaker::become(State state, Time now) {
  if (state == State::kOpen) ++opened_in_a_row_;
  if (state == State::kClosed) opened_in_a_row_ = 0;
  // What is left in the window when it opens is still there to be looked at.
  if (state == State::kHalfOpen) {
    window_ = Window(WindowType::kCountBased, terms_.permitted_half_open, now);
    minimum_ = std::min(terms_.minimum_calls, terms_.permitted_half_open);
  } else if (state == State::kClosed) {
    window_ = Window(terms_.window_type, terms_.window_size, now);
    minimum_ = least(terms_);
  }
  state_ = state;
  state_since_ = now;
  permits_left_ = terms_.permitted_half_open;
}

Duration Breaker::open_for() const {
  auto ns = static_cast<double>(terms_.wait_open.count());
  const double most = terms_.wait_cap ? static_cast<double>(terms_.wait_cap->count()) : 9e18;
  for (std::int64_t i = 1; i < opened_in_a_row_ && ns < most; ++i) ns *= terms_.wait_multiplier;
  return Duration{std::llrint(std::min(ns, most))};
}

void Breaker::pass_time(Time now) {
  if (state_ == State::kHalfOpen && terms_.max_wait_half_open > Duration{0} &&
      now - state_since_ >= terms_.max_wait_half_open)
    become(State::kOpen, state_since_ + terms_.max_wait_half_open);
  if (state_ == State::kOpen && terms_.automatic_half_open && now - state_since_ >= open_for())
    become(State::kHalfOpen, state_since_ + open_for());
}

bool Breaker::permits(Time now) {
  pass_time(now);
  if (state_ == State::kOpen && now - state_since_ >= open_for()) become(State::kHalfOpen, now);
  if (state_ == State::kClosed) return true;
  if (state_ == State::kHalfOpen && permits_left_ > 0) {
    --permits_left_;
    return true;
  }
  ++not_permitted_;
  return false;
}

void Breaker::ended(Time now, Duration took, bool success) {
  pass_time(now);
  const bool slow = took > terms_.slow_call;
  window_.record(now, {1, success ? 0 : 1, slow ? 1 : 0, took});
  if (state_ == State::kOpen) return;
  const double failures = failure_rate(), slows = slow_call_rate();
  if (failures < 0) return;
  const bool too_bad = failures >= terms_.failure_rate || slows >= terms_.slow_call_rate;
  if (too_bad)
    become(State::kOpen, now);
  else if (state_ == State::kHalfOpen)
    become(State::kClosed, now);
}

void Breaker::given_up(Time now) {
  pass_time(now);
  if (state_ == State::kHalfOpen) permits_left_ = std::min(permits_left_ + 1, terms_.permitted_half_open);
}

namespace {

constexpr std::array<std::string_view, 2> kWindowTypeNames = {"COUNT_BASED", "TIME_BASED"};

class Params final : public CircuitBreakerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("failureRateThreshold", terms_.failure_rate, "Per cent of failures that open it", {.lo = 0.001, .hi = 100});
    v.field("slowCallRateThreshold", terms_.slow_call_rate, "Per cent of slow calls that open it",
            {.lo = 0.001, .hi = 100});
    v.field("slowCallDurationThreshold", terms_.slow_call, "What takes longer is slow", kPositive);
    v.choice("slidingWindowType", terms_.window_type, kWindowTypeNames,
             "What is looked at: the last calls (COUNT_BASED) or the last seconds (TIME_BASED)");
    v.field("slidingWindowSize", terms_.window_size, "In calls, or in seconds", {.lo = 1, .hi = 1e6});
    v.field("minimumNumberOfCalls", terms_.minimum_calls, "Nothing is judged by fewer", {.lo = 1});
    v.field("permittedNumberOfCallsInHalfOpenState", terms_.permitted_half_open,
            "Calls let through half-open, by which it is judged then", {.lo = 1, .hi = 1e6});
    v.field("waitDurationInOpenState", terms_.wait_open, "For so long it refuses everything", kPositive);
    v.field("waitMultiplier", terms_.wait_multiplier,
            "Each time in a row that it opens, it stays so many times longer (an exponential interval function)",
            {.lo = 1});
    v.field("waitCap", terms_.wait_cap, "The longest of such waits; none: they grow without end", kPositive);
    v.field("maxWaitDurationInHalfOpenState", terms_.max_wait_half_open,
            "Half-open for so long without a verdict, it opens again; 0: never", kNonNegative);
    v.field("automaticTransitionFromOpenToHalfOpenEnabled", terms_.automatic_half_open,
            "Half-open when the wait is over, not at the first call after it");
  }
  std::unique_ptr<CircuitBreaker> make(Time now) const override { return std::make_unique<Breaker>(terms_, now); }

 private:
  Terms terms_;
};

}  // namespace
}  // namespace windtunnel::resilience4j

namespace windtunnel {

void add_resilience4j(Registry<CircuitBreakerParams>& breakers) {
  breakers.add<resilience4j::Params>("resilience4j",
                                     "resilience4j's: shares of failures and of slow calls in a sliding window");
}

}  // namespace windtunnel
