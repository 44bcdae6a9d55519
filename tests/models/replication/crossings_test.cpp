// What it costs that requests go from one zone to another.

#include <gtest/gtest.h>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;

// Six requests, of which each comes in through the next of two zones; one instance, in the first.
const std::string kBase = R"({"windtunnel": 1, "name": "zones", "horizon": "600ms",
  "cluster": {"zones": ["a", "b"]},
  "traffic": [{"name": "t", "to": "api", "arrivals": {"type": "constant", "rate": "10/s"}}],
  "services": {"api": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"cpu": "1ms"}]}}},
  "cost": {"cross_zone": {"per_million_requests": 1000000}}})";

TEST(CrossZone, CostsWhatGoesToAnotherZone) {
  const Flight flight = fly(kBase);
  EXPECT_EQ(flight.figure("api.cross_zone.each"), 0.5);
  EXPECT_EQ(flight.figure("cost.cross_zone"), 3);
  EXPECT_EQ(flight.figure("cost.total"), 3);
  // In turn to an instance in each zone, as they come in.
  const Flight spread = fly(kBase, {{"services.api.replicas", "2"}});
  EXPECT_EQ(spread.figure("api.cross_zone.each"), 0);
  EXPECT_EQ(spread.figure("cost.total"), 0);
}

TEST(CrossZone, IsBilledByTheByte) {
  const Flight flight = fly(kBase, {{"cost.cross_zone", R"({"per_gb": 2, "bytes": "512Mi"})"}});
  EXPECT_EQ(flight.figure("cost.cross_zone"), 3);
  const Flight own = fly(kBase, {{"cost.cross_zone", R"({"per_gb": 2, "bytes": "1Mi", "bytes_of": {"api": "2Gi"}})"}});
  EXPECT_EQ(own.figure("cost.cross_zone"), 12);
}

TEST(CrossZone, IsFreeWithinAZone) {
  const Flight flight = fly(kBase, {{"cluster.zones", R"(["a"])"}});
  EXPECT_EQ(flight.figure("cost.cross_zone"), 0);
}

TEST(CrossZone, IsWhatZoneRoutingSaves) {
  const std::vector<Override> two = {{"services.api.replicas", "2"},
                                     {"services.api.balancing", R"({"balancers": 2, "dispatch": "round_robin"})"}};
  // Each balancer begins with the first instance: 0 0, 1 0, 0 1, 1 1, and again 0 0, 1 0.
  EXPECT_EQ(fly(kBase, two).figure("cost.cross_zone"), 3);
  std::vector<Override> local = two;
  local.push_back({"services.api.balancing.zone_routing", R"({"mode": "same_zone"})"});
  EXPECT_EQ(fly(kBase, local).figure("cost.cross_zone"), 0);
}

TEST(CrossZone, IsCountedFromTheCallersZone) {
  const std::string services = R"({
    "front": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"call": {"service": "api"}}]}},
    "api": {"replicas": 2, "instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"cpu": "1ms"}]}}})";
  const std::vector<Override> calls = {{"services", services}, {"traffic.0.to", "\"front\""}};
  EXPECT_EQ(fly(kBase, calls).figure("api.cross_zone.each"), 0.5);
  // Over balancers in both zones: to the other one and from there on to its instance, each for itself.
  std::vector<Override> proxied = calls, local = calls;
  proxied.push_back({"services.api.balancing",
                     R"({"balancers": 2, "dispatch": "round_robin", "zone_routing": {"mode": "same_zone"}})"});
  EXPECT_EQ(fly(kBase, proxied).figure("api.cross_zone.each"), 0.5);
  local.push_back({"services.api.balancing",
                   R"({"balancers": 2, "dispatch": "same_zone", "zone_routing": {"mode": "same_zone"}})"});
  EXPECT_EQ(fly(kBase, local).figure("api.cross_zone.each"), 0);
}

}  // namespace
}  // namespace windtunnel
