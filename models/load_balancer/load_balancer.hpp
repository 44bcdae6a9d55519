#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/describe/field.hpp"
#include "sim/random/stream.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// One backend, for policies that look at more than counts.
struct Backend {
  std::uint32_t number = 0;  // tells backends apart over the whole run, counted from 0; instances are recycled
  std::uint32_t zone = 0;
  double weight = 1;   // above 0
  Time ready_since{};  // or, to a proxy that hears of it later, since it is in its list
  std::string name;    // what consistent hashing hashes
};

// What a balancer sees of its backends: the ready instances, in a stable order (the order in which they became ready;
// one that leaves is replaced by the last). Arrays are indexed by position; `instance` names the instance.
struct Backends {
  std::span<const std::uint32_t> instance;
  std::span<const std::uint32_t> outstanding;  // queued + in service, by position
  // Only behind a proxy (proxy.hpp), which policies that look closer always have: by position, and of the request that
  // is to be placed.
  std::span<const Backend> backend{};
  Time now{};
  std::uint64_t client = 0;  // the number of the request's client
  std::size_t size() const { return instance.size(); }
};

// The end of a request that the balancer had placed.
struct Answer {
  std::uint32_t number;  // of the backend, which may be gone
  Time sent, now;
  bool failed;
};

// What a backend reports of the time since its last report.
struct LoadReport {
  double utilization = 0;  // of its CPU
  double requests_per_second = 0, errors_per_second = 0;
};

// Backends, to a policy that may ask them.
class Probed {
 public:
  struct Answer {
    std::uint32_t in_flight;
    Duration latency;  // of its last requests that met about as many; 0: none has ended yet
  };
  virtual ~Probed() = default;
  // None: it is gone.
  virtual std::optional<Answer> probe(std::uint32_t number) = 0;
};

// Where a request goes. One per service per run, or per proxy and zone; may keep state.
class LoadBalancer {
 public:
  virtual ~LoadBalancer() = default;
  // The position of the chosen backend. Requires at least one. `words` are this balancer's own random numbers; a policy
  // takes the same number of them for every request among the same backends, so that variants stay in step.
  virtual std::uint32_t pick(const Backends& backends, Stream& words) = 0;
  // The set of backends has changed: positions mean other instances now.
  virtual void backends_changed(const Backends&) {}

  // Whether it wants to hear of every count that changes. Then it does, whoever placed the request.
  virtual bool follows_counts() const { return false; }
  virtual void outstanding_changed(std::uint32_t /*position*/, std::uint32_t /*from*/, std::uint32_t /*to*/) {}

  // Behind a proxy: a request it had placed has ended …
  virtual void ended(const Answer&) {}
  // … and a backend that has nothing to do says so, to one of the proxies.
  virtual void idle(std::uint32_t /*number*/) {}
  // … or all of them report, where the parameters ask for it …
  virtual void reported(std::uint32_t /*number*/, const LoadReport&, Time /*now*/) {}
  // … or are asked; before the first request, and outlives the balancer.
  virtual void may_probe(Probed&) {}
  // … or have failed requests counted, so many of which put one aside; before the first request.
  virtual void counts_failures(std::int64_t /*max_fails*/) {}
};

// Parameters of one policy. One .cpp per policy in this folder.
class LoadBalancerParams {
 public:
  virtual ~LoadBalancerParams() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual std::unique_ptr<LoadBalancer> make() const = 0;
  // One whose backends are always described (Backends::backend).
  virtual std::unique_ptr<LoadBalancer> make_for_proxy() const { return make(); }
  // What it looks at besides the counts. All but the first cost requests a way through a proxy.
  virtual bool looks_closer() const { return false; }                   // at Backend, the time, answers or idleness
  virtual bool knows_clients() const { return false; }                  // at who asks, too
  virtual bool respects_weights() const { return false; }               // looks at weights where there are any
  virtual std::optional<Duration> report_period() const { return {}; }  // how often backends report; none: never
  virtual bool probes() const { return false; }                         // asks backends
  static const Registry<LoadBalancerParams>& registry();
};

}  // namespace windtunnel
