// The scheduled autoscaler in the simulator goes by the scenario's date.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kOffice = R"({"windtunnel": 1, "name": "office", "horizon": "12h", "warmup": "30m",
  "starts_at": "2024-01-05 07:00:00", "metrics": {"resolution": "1h"},
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}}],
  "services": {"s": {"replicas": 2, "instance": {"resources": {"requests": {"cpu": "1"}}},
    "work": {"default": [{"cpu": "10ms"}]}, "startup": [{"phase": "boot", "time": "20s"}],
    "autoscaler": {"type": "scheduled", "min_replicas": 2,
      "windows": [{"name": "office hours", "start": "0 8 * * 1-5", "for": "10h", "min_replicas": 6}]}}}})";

TEST(ScheduledInFlight, FollowsTheCalendarOfTheScenario) {
  const Flight flight = fly(kOffice);
  // Looks every 30 s; the warm-up ends on a Friday at seven.
  ASSERT_EQ(flight.result.decisions.size(), 2U);
  EXPECT_EQ(flight.result.decisions[0].time_s, 3600);
  EXPECT_EQ(flight.result.decisions[0].sentence, "2 -> 6: in office hours");
  EXPECT_EQ(flight.result.decisions[1].time_s, 11 * 3600);
  EXPECT_EQ(flight.result.decisions[1].sentence, "6 -> 2: outside of its windows");
  EXPECT_THAT(flight.result.series[0].find("replicas_ready")->values, ElementsAre(2, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 2));
}

TEST(ScheduledInFlight, StaysAsItIsAtTheWeekend) {
  EXPECT_TRUE(fly(kOffice, {{"starts_at", "\"2024-01-06 07:00:00\""}}).result.decisions.empty());
}

TEST(ScheduledInFlight, ReportsACronExpressionThatIsNone) {
  try {
    test::scenario_of(kOffice, {{"services.s.autoscaler.windows.0.start", "\"0 25 * * *\""}});
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    ASSERT_EQ(error.issues().size(), 1U);
    EXPECT_EQ(error.issues()[0].pointer, "/services/s/autoscaler/windows/0/start");
    EXPECT_THAT(error.issues()[0].message, HasSubstr("25"));
  }
}

}  // namespace
}  // namespace windtunnel
