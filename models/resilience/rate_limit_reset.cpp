#include "models/resilience/pushback.hpp"

namespace windtunnel {
namespace {

// Envoy's rate_limited_retry_back_off: the header's interval is a lower bound, up to half of it comes on top
// (JitteredLowerBoundBackOffStrategy). It holds for the one answer that brought it; the exponential strategy stands
// where it stood.
class RateLimitReset final : public PushbackParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("max_interval", max_interval_, "Who asks for more is not heard: the back-off decides", kPositive);
  }
  Advice heed(Duration retry_after, std::uint64_t word) const override {
    using std::chrono::milliseconds;
    const std::int64_t ms = retry_after / milliseconds{1};
    if (ms <= 0 || retry_after > max_interval_) return {};
    const std::int64_t half = ms / 2;
    const std::int64_t more = half == 0 ? 0 : static_cast<std::int64_t>(word % static_cast<std::uint64_t>(half));
    return {.stop = false, .wait = milliseconds{ms + more}, .backoff = Advice::Backoff::kStands};
  }

 private:
  Duration max_interval_ = std::chrono::seconds{300};
};

}  // namespace

void add_rate_limit_reset(Registry<PushbackParams>& pushbacks) {
  pushbacks.add<RateLimitReset>("rate_limit_reset",
                                "Envoy's rate_limited_retry_back_off: waits so long, and up to half of it longer");
}

}  // namespace windtunnel
