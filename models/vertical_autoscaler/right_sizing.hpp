#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/vertical_autoscaler/vertical_autoscaler.hpp"
#include "sim/statistics/histogram.hpp"

namespace windtunnel {

// What an instance of a service should request by what all of them have used in the measured time of a run: what the
// recommender of the Vertical Pod Autoscaler says at the end of it, and what that would change.
struct Sizing {
  // Cores or bytes.
  struct Resource {
    double requested = 0;                        // by each instance
    double p50 = 0, p95 = 0, p99 = 0, peak = 0;  // used by one instance, over the samples of all
    double recommended = 0;
    double spare =
        0;  // what all instances request beyond the recommendation, mean over the run; negative: they lack it
    bool at_least = false;  // the recommendation is the least that is ever given
    // A tenth or more off. Asking for less than the least that is ever recommended is no fault.
    bool off() const;
  };
  std::string service;
  double instances = 0;                 // mean over the run
  std::optional<Resource> cpu, memory;  // none: not requested, or nobody knows what is used
  // Of its instances in the run, where they are priced by the hour. Their number is taken to stay, and the price of one
  // to go with the resource that shrinks least (`priced_by`), in proportion: what is left over of the other one is not
  // sold back.
  std::optional<double> cost, saved;
  std::string priced_by;

  bool off() const { return (cpu && cpu->off()) || (memory && memory->off()); }
  // One for each resource that is off, and one for the money; none: the requests are right.
  std::vector<std::string> sentences(const std::string& currency) const;
};

// What the instances of a service request and have used, in one replication or in several.
class SizingBooks {
 public:
  static constexpr Duration kPeriod = std::chrono::minutes{1};  // between two samples of an instance

  // Flags and policy are the service's own where it has a vertical autoscaler.
  SizingBooks(std::string service, const Resources& resources, const VerticalAutoscalerParams& autoscaler);

  void cpu(Time at, double cores);
  void memory(std::uint32_t container, Time at, double bytes);
  void out_of_memory(std::uint32_t container, Time at);
  void replication_ends(double instances, std::optional<double> cost);  // means over its measured time, and its bill
  void merge(const SizingBooks& other);                                 // another replication of the same service

  std::optional<Sizing> advice() const;  // none: there is no sample, or the policy wants no recommendation

 private:
  std::string service_;
  vpa::Amounts requests_;
  ResourceList limits_;
  vpa::ContainerPolicy policy_;
  vpa::RecommenderFlags flags_;
  vpa::Usage usage_;
  Histogram microcores_, bytes_;
  double instances_ = 0;  // sums over the replications
  std::optional<double> cost_;
  std::uint64_t replications_ = 0;
};

}  // namespace windtunnel
