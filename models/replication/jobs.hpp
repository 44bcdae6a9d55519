#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/autoscaler/autoscaler.hpp"
#include "models/replication/service_runtime.hpp"
#include "sim/statistics/histogram.hpp"

namespace windtunnel {

// Instances that are jobs (AutoscalerParams::Jobs): each ends once it has done with so many messages. One that is lost
// is replaced, as the pod of a job is that has not finished; one of whose messages fails is a job that has failed.
class Replication::Jobs {
 public:
  explicit Jobs(Replication& run);
  static bool any(const Scenario& scenario);

  bool has(const Service& service) const { return of_[service.index] != nullptr; }
  void started(const Service& service, std::int64_t jobs);
  // The rest is for services that have jobs.
  void ready(Service& service, std::uint32_t slot);
  bool may_take(const Service& service, std::uint32_t slot) const;  // another message
  void takes(const Service& service, std::uint32_t slot);
  void done(Service& service, std::uint32_t slot, bool handled);

  // --- books
  void check() const;  // throws InvariantError
  void write(Record& record, const Service& service);

 private:
  struct OfService {
    AutoscalerParams::Jobs terms;
    std::uint64_t started_all = 0, ended_all = 0;                    // in the whole run
    std::uint64_t started = 0, succeeded = 0, failed = 0, idle = 0;  // in the measured time; idle: without a message
    Histogram duration;                                              // from the creation of its pod to its end
  };
  struct OfInstance {
    std::uint32_t serial = kNone;
    std::int64_t taken = 0, done = 0;
    bool failed = false;
  };
  OfInstance& instance(std::uint32_t slot) { return instances_[slot]; }
  void wait(Service& service, std::uint32_t slot);
  void end(Service& service, std::uint32_t slot);

  Replication& run_;
  std::vector<std::unique_ptr<OfService>> of_;  // by service; null: its instances are no jobs
  std::vector<OfInstance> instances_;           // by slot
};

}  // namespace windtunnel
