#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "models/autoscaler/autoscaler.hpp"

namespace windtunnel {

// A policy inside another one, which is the service's: it is called as if the service called it, out of the outer one's
// calls. The outer policy has the inner one's sync_period(), and an observe_period() from shared_observe_period().
class InnerPolicy {
 public:
  // `signals_before`: so many of the signals that the outer policy watches are its own and come first.
  explicit InnerPolicy(std::unique_ptr<Autoscaler> policy, std::size_t signals_before = 0);

  Duration sync_period() const { return policy_->sync_period(); }
  Duration observe_period() const { return policy_->observe_period(); }
  bool bears_gaps() const { return policy_->bears_gaps(); }
  // The longest rhythm that meets both the inner policy's and one of `own`.
  Duration shared_observe_period(Duration own) const;
  void watch(Watched& wanted) const;  // adds what it wants to what the outer policy does

  // At each of the outer policy's calls. What decide() gives is for the outer policy to carry out or not.
  void run_begins(const ControlledRun& run) { policy_->run_begins(run); }
  void run_ends() { policy_->run_ends(); }
  void observe(const ServiceSignal& signal);
  ScalingDecision decide(const ServiceSignal& signal);
  bool wake(const ServiceSignal& signal) { return policy_->wake(shown(signal)); }
  std::vector<Figure> figures() const { return policy_->figures(); }

 private:
  ServiceSignal shown(const ServiceSignal& signal) const;

  std::unique_ptr<Autoscaler> policy_;
  std::size_t signals_before_;
  std::optional<Histogram> latency_;  // since the inner policy, not the outer one, last looked
};

// Reports an inner policy that cannot be one, at `at`.
void check_inner_policy(const Choice<AutoscalerParams>& inner, std::string_view at, Problems& problems);

// Problems of a part, told of the whole: "/period" below "/forecast" is "/forecast/period". Places in files stay as
// they are.
class ProblemsBelow final : public Problems {
 public:
  ProblemsBelow(Problems& to, std::string prefix) : to_(to), prefix_(std::move(prefix)) {}
  void error(std::string_view at, std::string message) override { to_.error(below(at), std::move(message)); }
  void warning(std::string_view at, std::string message) override { to_.warning(below(at), std::move(message)); }

 private:
  std::string below(std::string_view at) const {
    return at.empty() || at.front() == '/' ? prefix_ + std::string(at) : std::string(at);
  }

  Problems& to_;
  std::string prefix_;
};

}  // namespace windtunnel
