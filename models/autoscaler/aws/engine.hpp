#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/autoscaler/autoscaler.hpp"
#include "models/autoscaler/aws/policy.hpp"

namespace windtunnel::aws {

// Several scaling policies on one thing. Each is asked at the end of its own periods; of what they ask for at the same
// time the largest capacity is taken, upwards and downwards; target tracking scales in only if all target tracking
// that may wants it. What is wanted stays between least and most.
class Engine : public Autoscaler {
 public:
  Duration sync_period() const final { return sync_period_; }
  Duration observe_period() const final { return window_.observe_period(sync_period_); }
  Watched watched() const final { return window_.watched(); }
  void observe(const ServiceSignal& signal) final { window_.observe(signal); }
  ScalingDecision decide(const ServiceSignal& signal) final;

 protected:
  Engine(std::vector<std::unique_ptr<Policy>> policies, std::int64_t least, std::int64_t most);

  // At each decision, in this order. What has changed since the last one is noted …
  virtual void look(const ServiceSignal& signal) = 0;
  // … what is due by the calendar is done, which may change least, most and the desired capacity …
  virtual void follow_schedule(const ServiceSignal&, std::int64_t& /*desired*/, std::string& /*why*/) {}
  // … and what a policy has brought about is noted.
  virtual void carried_out(const Policy& by, std::int64_t before, std::int64_t after, const ServiceSignal& signal) = 0;
  virtual const Capacity& capacity() const = 0;
  virtual void finish(ScalingDecision&, const ServiceSignal&) {}

  std::int64_t least_, most_;

 private:
  struct Chosen {
    bool asked = false;              // a period of some policy ended
    const Policy* policy = nullptr;  // that wants a change
    std::size_t index = 0;
    Ask ask;
  };
  Chosen choose(const ServiceSignal& signal, std::map<std::string, double>& inputs);

  std::vector<std::unique_ptr<Policy>> policies_;
  MetricWindow window_;
  Duration sync_period_;
};

}  // namespace windtunnel::aws
