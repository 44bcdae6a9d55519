#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "models/load_balancer/balancing_params.hpp"
#include "models/load_balancer/load_balancer.hpp"
#include "models/load_balancer/per_backend.hpp"

namespace windtunnel {

// One balancer as a program of its own: the list of backends that it has heard of, the requests that it knows them to
// hold, what it thinks of their health, and a policy that sees no more than that.
class Proxy {
 public:
  struct Target {
    std::uint32_t instance, number;
    bool other_zone = false;
  };
  // Number `index` of its service's, in a cluster of so many zones. The parameters must outlive it.
  Proxy(const LoadBalancerParams& policy, const BalancingParams& params, std::uint32_t index, Stream words,
        std::uint32_t zones = 1);

  // Optional, before the first request; they must outlive it. Where clients' sessions are kept, and whom a policy that
  // probes may ask.
  void keep_sessions_in(Sessions& sessions) { sessions_ = &sessions; }
  void may_probe(Probed& probed);

  // It hears of a backend, which begins with `held` requests, or of its end.
  void add(std::uint32_t instance, Backend backend, std::uint32_t held);
  void remove(std::uint32_t number);
  std::vector<std::uint32_t> known() const;  // their numbers
  bool knows_any() const { return !known_.empty(); }
  // Whether every backend that it would use is at its limit: requests have to wait.
  bool full(Time now);

  // Where a request of this client goes; nothing: it knows of no backend that it would use. Requires !full().
  std::optional<Target> pick(Time now, std::uint64_t client);
  // A request that counts here has gone to a backend, or left it.
  void sent(std::uint32_t number) { count(number, 1); }
  void left(std::uint32_t number) { count(number, ~0U); }
  // Requests that wait here for room in a backend.
  std::uint32_t waiting = 0;
  // The end of a request that it had placed itself.
  void answered(const Answer& answer);
  void idle(std::uint32_t number) { policy_of(number).idle(number); }
  void reported(std::uint32_t number, const LoadReport& load, Time now) {
    policy_of(number).reported(number, load, now);
  }
  // From now on the policy sees the counts of this moment, where it doesn't see them anyway.
  void refresh();

  // To be called once in outlier_detection.interval.
  void sweep(Time now);
  // A health check of a backend has ended.
  void checked(std::uint32_t number, bool passed);
  // What has changed in its opinions since this was last asked.
  std::vector<HealthChange> take_changes() { return std::exchange(changes_, {}); }
  bool has_changes() const { return !changes_.empty(); }

 private:
  struct Known {
    std::uint32_t instance;
    Backend backend;
  };
  static constexpr std::uint32_t kNowhere = ~0U;
  struct Kept {
    std::uint32_t held = 0;
    std::uint32_t position = kNowhere;  // among those that its policy sees …
    std::uint32_t group = 0;            // … and which policy that is
  };
  // Backends among which one policy chooses. There are several only where zones play a part.
  struct Group {
    std::unique_ptr<LoadBalancer> policy;
    // By position.
    std::vector<std::uint32_t> instance, outstanding;
    std::vector<Backend> backend;
  };
  void count(std::uint32_t number, std::uint32_t change);
  void show(const Kept& kept);
  LoadBalancer& policy_of(std::uint32_t number);
  Group& group(std::uint32_t index);
  bool usable(std::uint32_t number, Time now);
  void choose_members();
  void choose_seen(Time now);
  void choose_subset(std::size_t size);  // leaves it in order_
  void plan_zones(std::vector<std::int64_t> healthy, std::vector<std::int64_t> all);
  std::uint32_t choose_group();
  bool has_room(std::uint32_t number, Time ready_since, Time now);
  std::optional<Target> pick_in(Group& group, Time now, std::uint64_t client);
  Target target(const Group& group, std::uint32_t position) const;
  std::optional<Target> session_target(Time now, std::uint64_t client);

  const BalancingParams& params_;
  const LoadBalancerParams& policy_params_;
  std::uint32_t index_, zones_, zone_;
  Stream words_;
  std::optional<Stream> own_words_;  // for what isn't the policy's: zones, ejections
  bool follows_counts_ = false;
  const bool frozen_;
  bool members_stale_ = true, stale_ = true;  // what the policies see is not what is known
  std::vector<Known> known_;
  std::vector<std::size_t> members_;  // of known_, those in its subset
  PerBackend<Kept> kept_;
  PerBackend<CheckedHealth> health_;  // where it checks
  std::vector<Group> groups_;
  std::uint64_t held_ = 0;          // by all its backends together
  std::vector<std::size_t> order_;  // scratch

  Sessions* sessions_ = nullptr;
  Probed* probed_ = nullptr;
  std::optional<OutlierDetector> outliers_;
  std::optional<FailureCounts> failures_;
  Time next_return_ = kNever;  // of a backend that has failed too often
  std::vector<HealthChange> changes_;
  std::vector<std::int64_t> balancers_in_;  // by zone
  std::optional<ZonePlan> plan_;            // null: every request goes to group 0 …
  std::int64_t own_share_ = 100;            // … or, with failover, so many percent, and the others to group 1
};

}  // namespace windtunnel
