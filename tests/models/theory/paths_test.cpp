// What the call graph says without queues: the longest chain, and who fails with whom.

#include "models/theory/paths.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/topology/request_paths.hpp"
#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::fly;
using testing::ElementsAre;
using testing::IsEmpty;

// front: 10 ms, calls a third of the time for recommendations that it can do without, then two of three stores.
const std::string kShop = R"({"windtunnel": 1, "name": "shop", "horizon": "20s",
  "traffic": [{"name": "web", "to": "front", "arrivals": {"type": "constant", "rate": "1/s"}}],
  "services": {
    "front": {"instance": {"runtime": {"type": "event_loop"}},
              "work": {"default": [{"cpu": "10ms"},
                {"call": {"service": "tips", "probability": 0.25, "on_failure": "ignore", "network": "1ms"}},
                {"parallel": {"to": [{"service": "a"}, {"service": "b"}, {"service": "c", "probability": 0.5}],
                              "wait_for": 2}}]}},
    "tips": {"work": {"default": [{"cpu": "5ms"}]}},
    "a": {"work": {"default": [{"cpu": "20ms"}]}},
    "b": {"work": {"default": [{"cpu": "30ms"}, {"call": {"service": "disk", "probability": 0.5}}]}},
    "c": {"work": {"default": [{"cpu": "100ms"}]}},
    "disk": {"work": {"default": [{"io": "40ms"}]}}}})";

TEST(Paths, FollowTheCallThatIsWaitedForLast) {
  const auto paths = fly(kShop).result.paths;
  ASSERT_EQ(paths.size(), 1u);
  EXPECT_EQ(paths[0].traffic, "web");
  // 10 + (5 + 2 x 1 of network) + the second of {20, 30 + 40, 100}.
  EXPECT_NEAR(paths[0].unloaded_s, 0.087, 1e-12);
  EXPECT_THAT(paths[0].longest, ElementsAre("front", "b", "disk"));
}

TEST(Paths, SayWhoFailsWithWhom) {
  const Scenario scenario = parse_scenario(kShop, {}, "shop.json", {}).scenario;
  const RequestPaths paths(scenario.services);
  const auto failing = [&](const char* down) { return paths.failing("front", "default", {down}); };
  EXPECT_DOUBLE_EQ(failing("front"), 1);
  EXPECT_DOUBLE_EQ(failing("tips"), 0) << "it can do without";
  EXPECT_DOUBLE_EQ(failing("a"), 0.5) << "two are enough, where c is asked, too";
  EXPECT_DOUBLE_EQ(failing("b"), 0.5);
  EXPECT_DOUBLE_EQ(failing("c"), 0);
  EXPECT_DOUBLE_EQ(failing("disk"), 0.25) << "half of b's requests, and half of them find c";
}

TEST(Paths, OfWorkThatComesBackToItselfEnd) {
  const std::string loop = R"({"windtunnel": 1, "name": "loop", "horizon": "1s",
  "traffic": [{"name": "web", "to": "a", "arrivals": {"type": "constant", "rate": "1/s"}}],
  "services": {"a": {"work": {"default": [{"cpu": "10ms"}, {"call": {"service": "b", "probability": 0.5}}]}},
               "b": {"work": {"default": [{"cpu": "20ms"}, {"call": {"service": "a", "probability": 0.5}},
                                          {"call": {"service": "d", "probability": 0.5}}]}},
               "d": {"work": {"default": [{"cpu": "1ms"}]}}}})";
  const Scenario scenario = parse_scenario(loop, {}, "loop.json", {}).scenario;
  const RequestPaths paths(scenario.services);
  EXPECT_NEAR(paths.longest("a", "default").seconds, 0.031, 1e-12);
  // x = (1 - (1 - x / 2) / 2) / 2 for a request of a, as it fails by way of b alone: 1 - (1 - x/2)(1 - 1/2).
  EXPECT_NEAR(paths.failing("a", "default", {"d"}), 2.0 / 7, 1e-9);
}

// Two of the same service: one down takes all with it, but only of those requests that call it.
TEST(Paths, AgreeWithASimulationInWhichAServiceIsDown) {
  const std::string tiers = R"({"windtunnel": 1, "name": "tiers", "horizon": "2000s", "replications": 4,
  "traffic": [{"name": "t", "to": "front", "arrivals": {"type": "poisson", "rate": "20/s"}}],
  "services": {
    "front": {"instance": {"runtime": {"type": "event_loop"}},
              "work": {"default": [{"parallel": {"to": [{"service": "a", "probability": 0.8},
                                                        {"service": "b", "probability": 0.6}], "wait_for": 1}}]}},
    "a": {"instance": {"runtime": {"type": "worker_pool", "workers": 1}, "concurrency": 1, "backlog": 0},
          "replicas": 0, "work": {"default": [{"cpu": "1ms"}]}},
    "b": {"instance": {"runtime": {"type": "worker_pool", "workers": 100}}, "work": {"default": [{"cpu": "1ms"}]}}}})";
  const Result result = fly(tiers).result;
  ASSERT_EQ(result.paths.size(), 1u);
  const double share = result.paths[0].blast_radius.at(1).share;
  EXPECT_EQ(result.paths[0].blast_radius.at(1).service, "a");
  EXPECT_DOUBLE_EQ(share, 0.8 * 0.4);
  const double requests = 20 * 2000 * 4;
  EXPECT_NEAR(1 - result.find_metric("front.success_ratio")->estimate.mean, share,
              4 * std::sqrt(share * (1 - share) / requests));
}

TEST(Paths, AreForServicesThatCall) {
  EXPECT_THAT(fly(R"({"windtunnel": 1, "name": "one", "horizon": "1s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}}],
    "services": {"s": {"work": {"default": [{"cpu": "1ms"}]}}}})")
                  .result.paths,
              IsEmpty());
}

}  // namespace
}  // namespace windtunnel
