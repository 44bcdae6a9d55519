#include "models/load_balancer/balancing_params.hpp"

#include <array>
#include <string>
#include <string_view>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 2> kDispatchNames = {"random", "round_robin"};
constexpr std::array<std::string_view, 2> kCountsNames = {"own", "all"};
constexpr std::array<std::string_view, 2> kSubsettingNames = {"random", "deterministic"};

}  // namespace

void BalancingParams::describe(FieldVisitor& v) {
  v.field(
      "balancers", balancers,
      "How many balancers (proxies, clients with a balancer in them) place the requests, each with its own state and "
      "random numbers",
      {.lo = 1, .hi = 10'000});
  v.choice("dispatch", dispatch, kDispatchNames, "Which of several balancers a request comes to");
  v.choice("counts", counts, kCountsNames,
           "The requests an instance holds as a balancer sees them: only its own, as proxies count, or those of all "
           "balancers");
  v.field(
      "refresh", refresh,
      "With counts of all: each balancer learns them once in so long, at a phase of its own, and goes by what it has "
      "learnt until then. None: they are always up to date",
      kPositive);
  v.field("endpoint_delay", endpoint_delay,
          "How long balancers take to hear that an instance has become ready or is no longer. Until then a request may "
          "be sent to one that is gone, and fails",
          kNonNegative);
  v.field("subset", subset, "Each balancer knows only so many instances; none: all", {.lo = 1, .hi = 1e9});
  v.choice(
      "subsetting", subsetting, kSubsettingNames,
      "Which: random (each draws its own, so some instances are in many subsets) or deterministic (the instances are "
      "shuffled and dealt out to as many balancers as they suffice for, then shuffled anew for the next ones, as "
      "Google's SRE book has it)");
  v.field(
      "weights", weights,
      "Of the instances in the order in which they were created, again from the front where there are more of them; "
      "empty: all 1",
      {.lo = 0, .hi = 1e9, .above_lo = true});
}

void BalancingParams::check(Problems& p) {
  if (refresh && counts == Counts::kOwn)
    p.error("/refresh", "is for \"counts\": \"all\"; its own a balancer always knows");
}

bool BalancingParams::plain() const {
  return balancers == 1 && counts == Counts::kOwn && endpoint_delay == Duration::zero() && !subset && weights.empty();
}

}  // namespace windtunnel
