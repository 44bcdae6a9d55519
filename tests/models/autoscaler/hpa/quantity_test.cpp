#include "models/autoscaler/hpa/quantity.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace windtunnel::hpa {
namespace {

TEST(MilliUnits, AreRoundedUpAndNoFurtherThanWhatWasWritten) {
  EXPECT_EQ(to_milli(0.1), 100);  // of which 1000 times is a little more than 100
  EXPECT_EQ(to_milli(16.1), 16100);
  EXPECT_EQ(to_milli(1.001), 1001);
  EXPECT_EQ(to_milli(0.0001), 1);
  EXPECT_EQ(to_milli(1.000000001), 1001);  // Kubernetes quantities end there
  EXPECT_EQ(to_milli(536870912.0), 536870912000);
  EXPECT_EQ(to_milli(0), 0);
  EXPECT_EQ(to_milli(1e300), std::numeric_limits<std::int64_t>::max());
  for (int milli = 1; milli < 100'000; ++milli) EXPECT_EQ(to_milli(milli / 1000.0), milli);
}

TEST(Tolerances, AreDigitsTimesAPowerOfTen) {
  EXPECT_EQ(approximate(Quantity{0.1}), 0.1);
  EXPECT_EQ(approximate(Quantity{0.009}), 9 * 0.001);
  EXPECT_NE(9 * 0.001, 0.009);
  EXPECT_EQ(approximate(Quantity{0.0001}), 100 * (1 / 1e6));
  EXPECT_EQ(approximate(Quantity{2}), 2);
  EXPECT_EQ(approximate(Quantity{0}), 0);
}

}  // namespace
}  // namespace windtunnel::hpa
