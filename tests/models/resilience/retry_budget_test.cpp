// Retry budgets, against the tests of those who have them: grpc-go's TestRetryThrottling, Envoy's ResourceManagerImpl
// tests, botocore's TestRetryQuotaChecker. Not expressible: grpc-go's TestRetryUnary and TestRetryStreaming turn on
// status codes that are not retried and on the server's pushback; here every failure is retried and servers push
// nothing back. Envoy's RemainingResourceGauges asks for a gauge.

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

constexpr RetryBudget::Attempt kFirst;

std::unique_ptr<RetryBudget> make(std::string_view type, const Fields& fields = {}) {
  auto budget = RetryBudgetChoice::of(type);
  assign(budget.mutable_params(), fields);
  return budget->make();
}

int leaves(RetryBudget& budget, Time now = {}) {  // until the first refusal, at most 10000
  int n = 0;
  while (n < 10'000 && budget.leave(now, false)) ++n;
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
      budget->ended({}, {attempt > 1, 0}, success);
      if (success || attempt == 4 || !budget->leave({}, false)) break;
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
    budget->ended({}, kFirst, false);
    EXPECT_TRUE(budget->leave({}, false)) << failure;
  }
  budget->ended({}, kFirst, false);  // 5 of 10 are left
  EXPECT_FALSE(budget->leave({}, false));
  budget->ended({}, kFirst, true);  // 5.1
  EXPECT_TRUE(budget->leave({}, false));
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
  const RetryBudget::Attempt retry{true, budget->leave({}, false).value()};
  EXPECT_FALSE(budget->leave({}, false));
  budget->sent({}, retry);
  budget->ended({}, retry, false);
  EXPECT_TRUE(budget->leave({}, false));
}

TEST(AwsQuota, PaysForRetriesFromFiveHundredTokens) {
  EXPECT_EQ(leaves(*make("aws_quota")), 100);  // 5 each
  auto timeouts = make("aws_quota");
  int n = 0;
  while (timeouts->leave({}, true)) ++n;  // 10 each
  EXPECT_EQ(n, 50);
}

// botocore's costs of transient failures, 14, and throttling, 5.
TEST(AwsQuota, TestRetryQuotaChecker) {
  auto budget = make("aws_quota", {{"quota", 14.0}, {"cost", 14.0}});
  const RetryBudget::Attempt retry{true, budget->leave({}, false).value()};
  EXPECT_FALSE(budget->leave({}, false));  // nothing is left
  budget->ended({}, retry, false);
  EXPECT_FALSE(budget->leave({}, false));  // a failure gives nothing back
  budget->ended({}, retry, true);
  EXPECT_TRUE(budget->leave({}, false));  // a success gives back what its retry had taken
}

TEST(AwsQuota, GetsOneTokenForASuccessAtOnceAndNeverMoreThanItHad) {
  auto budget = make("aws_quota", {{"quota", 15.0}, {"cost", 14.0}});
  EXPECT_TRUE(budget->leave({}, false));  // 1 is left
  for (int i = 0; i < 12; ++i) budget->ended({}, kFirst, true);
  EXPECT_FALSE(budget->leave({}, false));  // 13
  budget->ended({}, kFirst, true);
  EXPECT_TRUE(budget->leave({}, false));
  for (int i = 0; i < 1000; ++i) budget->ended({}, kFirst, true);
  EXPECT_EQ(leaves(*budget), 1);
}

TEST(TokenBucket, TakesATokenPerRetryAndATenthPerSuccessBack) {
  auto budget = make("token_bucket", {{"capacity", 5.0}});
  EXPECT_EQ(leaves(*budget), 5);
  for (int i = 0; i < 9; ++i) budget->ended({}, kFirst, true);
  EXPECT_EQ(leaves(*budget), 0);
  budget->ended({}, kFirst, true);
  EXPECT_EQ(leaves(*budget), 1);
  for (int i = 0; i < 1000; ++i) budget->ended({}, kFirst, true);
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
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(budget->leave(Time{9999ms}, false));
  EXPECT_EQ(leaves(*budget, Time{9999ms}), 10);
  for (int i = 0; i < 100; ++i) budget->sent(Time{20s}, kFirst);
  EXPECT_EQ(leaves(*budget, Time{29999ms}), 20);
  for (int i = 0; i < 100; ++i) budget->sent(Time{50s}, kFirst);
  EXPECT_EQ(leaves(*budget, Time{60s}), 0);  // they have expired
}

}  // namespace
}  // namespace windtunnel
