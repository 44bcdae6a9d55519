#include <gtest/gtest.h>

#include <vector>

#include "models/workload/arrival_process.hpp"

namespace windtunnel {
namespace {

// The k-th arrival (from 0) is at (2k + 1) / (2 * 3) s, here rounded to the nanosecond in whole numbers.
TEST(ConstantArrivals, StayWithinANanosecondOfTheirPlaceForThreeMillionArrivals) {
  const ArrivalsChoice arrivals = constant_arrivals(3);
  const auto process = arrivals->make({.name = "web"});
  std::vector<Arrival> batch(1000);
  std::int64_t k = 0;
  for (int i = 0; i < 3000; ++i) {
    ASSERT_EQ(process->fill(batch), batch.size());
    for (const Arrival& arrival : batch) {
      const std::int64_t expected = (2 * k + 1) * 500'000'000 / 3;
      ASSERT_NEAR(static_cast<double>(arrival.at.count() - expected), 0, 1) << k;
      ++k;
    }
  }
}

TEST(ConstantArrivals, EndWithTheRun) {
  const auto process = constant_arrivals(10)->make({.name = "web", .end = std::chrono::seconds(1)});
  std::vector<Arrival> batch(64);
  EXPECT_EQ(process->fill(batch), 10u);
  EXPECT_EQ(batch[0].at, std::chrono::milliseconds(50));
  EXPECT_EQ(batch[9].at, std::chrono::milliseconds(950));
  EXPECT_EQ(process->fill(batch), 0u);
}

}  // namespace
}  // namespace windtunnel
