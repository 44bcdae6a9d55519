// What is billed. Expected values are sums done by hand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "models/scenario/read.hpp"
#include "tests/models/replication/one_function.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using testing::HasSubstr;

std::string billed(std::vector<double> arrivals, const std::string& price, const std::string& terms = "",
                   const std::string& more = "") {
  return test::OneFunction{std::move(arrivals), terms, "1000s",
                           R"(, "cost": {"functions": {"f": )" + price + "}" + more + "}"}
      .text();
}

TEST(Cost, BillsAnExecutionForItsTimeTimesItsMemoryAndTheStartOfItsInstance) {
  // Two executions of a second, the first with ten seconds of start-up, at half a GB.
  const Flight flight =
      fly(billed({0, 20}, R"({"per_gb_second": 2, "per_million_requests": 500000, "memory": "512Mi"})"));
  EXPECT_DOUBLE_EQ(flight.figure("f.gb_seconds"), 12 * 0.5);
  EXPECT_EQ(flight.figure("f.executions"), 2);
  EXPECT_DOUBLE_EQ(flight.figure("cost.compute"), 12);
  EXPECT_DOUBLE_EQ(flight.figure("cost.requests"), 1);
  EXPECT_EQ(flight.figure("cost.instances"), 0);
  EXPECT_DOUBLE_EQ(flight.figure("cost.total"), 13);
}

TEST(Cost, LeavesTheStartOutWhereItIsNotBilled) {
  const Flight flight = fly(billed({0, 20}, R"({"memory": "1Gi", "bill_startup": false})"));
  EXPECT_DOUBLE_EQ(flight.figure("f.gb_seconds"), 2);
}

TEST(Cost, DoesNotBillTheStartOfAnInstanceThatWasThereFromTheBeginning) {
  const Flight flight = fly(billed({0, 20}, R"({"memory": "1Gi"})", R"(, "provisioned": 1)"));
  EXPECT_DOUBLE_EQ(flight.figure("f.gb_seconds"), 2);
}

TEST(Cost, RoundsEveryExecutionUpToTheGranularity) {
  EXPECT_DOUBLE_EQ(fly(billed({0, 20}, R"({"memory": "1Gi", "granularity": "3s"})")).figure("f.gb_seconds"), 12 + 3);
  EXPECT_DOUBLE_EQ(fly(billed({0, 20}, R"({"memory": "1Gi", "granularity": "1s"})")).figure("f.gb_seconds"), 11 + 1);
}

TEST(Cost, BillsAnExecutionForTheLeastDuration) {
  const Flight flight = fly(billed({0, 20}, R"({"memory": "1Gi", "minimum_duration": "5s"})"));
  EXPECT_DOUBLE_EQ(flight.figure("f.gb_seconds"), 11 + 5);
}

TEST(Cost, DoesNotBillWhatIsThrottled) {
  const Flight flight = fly(billed({20, 20, 20}, R"({"memory": "1Gi", "per_million_requests": 1e6})",
                                   R"(, "max_instances": 1, "at_maximum": "reject")"));
  EXPECT_EQ(flight.count(Outcome::kRejectedThrottled), 2U);
  EXPECT_EQ(flight.figure("f.executions"), 1);
  EXPECT_DOUBLE_EQ(flight.figure("cost.requests"), 1);
}

TEST(Cost, BillsWhatHasRunWhenTheRunEnds) {
  // A second, and a quarter of one by then.
  const Flight flight = fly(billed({0, 999.75}, R"({"memory": "1Gi"})", R"(, "provisioned": 1)"));
  EXPECT_NEAR(flight.figure("f.gb_seconds"), 1 + 0.25, 1e-9);
  EXPECT_EQ(flight.figure("f.executions"), 2);
}

// 1000 s of 2,628,000 s: allowances for the month of 2628 GB s and 2628 requests are 1 GB s and 1 request here.
TEST(Cost, TakesTheRunsShareOfTheFreeTierOff) {
  const std::string price = R"({"per_gb_second": 2, "per_million_requests": 1e6, "memory": "1Gi"})";
  const Flight some = fly(billed({0, 20, 40}, price, "", R"(, "free_tier": {"gb_seconds": 2628, "requests": 2628})"));
  EXPECT_DOUBLE_EQ(some.figure("cost.compute"), 2 * (13 - 1));
  EXPECT_DOUBLE_EQ(some.figure("cost.requests"), 3 - 1);
  const Flight all = fly(billed({0, 20, 40}, price, "", R"(, "free_tier": {"gb_seconds": 1e6, "requests": 1e6})"));
  EXPECT_EQ(all.figure("cost.total"), 0);
}

TEST(Cost, TakesTheMemoryLimitForTheMemoryThatIsBilled) {
  const std::string price = R"({"per_gb_second": 1})";
  const Flight flight =
      fly(billed({0}, price), {{"/services/f/instance/resources", R"({"limits": {"memory": "2Gi"}})"}});
  EXPECT_DOUBLE_EQ(flight.figure("cost.compute"), 22);
}

// Each instance lives for 11 s, two of them one after the other.
TEST(Cost, BillsAnInstanceThatIsSoonGoneForTheLeastTime) {
  const std::string scenario =
      test::OneFunction{{0, 20},
                        R"(, "keep_alive": "0s")",
                        "1000s",
                        R"(, "cost": {"per_instance_hour": {"f": 3600}, "minimum_instance_time": "60s"})"}
          .text();
  const Flight flight = fly(scenario);
  EXPECT_NEAR(flight.figure("f.instance_hours") * 3600, 22, 1e-9);
  EXPECT_NEAR(flight.figure("f.billed_hours") * 3600, 120, 1e-9);
  EXPECT_NEAR(flight.figure("cost.instances"), 120, 1e-9);
  EXPECT_NEAR(fly(scenario, {{"/cost/minimum_instance_time", "5s"}}).figure("cost.instances"), 22, 1e-9);
}

std::string complaint(const std::string& text, const std::vector<Override>& overrides = {}) {
  try {
    test::scenario_of(text, overrides);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "none";
}

TEST(Cost, SaysWhichPricesHaveNothingToPrice) {
  EXPECT_THAT(complaint(billed({0}, R"({"per_gb_second": 1})")), HasSubstr("\"f\" has no memory limit either"));
  EXPECT_THAT(complaint(billed({0}, "{}"), {{"/cost/functions/g", "{}"}}), HasSubstr("/cost/functions/g"));
  EXPECT_THAT(complaint(R"({"windtunnel": 1, "name": "f", "traffic": [], "services": {"f": {"work": {"default": []}}},
                           "cost": {"functions": {"f": {}}}})"),
              HasSubstr("are no functions"));
}

}  // namespace
}  // namespace windtunnel
