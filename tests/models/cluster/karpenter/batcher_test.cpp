#include "models/cluster/karpenter/batcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace windtunnel::karpenter {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

// When the windows close that pods coming at these moments open, Karpenter's durations being 1 s and 10 s.
std::vector<Duration> windows(const std::vector<Duration>& pods) {
  Batcher batcher(1s, 10s);
  std::vector<Duration> out;
  std::uint32_t pod = 0;
  const auto close_before = [&](Time now) {
    if (const std::optional<Time> closes = batcher.closes(); closes && *closes <= now) {
      out.push_back(*closes);
      batcher.close();
    }
  };
  for (const Duration at : pods) {
    close_before(at);
    batcher.trigger(pod++, at);
  }
  close_before(kNever);
  return out;
}

TEST(Batcher, ClosesWhenNoPodHasComeForAWhile) {
  EXPECT_THAT(windows({0ms, 500ms, 1200ms, 2500ms}), ElementsAre(2200ms, 3500ms));
  EXPECT_THAT(windows({3s}), ElementsAre(4s));
}

TEST(Batcher, ClosesInTheEndThoughPodsKeepComing) {
  std::vector<Duration> pods;
  for (int i = 0; i < 20; ++i) pods.push_back(i * 900ms);
  EXPECT_EQ(windows(pods).front(), 10s);
}

TEST(Batcher, IsNotKeptOpenByAPodItHas) {
  Batcher batcher(1s, 10s);
  batcher.trigger(7, 0s);
  batcher.trigger(7, 900ms);
  EXPECT_EQ(batcher.closes(), 1s);
  batcher.trigger(8, 900ms);
  EXPECT_EQ(batcher.closes(), 1900ms);
}

TEST(Batcher, HasNoWindowWithoutAPod) {
  Batcher batcher(1s, 10s);
  EXPECT_EQ(batcher.closes(), std::nullopt);
  batcher.trigger(7, 0s);
  batcher.close();
  EXPECT_EQ(batcher.closes(), std::nullopt);
}

}  // namespace
}  // namespace windtunnel::karpenter
