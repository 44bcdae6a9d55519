#include "models/scenario/nearest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace windtunnel {
namespace {

const std::vector<std::string> kNames{"replicas", "instance", "work", "balancer", "drain_timeout"};

TEST(DidYouMean, FindsAMissingALostAndASwappedLetter) {
  EXPECT_EQ(nearest_name("replcas", kNames), "replicas");
  EXPECT_EQ(nearest_name("replicass", kNames), "replicas");
  EXPECT_EQ(nearest_name("wrok", kNames), "work");
  EXPECT_EQ(nearest_name("balancers", kNames), "balancer");
}

TEST(DidYouMean, SeesThroughSpellingStyles) {
  EXPECT_EQ(nearest_name("drainTimeout", kNames), "drain_timeout");
  EXPECT_EQ(nearest_name("drain-timeout", kNames), "drain_timeout");
}

TEST(DidYouMean, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest_name("zebra", kNames), "");
  EXPECT_EQ(nearest_name("", kNames), "");
  EXPECT_EQ(nearest_name("x", std::vector<std::string>{"y"}), "") << "another letter is another name";
  EXPECT_EQ(nearest_name(std::string(100000, 'a'), kNames), "");
}

TEST(DidYouMean, NamesWhatThereIsWhenNothingIsNear) {
  EXPECT_EQ(suggestion("zebra", kNames, "here"), "; known here: replicas, instance, work, balancer, drain_timeout");
  EXPECT_EQ(suggestion("wrk", kNames, "here"), "; did you mean \"work\"?");
  EXPECT_EQ(suggestion("zebra", {}, "services"), "");
}

TEST(Quotes, ShortenAndMakeControlCharactersVisible) {
  EXPECT_EQ(in_quotes("a\nb"), "\"a\\x0ab\"");
  const std::string umlauts = in_quotes("x" + std::string(59, 'y') + "ä");
  EXPECT_EQ(umlauts, "\"x" + std::string(59, 'y') + "…\"") << "no half characters";
}

}  // namespace
}  // namespace windtunnel
