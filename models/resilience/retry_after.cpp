#include "models/resilience/pushback.hpp"

namespace windtunnel {
namespace {

// HTTP's Retry-After as urllib3 takes it: slept instead of the back-off, which goes on as if it had been its turn.
class RetryAfter final : public PushbackParams {
 public:
  void describe(FieldVisitor&) override {}
  Advice heed(Duration retry_after, std::uint64_t) const override {
    if (retry_after <= Duration{0}) return {};
    return {.stop = false, .wait = retry_after, .backoff = Advice::Backoff::kGoesOn};
  }
};

}  // namespace

void add_retry_after(Registry<PushbackParams>& pushbacks) {
  pushbacks.add<RetryAfter>("retry_after", "HTTP's Retry-After: waits exactly so long instead of the back-off");
}

}  // namespace windtunnel
