// Sticky sessions, and HAProxy's limits of a server.
#include <gtest/gtest.h>

#include <vector>

#include "models/load_balancer/connection_limit.hpp"
#include "models/load_balancer/proxy.hpp"
#include "models/load_balancer/sessions.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::assign;
using test::chosen;
using test::Fields;

TEST(Sessions, LastAsLongAsTheClientComesBackInTime) {
  Sessions sessions(10s);
  sessions.bind(7, 2, Time{0s});
  EXPECT_EQ(sessions.of(7, Time{10s}), 2U);
  sessions.bind(7, 2, Time{10s});
  EXPECT_EQ(sessions.of(7, Time{20s}), 2U);
  EXPECT_FALSE(sessions.of(7, Time{20s} + Duration{1}).has_value());
  EXPECT_FALSE(sessions.of(8, Time{20s}).has_value());
  sessions.bind(7, 1, Time{30s});
  EXPECT_EQ(sessions.begun(), 2U);
  EXPECT_EQ(sessions.lost(), 0U);
}

TEST(Sessions, AreLostWhenTheirInstanceGoes) {
  const auto policy = chosen<LoadBalancerParams>("round_robin", {});
  BalancingParams params;
  params.sticky_sessions.emplace();
  Proxy proxy(*policy, params, 0, Stream(1, "checkout/balancer", 0));
  Sessions sessions(1h);
  proxy.keep_sessions_in(sessions);
  for (std::uint32_t i = 0; i < 3; ++i) proxy.add(i, {i, 0, 1, {}, "b"}, 0);
  for (int round = 0; round < 3; ++round)
    for (std::uint64_t client = 0; client < 6; ++client) EXPECT_EQ(proxy.pick(Time{}, client)->number, client % 3);
  proxy.remove(1);
  for (std::uint64_t client = 0; client < 6; ++client) {
    const std::uint32_t number = proxy.pick(Time{}, client)->number;
    if (client % 3 == 1) {
      EXPECT_NE(number, 1U);
    } else {
      EXPECT_EQ(number, client % 3);
    }
  }
  EXPECT_EQ(sessions.begun(), 6U);
  EXPECT_EQ(sessions.lost(), 2U);
  proxy.add(3, {3, 0, 1, {}, "b"}, 0);  // a new instance gets new clients only
  for (std::uint64_t client = 0; client < 6; ++client) EXPECT_NE(proxy.pick(Time{}, client)->number, 3U);
}

TEST(ConnectionLimit, IsDynamicBetweenMinconnAndMaxconn) {
  ConnectionLimit limit;
  assign(limit, {{"max_connections", 1000}, {"min_connections", 100}, {"full_connections", 10'000}});
  EXPECT_EQ(limit.limit(500), 100);
  EXPECT_EQ(limit.limit(5000), 500);
  EXPECT_EQ(limit.limit(10'000), 1000);
}

TEST(ConnectionLimit, GrowsDuringSlowStart) {
  ConnectionLimit limit;
  assign(limit, {{"max_connections", 100}, {"slow_start", Duration{60s}}});
  EXPECT_EQ(limit.limit(500, 15s), 25);
  EXPECT_EQ(limit.limit(500, 0s), 1);
  EXPECT_EQ(limit.limit(500, 60s), 100);
}

TEST(Proxy, PassesOverFullInstancesAndIsFullWhenAllAre) {
  for (const char* type : {"round_robin", "random", "least_request"}) {
    const auto policy = chosen<LoadBalancerParams>(type, {});
    BalancingParams params;
    assign(params, {{"connection_limit", Fields{{"max_connections", 2}}}});
    Proxy proxy(*policy, params, 0, Stream(1, "checkout/balancer", 0));
    EXPECT_FALSE(proxy.full(Time{}));
    for (std::uint32_t i = 0; i < 3; ++i) proxy.add(i, {i, 0, 1, {}, "b"}, 0);
    std::vector<int> sent(3);
    for (int i = 0; i < 6; ++i) {
      ASSERT_FALSE(proxy.full(Time{}));
      const std::uint32_t number = proxy.pick(Time{}, 0)->number;
      proxy.sent(number);
      ++sent[number];
    }
    EXPECT_EQ(sent, (std::vector<int>{2, 2, 2})) << type;
    EXPECT_TRUE(proxy.full(Time{}));
    proxy.left(1);
    EXPECT_FALSE(proxy.full(Time{}));
    EXPECT_EQ(proxy.pick(Time{}, 0)->number, 1U);
  }
}

}  // namespace
}  // namespace windtunnel
