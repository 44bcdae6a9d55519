#include "models/load_balancer/proxy.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::assign;
using test::chosen;
using test::Fields;

// A proxy with backends 0, 1, … on instances 100, 101, …
class ProxyBench {
 public:
  ProxyBench(std::string_view type, std::uint32_t backends, const Fields& policy = {}, const Fields& balancing = {},
             std::uint32_t index = 0)
      : policy_(chosen<LoadBalancerParams>(type, policy)) {
    assign(params_, balancing);
    proxy_.emplace(*policy_, params_, index, Stream(1, "checkout/balancer", 0));
    for (std::uint32_t i = 0; i < backends; ++i) add(i);
  }
  void add(std::uint32_t number) {
    Backend backend;
    backend.number = number;
    backend.weight = params_.weight(number);
    backend.name = "checkout-" + std::to_string(number);
    proxy_->add(100 + number, backend, 0);
  }
  Proxy* operator->() { return &*proxy_; }
  std::uint32_t pick() { return proxy_->pick(Time{0s}, 0)->number; }
  std::vector<std::uint32_t> send(int n) {
    std::vector<std::uint32_t> out;
    for (int i = 0; i < n; ++i) {
      out.push_back(pick());
      proxy_->sent(out.back());
    }
    return out;
  }

 private:
  Choice<LoadBalancerParams> policy_;
  BalancingParams params_;
  std::optional<Proxy> proxy_;
};

const Fields kFirstOfTheFewest = {{"full_scan", true}, {"tie", "first"}};

TEST(Proxy, CountsWhatItIsToldOf) {
  ProxyBench proxy("least_request", 3, kFirstOfTheFewest);
  EXPECT_EQ(proxy.send(4), (std::vector<std::uint32_t>{0, 1, 2, 0}));
  proxy->left(1);
  EXPECT_EQ(proxy.pick(), 1U);
}

TEST(Proxy, NamesTheInstanceThatABackendLivesOn) {
  ProxyBench proxy("round_robin", 2);
  EXPECT_EQ(proxy->pick(Time{0s}, 0)->instance, 100U);
}

TEST(Proxy, KnowsNobodyAtFirst) {
  ProxyBench proxy("round_robin", 0);
  EXPECT_FALSE(proxy->knows_any());
  EXPECT_FALSE(proxy->pick(Time{0s}, 0).has_value());
}

TEST(Proxy, KeepsCountsOfOthersWhenOneGoes) {
  ProxyBench proxy("least_request", 3, kFirstOfTheFewest);
  proxy.send(2);  // to 0 and 1
  proxy->remove(0);
  EXPECT_EQ(proxy.pick(), 2U);
  proxy->sent(2);
  proxy->sent(2);
  EXPECT_EQ(proxy.pick(), 1U);
}

TEST(Proxy, AnswersOfABackendThatIsGoneHarmNobody) {
  ProxyBench proxy("least_request", 2, kFirstOfTheFewest);
  proxy.send(2);
  proxy->remove(1);
  proxy->left(1);
  EXPECT_EQ(proxy.pick(), 0U);
}

TEST(Proxy, GoesByOldCountsUntilTheyAreRefreshed) {
  ProxyBench proxy("least_request", 3, kFirstOfTheFewest, {{"counts", "all"}, {"refresh", Duration{1s}}});
  EXPECT_EQ(proxy.send(4), (std::vector<std::uint32_t>{0, 0, 0, 0}));
  proxy->refresh();
  EXPECT_EQ(proxy.send(2), (std::vector<std::uint32_t>{1, 1}));
  proxy->refresh();
  EXPECT_EQ(proxy.pick(), 2U);
}

TEST(Proxy, KnowsItsSubsetOnlyAndEachProxyHasOneOfItsOwn) {
  std::set<std::set<std::uint32_t>> subsets;
  for (std::uint32_t index = 0; index < 10; ++index) {
    ProxyBench proxy("round_robin", 20, {}, {{"subset", 3}}, index);
    std::set<std::uint32_t> met;
    for (int i = 0; i < 30; ++i) met.insert(proxy.pick());
    EXPECT_EQ(met.size(), 3U);
    subsets.insert(met);
  }
  EXPECT_GT(subsets.size(), 5U);
}

TEST(Proxy, DealtSubsetsAreDisjointUntilAllAreDealt) {
  std::vector<int> met(20);
  for (std::uint32_t index = 0; index < 8; ++index) {
    ProxyBench proxy("round_robin", 20, {}, {{"subset", 5}, {"subsetting", "deterministic"}}, index);
    for (int i = 0; i < 5; ++i) ++met[proxy.pick()];
    if (index == 3) {
      EXPECT_EQ(met, std::vector<int>(20, 1));
    }
  }
  EXPECT_EQ(met, std::vector<int>(20, 2));
}

TEST(Proxy, ASubsetLosesOneMemberWithTheBackendThatGoes) {
  ProxyBench proxy("round_robin", 20, {}, {{"subset", 3}});
  std::set<std::uint32_t> before, after;
  for (int i = 0; i < 30; ++i) before.insert(proxy.pick());
  proxy->remove(*before.begin());
  for (int i = 0; i < 30; ++i) after.insert(proxy.pick());
  EXPECT_EQ(after.size(), 3U);
  for (const std::uint32_t number : std::set<std::uint32_t>(std::next(before.begin()), before.end()))
    EXPECT_TRUE(after.contains(number));
}

TEST(Proxy, WeightsFollowTheNumbersOfBackends) {
  ProxyBench proxy("round_robin", 3, {{"random_start", false}}, {{"weights", test::Items{2.0, 1.0}}});
  std::vector<int> picked(3);
  for (int i = 0; i < 50; ++i) ++picked[proxy.pick()];
  EXPECT_EQ(picked, (std::vector<int>{20, 10, 20}));
}

TEST(JoinIdleQueue, ServesIdleOnesInTheOrderInWhichTheyReported) {
  ProxyBench proxy("join_idle_queue", 4);
  for (const std::uint32_t number : {2U, 0U, 3U}) proxy->idle(number);
  EXPECT_EQ(proxy.pick(), 2U);
  proxy->remove(0);  // its entry is void
  EXPECT_EQ(proxy.pick(), 3U);
}

TEST(JoinIdleQueue, GoesAnywhereWhenNobodyIsIdle) {
  ProxyBench proxy("join_idle_queue", 4);
  std::set<std::uint32_t> met;
  for (int i = 0; i < 100; ++i) met.insert(proxy.pick());
  EXPECT_EQ(met.size(), 4U);
}

}  // namespace
}  // namespace windtunnel
