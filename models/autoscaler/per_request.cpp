#include <array>
#include <string>
#include <string_view>

#include "models/autoscaler/types.hpp"

namespace windtunnel {
namespace {

enum class AtMaximum { kQueue, kReject };
constexpr std::array<std::string_view, 2> kAtMaximumNames = {"queue", "reject"};
enum class NextIdle { kMostRecentlyUsed, kNewest };
constexpr std::array<std::string_view, 2> kNextIdleNames = {"most_recently_used", "newest"};
enum class Waiting { kOwnInstance, kFirstFree };
constexpr std::array<std::string_view, 2> kWaitingNames = {"own_instance", "first_free"};

// How function platforms scale: a request that finds no idle instance starts one, and an instance that has been idle
// for long enough ends. The defaults are those of AWS Lambda: 1,000 concurrent executions per region, throttled beyond.
// Its keep-alive is not documented, measurements lie around ten minutes. Its reserved concurrency is max_instances;
// its scaling rate is no default, since it binds from 1,000 instances on only.
class PerRequest final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("keep_alive", terms_.keep_alive, "How long an instance without a request is kept");
    v.field("max_instances", terms_.max_instances, "Instances at most, starting ones included", {.lo = 1});
    AtMaximum at_maximum = terms_.queue_at_maximum ? AtMaximum::kQueue : AtMaximum::kReject;
    v.choice("at_maximum", at_maximum, kAtMaximumNames,
             "A request that finds all of the most instances busy: waits for one, or is rejected as throttled");
    terms_.queue_at_maximum = at_maximum == AtMaximum::kQueue;
    v.field("provisioned", terms_.provisioned,
            "Instances that are ready from the beginning and stay, part of max_instances; requests go to them first",
            {.lo = 0});
    v.field(
        "scaling_rate", terms_.scaling_rate,
        "How fast instances may start on demand; a request that would need one sooner is treated as at_maximum says. "
        "None: as fast as requests come. AWS Lambda: 1000 per 10s");
    NextIdle next = terms_.newest_first ? NextIdle::kNewest : NextIdle::kMostRecentlyUsed;
    v.choice("next_idle", next, kNextIdleNames,
             "Which idle instance gets a request: the one used last, or the one that was started last");
    terms_.newest_first = next == NextIdle::kNewest;
    Waiting waiting = terms_.first_free ? Waiting::kFirstFree : Waiting::kOwnInstance;
    v.choice("waiting", waiting, kWaitingNames,
             "What a request gets that has to wait: the instance that is started for it, or whichever is free first");
    terms_.first_free = waiting == Waiting::kFirstFree;
    v.field("cancel_starts", terms_.cancel_starts,
            "Whether starts are called off, the last one first, once fewer requests wait than instances start; with "
            "\"waiting\": \"first_free\"");
  }
  void check(Problems& p) override {
    if (terms_.provisioned > terms_.max_instances)
      p.error("/provisioned", std::to_string(terms_.provisioned) + " are more than max_instances, " +
                                  std::to_string(terms_.max_instances));
    if (terms_.cancel_starts && !terms_.first_free)
      p.error("/cancel_starts", "needs \"waiting\": \"first_free\"; here every start is for a request of its own");
  }
  const OnDemand* on_demand() const override { return &terms_; }
  std::unique_ptr<Autoscaler> make() const override { return nullptr; }

 private:
  OnDemand terms_;
};

}  // namespace

void ScalingRate::describe(FieldVisitor& v) {
  v.field("instances", instances, "So many may start at once, and as many again within each `per`", {.lo = 1});
  v.field("per", per, "Time in which that allowance fills again, continuously; what is not used does not add up",
          kPositive);
}

void add_per_request(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<PerRequest>("per_request", "Functions: an instance for every request that finds none idle");
}

}  // namespace windtunnel
