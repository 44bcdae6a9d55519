#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/autoscaler/own_policies.hpp"
#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::Controlled;
using test::controlled;
using test::Fields;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

Fields with_concurrency(std::int64_t concurrency) {
  return {{"template", Fields{{"maxInstanceRequestConcurrency", concurrency}}}};
}

// Everything has been as it is for a minute.
std::int64_t after_a_minute(std::int64_t replicas, double cores, std::int64_t outstanding, std::int64_t concurrency) {
  Controlled fleet = controlled("cloud_run", with_concurrency(concurrency), replicas);
  fleet.shape = [=](test::WatchedService& service) {
    service.load.cores = cores / static_cast<double>(service.ready());
    service.load.outstanding = 0;
    service.elsewhere = outstanding;
  };
  fleet.run(1min);
  return fleet.replicas();
}

TEST(CloudRun, WantsTheHigherOfCpuAndConcurrency) {
  // n = max(ceil(n cpu / 0.6), ceil(total / (0.6 C))).
  EXPECT_EQ(after_a_minute(2, 2.0, 10, 80), 4) << "2 / 0.6 = 3.3";
  EXPECT_EQ(after_a_minute(2, 0.1, 200, 80), 5) << "200 / 48 = 4.2";
  EXPECT_EQ(after_a_minute(2, 0.1, 96, 80), 2);
  EXPECT_EQ(after_a_minute(1, 0.5, 1, 1), 2) << "one request at a time: 1 / 0.6";
}

TEST(CloudRun, KeepsWhatIsIdleForAQuarterOfAnHour) {
  Controlled fleet = controlled("cloud_run", with_concurrency(10), 4);
  fleet.service.elsewhere = 24;  // four instances
  fleet.run(2min);
  fleet.service.elsewhere = 6;  // one
  fleet.run(14min);
  EXPECT_EQ(fleet.replicas(), 4);
  fleet.run(4min);
  EXPECT_EQ(fleet.replicas(), 1);
}

TEST(CloudRun, GoesToZeroAndComesBackWithTheNextRequest) {
  const test::Flight flight = test::fly(R"({"windtunnel": 1, "name": "run", "horizon": "60m",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "steps", "spacing": "even", "steps": [
      {"at": "0s", "rate": "1/s"}, {"at": "5m", "rate": "0/s"}, {"at": "40m", "rate": "1/s"}]}}],
    "services": {"s": {"replicas": 1, "when_none_ready": "wait", "startup": [{"phase": "boot", "time": "3s"}],
      "instance": {"runtime": {"type": "processor_sharing", "cores": 1}, "concurrency": 80},
      "work": {"default": [{"cpu": "10ms"}]}, "autoscaler": {"type": "cloud_run"}}}})");
  const std::vector<double>& ready = flight.result.series.at(0).find("replicas_ready")->values;
  EXPECT_EQ(ready.at(29 * 6), 0);
  EXPECT_EQ(ready.back(), 1);
  // The request that comes to an empty service waits 3 s for an instance, which it then shares with three others.
  EXPECT_NEAR(flight.figure("s.latency.max"), 3 + 4 * 0.01, 1e-6);
  EXPECT_EQ(flight.count(Outcome::kCompleted), flight.result.services[0].arrived);
  ASSERT_EQ(flight.changes().size(), 2U);
  EXPECT_THAT(flight.changes()[1].sentence, HasSubstr("0 -> 1: requests wait for an instance"));
}

}  // namespace
}  // namespace windtunnel
