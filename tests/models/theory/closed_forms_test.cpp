// Closed forms against values that others have published.

#include "models/theory/closed_forms.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "models/scenario/read.hpp"
#include "models/topology/call_graph.hpp"

namespace windtunnel {
namespace {

TEST(ErlangB, LosesWhatTheFormulaSays) {
  EXPECT_DOUBLE_EQ(theory::erlang_b(1, 3), 0.75);
  EXPECT_DOUBLE_EQ(theory::erlang_b(2, 1), 0.2);
  EXPECT_NEAR(theory::erlang_b(5, 3), 0.110054, 1e-6);  // Erlang's table
  EXPECT_DOUBLE_EQ(theory::erlang_b(0, 3), 1);
}

// Gross and Harris, Fundamentals of Queueing Theory, 2.3.
TEST(ErlangC, KeepsWaitingWhatTheFormulaSays) {
  EXPECT_NEAR(theory::erlang_c(2, 1.6), 0.7111111111, 1e-10);
  EXPECT_NEAR(theory::erlang_c(10, 8), 0.4091801508, 1e-10);
  EXPECT_NEAR(theory::erlang_c(100, 90), 0.2169404809, 1e-10);
  EXPECT_NEAR(theory::wait_mmc(10, 8, 1), 0.2045900754, 1e-10);
  EXPECT_NEAR(theory::wait_mmc(100, 90, 1), 0.02169404809, 1e-11);
  EXPECT_TRUE(std::isinf(theory::wait_mmc(2, 2, 1)));
  EXPECT_EQ(theory::erlang_c(2, 3), 1);
}

// Pollaczek and Khinchine: constant work waits half as long as exponential work.
TEST(MeanWait, GrowsWithTheVarianceOfTheWork) {
  EXPECT_NEAR(theory::wait_mg1(0.8, 1, 0), 2, 1e-12);
  EXPECT_NEAR(theory::wait_mg1(0.8, 1, 1), 4, 1e-12);
  EXPECT_NEAR(theory::wait_mg1(0.8, 1, 4), 10, 1e-12);
  EXPECT_NEAR(theory::wait_ggc(1, 0.8, 1, 1, 4), 10, 1e-12) << "Allen and Cunneen's is exact for M/G/1";
  EXPECT_NEAR(theory::wait_ggc(10, 8, 1, 1, 1), theory::wait_mmc(10, 8, 1), 1e-12) << "and for M/M/c";
  EXPECT_TRUE(std::isinf(theory::wait_mg1(1, 1, 1)));
}

TEST(SquareRootStaffing, KeepsTheRootOfTheLoadInReserve) {
  EXPECT_EQ(theory::square_root_staffing(100), 110);
  EXPECT_EQ(theory::square_root_staffing(3.2), 5);
}

// Bolch et al., Queueing Networks and Markov Chains, example 7.4: throughputs 20, 10, 10 and 4 per second.
TEST(TrafficEquations, FollowFeedbackToItsEnd) {
  const Scenario scenario = parse_scenario(R"({"windtunnel": 1, "name": "bolch",
  "traffic": [{"name": "t", "to": "four", "arrivals": {"type": "poisson", "rate": "4/s"}}],
  "services": {
    "one": {"work": {"default": [{"cpu": "1ms"}, {"parallel": {"to": [{"service": "two", "probability": 0.5},
                                                                      {"service": "three", "probability": 0.5}]}}]}},
    "two": {"work": {"default": [{"cpu": "1ms"}, {"call": {"service": "one", "probability": 1}}]}},
    "three": {"work": {"default": [{"cpu": "1ms"}, {"call": {"service": "one", "probability": 0.6}}]}},
    "four": {"work": {"default": [{"cpu": "1ms"}, {"call": {"service": "one"}}]}}}})",
                                           {}, "bolch.json", {})
                                .scenario;
  const CallGraph::Rates rates = CallGraph(scenario.services).executions({{{"four", "default"}, 4}});
  EXPECT_NEAR(rates.at({"one", "default"}), 20, 1e-8);
  EXPECT_NEAR(rates.at({"two", "default"}), 10, 1e-8);
  EXPECT_NEAR(rates.at({"three", "default"}), 10, 1e-8);
  EXPECT_NEAR(rates.at({"four", "default"}), 4, 1e-12);
}

}  // namespace
}  // namespace windtunnel
