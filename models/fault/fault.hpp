#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/describe/field.hpp"
#include "sim/random/stream.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// What a fault can do to a deployment. Implemented by the running simulation; times are run times.
class FaultTarget {
 public:
  virtual ~FaultTarget() = default;
  virtual Time now() const = 0;
  virtual Time measured(Duration since_warmup) const = 0;  // the run time of a moment given in measured time
  virtual Stream stream(std::string_view name) const = 0;
  virtual void at(Time when, std::function<void()> action) = 0;

  // The ids of the service's instances that run now (starting or ready), in order of creation. An id is never used
  // twice in a run.
  virtual std::vector<std::uint32_t> instances(const std::string& service) const = 0;
  virtual std::vector<std::uint32_t> instances_in_zone(const std::string& service, const std::string& zone) const = 0;
  virtual std::vector<std::string> services() const = 0;
  // Calls `action` with the id of every instance that runs now, in order of creation, and of each one created later.
  virtual void for_each_instance(const std::string& service, std::function<void(std::uint32_t)> action) = 0;
  // Ends an instance at once; its requests are lost. The service replaces it at once if `replace`.
  virtual void kill(const std::string& service, std::uint32_t instance, bool replace) = 0;
  // So many more (negative: fewer) of the service's instances are under repair: the service starts new ones only while
  // those that run and those under repair together are fewer than it was asked for. Ends no running instance; begins at
  // 0.
  virtual void under_repair(const std::string& service, std::int64_t change) = 0;
  // Starts instances until the service has as many as it was asked for, less those under repair.
  virtual void reconcile(const std::string& service) = 0;
  // While a zone is down, nothing starts in it; replacements go to the others.
  virtual void set_zone_up(const std::string& zone, bool up) = 0;
  virtual void set_slowdown(const std::string& service, std::uint32_t instance, double factor) = 0;
  // Empties that cache of the service, or all of its caches; how many entries they had.
  virtual std::size_t flush_cache(const std::string& service, const std::string& cache) = 0;
  virtual void record(const std::string& service, std::string kind, std::string sentence) = 0;
};

// One injected fault. One .cpp per type in this folder.
class Fault {
 public:
  virtual ~Fault() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  // Names it refers to, checked by the scenario reader; empty: none.
  virtual std::string service() const { return {}; }
  virtual std::string zone() const { return {}; }
  virtual std::string cache() const { return {}; }  // of that service
  // What theory may know of it: each instance by itself is up for so long, from its creation on, and then missing …
  struct Repaired {
    double up_s, down_s;  // means
  };
  virtual std::optional<Repaired> repaired() const { return {}; }
  // … or the zone is down once, in measured time.
  struct Outage {
    double at_s, for_s;
  };
  virtual std::optional<Outage> outage() const { return {}; }
  // Puts its actions on the calendar; both it and `target` must outlive them. `index` tells faults of one type apart in
  // stream names.
  virtual void schedule(FaultTarget& target, std::size_t index) const = 0;
  static const Registry<Fault>& registry();
};

}  // namespace windtunnel
