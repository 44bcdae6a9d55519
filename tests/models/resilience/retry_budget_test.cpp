// Retry budgets, against the tests of those who have them: grpc-go's TestRetryThrottling, Envoy's ResourceManagerImpl
// tests, botocore's TestRetryQuotaChecker. Not expressible: Envoy's RemainingResourceGauges asks for a gauge.

#include "models/resilience/retry_budget.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::assign;
using test::Fields;
using testing::ElementsAre;
using testing::Pair;

using End = RetryBudget::End;
using Why = RetryBudget::Why;

constexpr RetryBudget::Attempt kFirst;

std::unique_ptr<RetryBudget> make(std::string_view type, const Fields& fields = {}) {
  auto budget = RetryBudgetChoice::of(type);
  assign(budget.mutable_params(), fields);
  return budget->make();
}

int leaves(RetryBudget& budget, Time now = {}) {  // until the first refusal, at most 10000
  int n = 0;
  while (n < 10'000 && budget.leave(now, Why::kTransient)) ++n;
  return n;
}

TEST(GrpcThrottling, TestRetryThrottling) {
  const std::set<int> ok = {0, 3, 6, 10, 11, 12, 13, 14, 16, 18};
  const auto budget = make("grpc_throttling", {{"maxTokens", 10}, {"tokenRatio", 0.5}});
  int index = -1;
  std::vector<std::pair<bool, int>> calls;
  for (int call = 0; call < 12; ++call) {
    bool success = false;
    for (int attempt = 1;; ++attempt) {
      success = ok.contains(++index);
      budget->ended({}, {attempt > 1, 0}, success ? End::kSuccess : End::kFailure);
      if (success || attempt == 4 || !budget->leave({}, Why::kTransient)) break;
    }
    calls.emplace_back(success, index);
  }
  EXPECT_THAT(calls, ElementsAre(Pair(true, 0), Pair(true, 3), Pair(true, 6), Pair(false, 8), Pair(false, 9),
                                 Pair(true, 10), Pair(true, 11), Pair(true, 12), Pair(true, 13), Pair(true, 14),
                                 Pair(true, 16), Pair(false, 17)));
}

TEST(GrpcThrottling, NeedsMoreThanHalfOfTheTokens) {
  const auto budget = make("grpc_throttling");
  for (int failure = 1; failure <= 4; ++failure) {
    budget->ended({}, kFirst, End::kFailure);
    EXPECT_TRUE(budget->leave({}, Why::kTransient)) << failure;
  }
  budget->ended({}, kFirst, End::kFailure);  // 5 of 10 are left
  EXPECT_FALSE(budget->leave({}, Why::kTransient));
  budget->ended({}, kFirst, End::kSuccess);  // 5.1
  EXPECT_TRUE(budget->leave({}, Why::kTransient));
}

// gRFC A6: a malformed request says nothing about the server.
TEST(GrpcThrottling, CountsOnlyFailuresThatCouldBeRetried) {
  const auto budget = make("grpc_throttling");
  for (int failure = 1; failure <= 100; ++failure) budget->ended({}, kFirst, End::kFinal);
  for (int failure = 1; failure <= 4; ++failure) budget->ended({}, kFirst, End::kFailure);
  EXPECT_TRUE(budget->leave({}, Why::kTransient));  // 6 of 10 are left
  budget->ended({}, kFirst, End::kFailure);
  budget->ended({}, kFirst, End::kFinal);
  EXPECT_FALSE(budget->leave({}, Why::kTransient));
}

TEST(ShareOfActive, IsEnvoysRuntimeResourceManagerAndRetryBudgetOverrideGauge) {
  auto none = make("share_of_active", {{"share", Share{0}}, {"min_concurrency", 0}});
  EXPECT_EQ(leaves(*none), 0);
  auto idle = make("share_of_active", {{"min_concurrency", 5}});
  EXPECT_EQ(leaves(*idle), 5);
}

TEST(ShareOfActive, IsAFifthOfTheRequestsUnderWayAndAtLeastThree) {
  for (const auto& [active, most] : {std::pair(10, 3), std::pair(15, 3), std::pair(20, 4), std::pair(100, 20)}) {
    auto budget = make("share_of_active");
    for (int i = 0; i < active; ++i) budget->sent({}, kFirst);
    EXPECT_EQ(leaves(*budget), most) << active;
  }
}

TEST(ShareOfActive, IsFreeAgainOnceARetryHasEnded) {
  auto budget = make("share_of_active", {{"min_concurrency", 1}});
  const RetryBudget::Attempt retry{true, budget->leave({}, Why::kTransient).value()};
  EXPECT_FALSE(budget->leave({}, Why::kTransient));
  budget->sent({}, retry);
  budget->ended({}, retry, End::kFailure);
  EXPECT_TRUE(budget->leave({}, Why::kTransient));
}

TEST(AwsQuota, PaysForRetriesFromFiveHundredTokens) {
  EXPECT_EQ(leaves(*make("aws_quota")), 100);  // 5 each
  auto timeouts = make("aws_quota");
  int n = 0;
  while (timeouts->leave({}, Why::kTimeout)) ++n;  // 10 each
  EXPECT_EQ(n, 50);
}

// botocore's costs of transient failures, 14, and throttling, 5.
TEST(AwsQuota, TestRetryQuotaChecker) {
  auto budget = make("aws_quota", {{"quota", 14.0}, {"cost", 14.0}});
  const RetryBudget::Attempt retry{true, budget->leave({}, Why::kTransient).value()};
  EXPECT_FALSE(budget->leave({}, Why::kTransient));  // nothing is left
  budget->ended({}, retry, End::kFailure);
  EXPECT_FALSE(budget->leave({}, Why::kTransient));  // a failure gives nothing back
  budget->ended({}, retry, End::kSuccess);
  EXPECT_TRUE(budget->leave({}, Why::kTransient));  // a success gives back what its retry had taken
}

// Costs of 14 and 5, as the newer SDKs have them: 35 retries after transient failures, 100 after throttling.
TEST(AwsQuota, PaysLessAfterThrottlingWhereItIsToldTo) {
  const Fields costs = {{"cost", 14.0}, {"throttling_cost", 5.0}};
  auto budget = make("aws_quota", costs);
  int n = 0;
  while (budget->leave({}, Why::kThrottled)) ++n;
  EXPECT_EQ(n, 100);
  EXPECT_EQ(leaves(*make("aws_quota", costs)), 35);
  auto plain = make("aws_quota");
  EXPECT_EQ(plain->leave({}, Why::kThrottled), 5);
}

// Brooker's CircuitBreakerRetryStrategy, call by call: failures over calls, both since the beginning.
TEST(FailureShare, RefusesWhileMoreThanItsShareOfTheCallsHasFailed) {
  auto budget = make("failure_share");
  budget->sent({}, kFirst);
  budget->ended({}, kFirst, End::kFailure);
  EXPECT_FALSE(budget->leave({}, Why::kTransient));  // 1 of 1
  for (int call = 2; call <= 9; ++call) budget->sent({}, kFirst);
  EXPECT_FALSE(budget->leave({}, Why::kTransient));  // 1 of 9
  budget->sent({}, kFirst);
  EXPECT_TRUE(budget->leave({}, Why::kTransient));  // 1 of 10
  budget->sent({}, {true, 0});                      // a retry is no call of its own, and its failure counts
  budget->ended({}, {true, 0}, End::kFailure);
  EXPECT_FALSE(budget->leave({}, Why::kTransient));
  budget->ended({}, kFirst, End::kFinal);
  for (int call = 11; call <= 20; ++call) budget->sent({}, kFirst);
  EXPECT_TRUE(budget->leave({}, Why::kTransient));  // 2 of 20
}

TEST(AwsQuota, GetsOneTokenForASuccessAtOnceAndNeverMoreThanItHad) {
  auto budget = make("aws_quota", {{"quota", 15.0}, {"cost", 14.0}});
  EXPECT_TRUE(budget->leave({}, Why::kTransient));  // 1 is left
  for (int i = 0; i < 12; ++i) budget->ended({}, kFirst, End::kSuccess);
  EXPECT_FALSE(budget->leave({}, Why::kTransient));  // 13
  budget->ended({}, kFirst, End::kSuccess);
  EXPECT_TRUE(budget->leave({}, Why::kTransient));
  for (int i = 0; i < 1000; ++i) budget->ended({}, kFirst, End::kSuccess);
  EXPECT_EQ(leaves(*budget), 1);
}

TEST(TokenBucket, TakesATokenPerRetryAndATenthPerSuccessBack) {
  auto budget = make("token_bucket", {{"capacity", 5.0}});
  EXPECT_EQ(leaves(*budget), 5);
  for (int i = 0; i < 9; ++i) budget->ended({}, kFirst, End::kSuccess);
  EXPECT_EQ(leaves(*budget), 0);
  budget->ended({}, kFirst, End::kSuccess);
  EXPECT_EQ(leaves(*budget), 1);
  for (int i = 0; i < 1000; ++i) budget->ended({}, kFirst, End::kSuccess);
  EXPECT_EQ(leaves(*budget), 5);
}

// 20 % and 10 a second for 10 s, as Finagle's RetryBudget.
TEST(Ratio, AlwaysAllowsTenRetriesASecond) {
  auto budget = make("ratio");
  EXPECT_EQ(leaves(*budget), 100);
  EXPECT_EQ(leaves(*budget, Time{9s}), 0);
  EXPECT_EQ(leaves(*budget, Time{10s}), 100);  // what was taken has expired
}

TEST(Ratio, AllowsAFifthOfTheRequestsOfTheLastTenSecondsBesides) {
  auto budget = make("ratio", {{"min_per_second", 0.0}});
  EXPECT_EQ(leaves(*budget), 0);
  for (int i = 0; i < 100; ++i) budget->sent(Time{500ms}, kFirst);
  for (int i = 0; i < 50; ++i) budget->sent(Time{500ms}, {true, 5});  // retries deposit nothing
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(budget->leave(Time{9999ms}, Why::kTransient));
  EXPECT_EQ(leaves(*budget, Time{9999ms}), 10);
  for (int i = 0; i < 100; ++i) budget->sent(Time{20s}, kFirst);
  EXPECT_EQ(leaves(*budget, Time{29999ms}), 20);
  for (int i = 0; i < 100; ++i) budget->sent(Time{50s}, kFirst);
  EXPECT_EQ(leaves(*budget, Time{60s}), 0);  // they have expired
}

}  // namespace
}  // namespace windtunnel
