#include "sim/distribution/composition.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "sim/random/stream.hpp"

namespace windtunnel {
namespace {

constexpr std::uint64_t kMost = ~std::uint64_t{0};

TEST(Composition, SpreadsEveryPartOverAllWords) {
  const Composition composition(std::vector<double>{0.25, 0.5, 0.25});
  const std::uint64_t quarter = std::uint64_t{1} << 62;
  EXPECT_EQ(composition.split(0).part, 0u);
  EXPECT_EQ(composition.split(0).word, 0u);
  EXPECT_EQ(composition.split(quarter - 1).part, 0u);
  EXPECT_GE(composition.split(quarter - 1).word, kMost - 8);
  EXPECT_EQ(composition.split(quarter).part, 1u);
  EXPECT_LE(composition.split(quarter).word, 2u);
  EXPECT_NEAR(Stream::to_unit(composition.split(2 * quarter).word), 0.5, 1e-15);
  EXPECT_EQ(composition.split(3 * quarter).part, 2u);
  EXPECT_EQ(composition.split(kMost).part, 2u);
  EXPECT_GE(composition.split(kMost).word, kMost - 8);
}

TEST(Composition, NeverPicksAPartWithoutAShare) {
  const Composition composition(std::vector<double>{0, 1, 0});
  for (const std::uint64_t word : {std::uint64_t{0}, std::uint64_t{12345}, kMost}) {
    EXPECT_EQ(composition.split(word).part, 1u);
    EXPECT_EQ(composition.split(word).word, word);
  }
}

TEST(Composition, TinyPartsStillReachTheirTails) {
  const Composition composition(std::vector<double>{1e-9, 1 - 1e-9});
  const std::uint64_t width = 18446744073;  // 1e-9 * 2^64, rounded down
  EXPECT_EQ(composition.split(width - 1).part, 0u);
  EXPECT_GT(Stream::to_unit(composition.split(width - 1).word), 1 - 1e-9);
  EXPECT_LT(Stream::to_unit(composition.split(1).word), 1e-9);
  EXPECT_EQ(composition.split(width + 1).part, 1u);
}

}  // namespace
}  // namespace windtunnel
