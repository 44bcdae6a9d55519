#include "models/cost/cost.hpp"

#include <algorithm>

namespace windtunnel {

std::int64_t FunctionPrice::billed_ns(std::int64_t ran_ns) const {
  const std::int64_t unit = granularity.count();
  return std::max((ran_ns + unit - 1) / unit * unit, minimum_duration.count());
}

void FunctionPrice::describe(FieldVisitor& v) {
  v.field("per_gb_second", per_gb_second, "Price of 1024 MiB of memory for one billed second", kNonNegative);
  v.field("per_million_requests", per_million_requests, "Price of a million executions", kNonNegative);
  v.field("memory", memory, "Memory that is billed; none: the instance's memory limit", kPositive);
  v.field("granularity", granularity, "The billed duration of an execution is rounded up to a multiple of this",
          kPositive);
  v.field("minimum_duration", minimum_duration, "Billed duration of an execution at least", kNonNegative);
  v.field("bill_startup", bill_startup,
          "Whether the first execution of an instance pays for its start-up too, from the moment its processes run");
}

void FreeTier::describe(FieldVisitor& v) {
  v.field("gb_seconds", gb_seconds, "Memory times billed duration that costs nothing, GB s", kNonNegative);
  v.field("requests", requests, "Executions that cost nothing", kNonNegative);
}

double CrossZonePrice::of_one(const std::string& service) const {
  constexpr double kGb = 1024.0 * 1024 * 1024;
  const auto own = bytes_of.find(service);
  return per_million_requests / 1e6 + per_gb * (own == bytes_of.end() ? bytes : own->second).count / kGb;
}

void CrossZonePrice::describe(FieldVisitor& v) {
  v.field("per_gb", per_gb, "Price of 1024 MiB that go from one zone to another", kNonNegative);
  v.field("per_million_requests", per_million_requests, "Price of a million requests that do, whatever they carry",
          kNonNegative);
  v.field("bytes", bytes, "What a request and its answer carry, together", kNonNegative);
  v.field("bytes_of", bytes_of, "The same of requests to certain services, by name", kNonNegative);
}

void CrossZonePrice::check(Problems& p) {
  if (free()) p.error("", "has no price; per_gb and per_million_requests fit");
  if (per_gb > 0 && bytes.count == 0 && bytes_of.empty())
    p.error("/per_gb", "prices nothing: neither \"bytes\" nor \"bytes_of\" says what a request carries");
}

void Cost::describe(FieldVisitor& v) {
  v.field("per_instance_hour", per_instance_hour, "Price of one instance for one hour, by service; none: free",
          kNonNegative);
  v.field("minimum_instance_time", minimum_instance_time,
          "Every instance is billed for this time at least, however soon it is gone. EC2, Compute Engine: 60s",
          kNonNegative);
  v.field("functions", functions, "Price of functions that are billed by the execution, by service");
  v.field("free_tier", free_tier,
          "What costs nothing in a month of 730 hours, all functions together; a run has as much of it as it is long");
  v.field("per_node_hour", per_node_hour, "Price of one node for one hour, where the node group has none of its own",
          kNonNegative);
  v.field("per_request", per_request, "Price of each request that arrives", kNonNegative);
  v.field("cross_zone", cross_zone,
          "What it costs that requests go from one zone of the cluster to another: from whoever sends them to the "
          "balancer, and from there to the instance");
  v.field("currency", currency, "What prices are in");
}

}  // namespace windtunnel
