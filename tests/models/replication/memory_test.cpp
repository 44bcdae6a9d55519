// Instances that use memory, and those that use too much of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kSec;
using test::Told;
using testing::ElementsAre;
using testing::HasSubstr;

// A request a second; each is held for as long as it takes to be more than the instance can hold.
std::string service(const std::string& instance, const std::string& work, const std::string& more = "") {
  return R"({"windtunnel": 1, "name": "m", "horizon": "60s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}}],
    "services": {"s": {"replicas": 1, "startup": [{"phase": "boot", "time": "500ms"}],
      "instance": {"runtime": {"type": "event_loop"}, )" +
         instance + R"(}, "work": {"default": [)" + work + "]}" + more + "}}}";
}

std::vector<std::int64_t> kills(const Flight& flight) {
  std::vector<std::int64_t> at;
  for (const Told& d : flight.seen.decisions)
    if (d.kind == "oom_kill") at.push_back(d.at);
  return at;
}

TEST(Memory, KillsAnInstanceThatGoesOverItsLimitAndStartsItAgainLaterEachTime) {
  // 200 MiB and 100 for each request: the fourth is too many. Started again at once, after 10 s, and after 20 s, as the
  // kubelet does it; half a second to boot on top. So requests 1-4, 5-8, 19-22 and 43-46 are lost with the instance,
  // and nobody is there for 9-18 and 23-42.
  const Flight flight = fly(service(R"("memory": {"base": "200Mi", "per_request": "100Mi"},
                                       "resources": {"limits": {"memory": "512Mi"}})",
                                    R"({"io": "1h"})"));
  std::int64_t first = flight.seen.by_arrival().front().arrived;
  const auto arrival = [&](std::int64_t n) { return first + (n - 1) * kSec; };
  EXPECT_THAT(kills(flight), ElementsAre(arrival(4), arrival(8), arrival(22), arrival(46)));
  EXPECT_EQ(flight.count(Outcome::kFailedOutOfMemory), 16U);
  EXPECT_EQ(flight.figure("s.oom_kills"), 4);
  EXPECT_EQ(flight.figure("s.memory_peak"), 600.0 * 1024 * 1024);
  EXPECT_EQ(flight.count(Outcome::kRejectedNoInstance),
            10 + 20 + static_cast<std::uint64_t>(flight.result.services[0].arrived) - 46);
  EXPECT_THAT(flight.result.decisions.front().sentence, HasSubstr("600Mi of memory against a limit of 512Mi"));
}

TEST(Memory, IsGivenBackByRequestsThatLeave) {
  const Flight flight = fly(service(R"("memory": {"base": "200Mi", "per_request": "100Mi"},
                                       "resources": {"limits": {"memory": "512Mi"}})",
                                    R"({"io": "2500ms"})"));  // three at a time
  EXPECT_EQ(flight.figure("s.oom_kills"), 0);
  EXPECT_EQ(flight.figure("s.memory_peak"), 500.0 * 1024 * 1024);
}

TEST(Memory, ThatLeaksEndsInAKillThatCostsOnlyWhoIsInside) {
  // 100 MiB and ten for each request served: the eleventh leaves 210.
  const Flight flight = fly(service(R"("memory": {"base": "100Mi", "leak": "10Mi"},
                                       "resources": {"limits": {"memory": "200Mi"}})",
                                    R"({"io": "100ms"})"));
  ASSERT_GE(kills(flight).size(), 3U);
  EXPECT_EQ(flight.count(Outcome::kFailedOutOfMemory), 0U);
  const std::int64_t first = flight.seen.by_arrival().front().ended;
  EXPECT_EQ(kills(flight)[0], first + 10 * kSec);
  EXPECT_EQ(kills(flight)[1], first + 21 * kSec);
}

TEST(Memory, WithoutALimitIsOnlyMeasured) {
  const Flight flight = fly(service(R"("memory": {"base": "100Mi", "per_request": "1Gi"})", R"({"io": "1h"})"));
  EXPECT_EQ(flight.figure("s.oom_kills"), 0);
  EXPECT_GT(flight.figure("s.memory_peak"), 58.0 * 1024 * 1024 * 1024);
}

TEST(Memory, IsSeenByAnAutoscaler) {
  // 600 MiB of 1 GiB requested against a target of 30 %: two instances for one.
  const Flight flight =
      fly(service(R"("memory": {"base": "600Mi"}, "resources": {"requests": {"memory": "1Gi"}})", R"({"io": "10ms"})",
                  R"(, "autoscaler": {"type": "proportional", "max_replicas": 2,
                          "metric": {"metric": "memory_utilization", "target": "30%", "window": "15s"}})"));
  EXPECT_EQ(flight.figure("s.replicas.ready_max"), 2);
}

}  // namespace
}  // namespace windtunnel
