#include "models/admission/too_busy.hpp"

#include <gtest/gtest.h>

namespace windtunnel {
namespace {

using namespace std::chrono_literals;

// The comments of toobusy.js: with a lag of 1.25 times the threshold a quarter of the requests, from twice on all.
TEST(TooBusy, TurnsAwayTheShareThatTheLagIsAboveItsThreshold) {
  TooBusy params;
  params.smoothing_factor = 1;
  params.max_lag = 40ms;
  SmoothedLag lag(params);
  for (const auto& [measured, share] : {std::pair{0ms, 0.0}, std::pair{40ms, 0.0}, std::pair{50ms, 0.25},
                                        std::pair{80ms, 1.0}, std::pair{900ms, 1.0}}) {
    lag.measured(measured);
    EXPECT_DOUBLE_EQ(lag.share_turned_away(), share);
  }
}

TEST(TooBusy, SmoothsByAThird) {
  const TooBusy defaults;
  SmoothedLag lag(defaults);
  lag.measured(210ms);
  EXPECT_NEAR(static_cast<double>(lag.lag().count()), 70e6, 1);
  EXPECT_NEAR(lag.share_turned_away(), 0, 1e-12);
  lag.measured(210ms);
  EXPECT_NEAR(static_cast<double>(lag.lag().count()), 70e6 + 140e6 / 3, 1);
  EXPECT_NEAR(lag.share_turned_away(), 2.0 / 3, 1e-12);
}

}  // namespace
}  // namespace windtunnel
