#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/describe/field.hpp"
#include "sim/random/stream.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// What a balancer sees of its backends: the ready instances, in a stable order (the order in which they became ready;
// one that leaves is replaced by the last). Arrays are indexed by position; `instance` names the instance.
struct Backends {
  std::span<const std::uint32_t> instance;
  std::span<const std::uint32_t> outstanding;  // queued + in service, by position
  std::size_t size() const { return instance.size(); }
};

// Where a request goes. One per service per run; may keep state.
class LoadBalancer {
 public:
  virtual ~LoadBalancer() = default;
  // The position of the chosen backend. Requires at least one. `words` are this balancer's own random numbers; a policy
  // takes the same number of them for every request, so that variants stay in step.
  virtual std::uint32_t pick(const Backends& backends, Stream& words) = 0;
  // The set of backends has changed: positions mean other instances now.
  virtual void backends_changed(const Backends&) {}
};

// Parameters of one policy. One .cpp per policy in this folder.
class LoadBalancerParams {
 public:
  virtual ~LoadBalancerParams() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual std::unique_ptr<LoadBalancer> make() const = 0;
  static const Registry<LoadBalancerParams>& registry();
};

}  // namespace windtunnel
