#include "models/resilience/circuit_breaker.hpp"

namespace windtunnel {
namespace {

// What Envoy calls a circuit breaker: a bound on the requests under way, and nothing that is remembered.
class MaxRequests final : public CircuitBreaker {
 public:
  explicit MaxRequests(std::int64_t most) : most_(most) {}

  bool permits(Time) override {
    if (under_way_ >= most_) return false;
    ++under_way_;
    return true;
  }
  void ended(Time, Duration, bool) override { --under_way_; }
  void given_up(Time) override { --under_way_; }
  bool open() const override { return under_way_ >= most_; }

 private:
  std::int64_t most_, under_way_ = 0;
};

class Params final : public CircuitBreakerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("max_requests", max_requests_, "Requests under way at most; more are refused at once", kNonNegative);
  }
  std::unique_ptr<CircuitBreaker> make(Time) const override { return std::make_unique<MaxRequests>(max_requests_); }

 private:
  std::int64_t max_requests_ = 1024;
};

}  // namespace

void add_max_requests(Registry<CircuitBreakerParams>& breakers) {
  breakers.add<Params>("max_requests", "Envoy's threshold of that name: open while so many requests are under way");
}

}  // namespace windtunnel
