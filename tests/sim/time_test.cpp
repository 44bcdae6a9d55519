#include "sim/time.hpp"

#include <gtest/gtest.h>

namespace windtunnel {
namespace {

using namespace std::chrono_literals;

TEST(Time, InSecondsIsTheNearestDouble) {
  EXPECT_EQ(to_seconds(30s), 30.0) << "30e9 * 1e-9 is 30.000000000000004";
  EXPECT_EQ(to_seconds(300ms), 0.3);
  EXPECT_EQ(to_seconds(7ns), 7e-9);
  for (std::int64_t second = 0; second < 604'800; ++second)
    ASSERT_EQ(to_seconds(std::chrono::seconds(second)), static_cast<double>(second));
}

TEST(Time, InSecondsComesBackToTheSameNanosecond) {
  for (std::int64_t ns = 1; ns < std::int64_t{1} << 52; ns = ns * 3 + 1)
    EXPECT_EQ(from_seconds(to_seconds(Duration{ns})), Duration{ns});
}

TEST(Time, BeyondTheClockIsNever) {
  EXPECT_EQ(from_seconds(1e300), kNever);
  EXPECT_EQ(from_seconds(9.3e9), kNever);
}

}  // namespace
}  // namespace windtunnel
