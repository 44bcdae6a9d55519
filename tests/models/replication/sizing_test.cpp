// Advice on requests in whole runs of which the use is known beforehand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/vertical_autoscaler/usage_histogram.hpp"
#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::fly;
using testing::IsEmpty;
using testing::SizeIs;

constexpr double kMi = 1024.0 * 1024;

// Four instances, of which each uses a tenth of a core: 100 ms every second.
std::string service(const std::string& instance, const std::string& more = "", const std::string& top = "") {
  return R"({"windtunnel": 1, "name": "sizing", "horizon": "2h", "warmup": "3m",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "4/s"}}],
    "services": {"s": {"replicas": 4, "balancer": {"type": "round_robin"},
      "instance": {"runtime": {"type": "event_loop"}, )" +
         instance + R"(}, "work": {"default": [{"cpu": "100ms"}]})" + more + "}}" + top + "}";
}
const char kRequests[] = R"("resources": {"requests": {"cpu": "2", "memory": "1Gi"}})";

TEST(Sizing, RecommendsWhatAConstantUseNeeds) {
  const Result result = fly(service(kRequests, "", R"(, "cost": {"per_instance_hour": {"s": 0.1}})")).result;
  ASSERT_THAT(result.sizing, SizeIs(1));
  const Sizing& advice = result.sizing[0];
  EXPECT_EQ(advice.service, "s");
  EXPECT_EQ(advice.instances, 4);
  ASSERT_TRUE(advice.cpu);
  EXPECT_EQ(advice.cpu->requested, 2);
  EXPECT_EQ(advice.cpu->recommended, 0.127);  // 0.110266 x 1.15
  EXPECT_NEAR(advice.cpu->spare, 4 * (2 - 0.127), 1e-9);
  EXPECT_NEAR(advice.cpu->p50, 0.1, 1e-3);
  EXPECT_NEAR(advice.cpu->peak, 0.1, 2e-3);
  EXPECT_FALSE(advice.memory);  // instance.memory does not say what is used
  EXPECT_EQ(advice.priced_by, "cpu");
  EXPECT_NEAR(*advice.cost, 0.8, 1e-9);
  EXPECT_NEAR(*advice.saved, 0.8 * (1 - 0.127 / 2), 1e-9);
}

TEST(Sizing, KnowsTheMemoryWhereItIsSaid) {
  const Result result = fly(service(std::string(R"("memory": {"base": "300Mi"}, )") + kRequests)).result;
  ASSERT_THAT(result.sizing, SizeIs(1));
  ASSERT_TRUE(result.sizing[0].memory);
  const vpa::UsageHistogram h = vpa::UsageHistogram::of_memory(std::chrono::hours{24});
  EXPECT_EQ(result.sizing[0].memory->recommended, std::ceil(h.start_of(h.bucket_of(300 * kMi) + 1) * 1.15 - 1e-6));
  EXPECT_EQ(result.sizing[0].memory->peak, 300 * kMi);
  EXPECT_FALSE(result.sizing[0].cost);  // nothing is priced
}

// Replications of a constant load are alike but for their phase.
TEST(Sizing, TakesReplicationsTogether) {
  const Result result = fly(service(kRequests), {{"replications", "3"}}).result;
  ASSERT_THAT(result.sizing, SizeIs(1));
  EXPECT_EQ(result.sizing[0].instances, 4);
  EXPECT_EQ(result.sizing[0].cpu->recommended, 0.127);
}

// A minute's use takes a minute to see, and the warm-up is not looked at.
TEST(Sizing, LeavesOutTheWarmup) {
  EXPECT_THAT(fly(service(kRequests), {{"warmup", "\"10m\""}, {"horizon", "\"50s\""}}).result.sizing, IsEmpty());
  EXPECT_THAT(fly(service(kRequests), {{"warmup", "\"0s\""}, {"horizon", "\"70s\""}}).result.sizing, SizeIs(1));
}

TEST(Sizing, IsOfServicesThatStateRequestsWhichNobodySets) {
  EXPECT_THAT(fly(service(R"("resources": {"limits": {"cpu": "2"}})")).result.sizing, IsEmpty());
  const auto vertical = [](const std::string& mode) {
    return R"(, "vertical_autoscaler": {"spec": {"updatePolicy": {"updateMode": ")" + mode +
           R"("}, "resourcePolicy": {"containerPolicies": [{"controlledResources": ["cpu"]}]}}})";
  };
  EXPECT_THAT(fly(service(kRequests, vertical("Recreate"))).result.sizing, IsEmpty());
  const test::Flight off = fly(service(kRequests, vertical("Off")));
  ASSERT_THAT(off.result.sizing, SizeIs(1));
  EXPECT_EQ(off.result.sizing[0].cpu->recommended, off.figure("s.vertical.target_cpu"));
  EXPECT_FALSE(off.result.sizing[0].memory);
}

TEST(Sizing, ChangesNothingElse) {
  const auto of = [](const Result& result) {
    std::vector<double> out;
    for (const Metric& m : result.metrics)
      if (m.name.find("of_request") == std::string::npos) out.push_back(std::isnan(m.values[0]) ? -1 : m.values[0]);
    return out;
  };
  EXPECT_EQ(of(fly(service(kRequests)).result), of(fly(service(R"("resources": {})")).result));
}

// Pods that wait for a node hold nothing.
TEST(Sizing, CountsInstancesThatHaveANode) {
  const Result result =
      fly(service(kRequests, "",
                  R"(, "cluster": {"nodes": {"type": "n", "cpu": 4, "memory": "16Gi", "count": 1, "pods": 20}})"))
          .result;
  ASSERT_THAT(result.sizing, SizeIs(1));
  EXPECT_NEAR(result.sizing[0].instances, 2, 1e-9);
}

}  // namespace
}  // namespace windtunnel
