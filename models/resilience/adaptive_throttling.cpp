#include "models/resilience/adaptive_throttling.hpp"

#include <algorithm>

#include "sim/random/stream.hpp"

namespace windtunnel {

double AdaptiveThrottling::refusal(double k, double requests, double accepts) {
  return std::max(0.0, (requests - k * accepts) / (requests + 1));
}

AdaptiveThrottling::Slice& AdaptiveThrottling::current(Time now) {
  const std::int64_t slice = now / slice_;
  for (std::int64_t steps = std::min(slice - last_, kSlices); steps > 0; --steps) {
    Slice& oldest = slices_[static_cast<std::size_t>((slice - steps + 1) % kSlices)];
    sum_.requests -= oldest.requests;
    sum_.accepts -= oldest.accepts;
    oldest = {};
  }
  last_ = slice;
  return slices_[static_cast<std::size_t>(slice % kSlices)];
}

ClientThrottle::Leave AdaptiveThrottling::ask(Time now, std::uint64_t word) {
  Slice& present = current(now);
  const double p = refusal(k_, static_cast<double>(sum_.requests), static_cast<double>(sum_.accepts));
  ++present.requests;
  ++sum_.requests;
  return {Stream::to_unit(word) < p ? Leave::Kind::kRefused : Leave::Kind::kGranted, {}};
}

void AdaptiveThrottling::ended(Time now, bool success, bool) {
  if (!success) return;
  ++current(now).accepts;
  ++sum_.accepts;
}

namespace {

class Params final : public ClientThrottleParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("k", k_, "Calls let through for each that succeeds, before any is refused; less refuses sooner", {.lo = 1});
    v.field("window", window_, "What is counted", kPositive);
  }
  std::unique_ptr<ClientThrottle> make(Time) const override {
    return std::make_unique<AdaptiveThrottling>(k_, window_);
  }

 private:
  double k_ = 2;
  Duration window_ = std::chrono::minutes{2};
};

}  // namespace

void add_adaptive_throttling(Registry<ClientThrottleParams>& throttles) {
  throttles.add<Params>("adaptive_throttling",
                        "The SRE book's: refuses by chance, the more the fewer of the last calls succeeded");
}

}  // namespace windtunnel
