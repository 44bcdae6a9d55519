#include <array>
#include <string_view>

#include "models/autoscaler/types.hpp"

namespace windtunnel {
namespace {

enum class AtMaximum { kQueue, kReject };
constexpr std::array<std::string_view, 2> kAtMaximumNames = {"queue", "reject"};

// How function platforms scale: a request that finds no idle instance starts one, and an instance that has been idle
// for long enough ends. The defaults are those of AWS Lambda: 1,000 concurrent executions per region, throttled beyond;
// its keep-alive is not documented, measurements lie around ten minutes.
class PerRequest final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("keep_alive", terms_.keep_alive, "How long an instance without a request is kept");
    v.field("max_instances", terms_.max_instances, "Instances at most, starting ones included", {.lo = 1});
    AtMaximum at_maximum = terms_.queue_at_maximum ? AtMaximum::kQueue : AtMaximum::kReject;
    v.choice("at_maximum", at_maximum, kAtMaximumNames,
             "A request that finds all of the most instances busy: waits for one, or is rejected as throttled");
    terms_.queue_at_maximum = at_maximum == AtMaximum::kQueue;
  }
  const OnDemand* on_demand() const override { return &terms_; }
  std::unique_ptr<Autoscaler> make() const override { return nullptr; }

 private:
  OnDemand terms_;
};

}  // namespace

void add_per_request(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<PerRequest>("per_request", "Functions: an instance for every request that finds none idle");
}

}  // namespace windtunnel
