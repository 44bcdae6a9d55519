#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "models/load_balancer/balancing_params.hpp"
#include "models/load_balancer/load_balancer.hpp"
#include "models/load_balancer/per_backend.hpp"

namespace windtunnel {

// One balancer as a program of its own: the list of backends that it has heard of, the requests that it knows them to
// hold, and a policy that sees no more than that.
class Proxy {
 public:
  struct Target {
    std::uint32_t instance, number;
  };
  // Number `index` of its service's. The parameters must outlive it.
  Proxy(const LoadBalancerParams& policy, const BalancingParams& params, std::uint32_t index, Stream words);

  // It hears of a backend, which begins with `held` requests, or of its end.
  void add(std::uint32_t instance, Backend backend, std::uint32_t held);
  void remove(std::uint32_t number);
  bool knows_any() const { return !known_.empty(); }

  // Where a request of this client goes; nothing: it knows of no backend.
  std::optional<Target> pick(Time now, std::uint64_t client);
  // A request that counts here has gone to a backend, or left it.
  void sent(std::uint32_t number) { count(number, 1); }
  void left(std::uint32_t number) { count(number, ~0U); }
  // The end of a request that it had placed itself.
  void answered(const Answer& answer) { policy_->ended(answer); }
  void idle(std::uint32_t number) { policy_->idle(number); }
  // From now on the policy sees the counts of this moment, where it doesn't see them anyway.
  void refresh();

 private:
  struct Known {
    std::uint32_t instance;
    Backend backend;
  };
  static constexpr std::uint32_t kNowhere = ~0U;
  struct Kept {
    std::uint32_t held = 0;
    std::uint32_t position = kNowhere;  // among those the policy sees
  };
  void count(std::uint32_t number, std::uint32_t change);
  void show(std::uint32_t position, std::uint32_t held);
  void choose_seen();
  void choose_subset(std::size_t size);  // leaves it in order_

  const BalancingParams& params_;
  std::uint32_t index_;
  Stream words_;
  std::unique_ptr<LoadBalancer> policy_;
  const bool follows_counts_, frozen_;
  bool stale_ = true;  // what the policy sees is not what is known
  std::vector<Known> known_;
  PerBackend<Kept> kept_;
  // By position.
  std::vector<std::uint32_t> instance_, outstanding_;
  std::vector<Backend> backend_;
  std::vector<std::size_t> order_;  // scratch
};

}  // namespace windtunnel
