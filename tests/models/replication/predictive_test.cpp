// The predictive autoscaler in the simulator: it is ahead of what comes again, and says how well it knew.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kSec;
using testing::Gt;
using testing::HasSubstr;

// Every half hour traffic jumps from 4/s to 40/s for ten minutes, from one second to the next.
std::string rush_hours() {
  const std::filesystem::path file =
      std::filesystem::path(testing::TempDir()) /
      (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + "_rush_hours.csv");
  std::ofstream out(file);
  out << "second,requests\n";
  for (int minute = 0; minute < 240; ++minute)
    out << 60 * minute << "," << (minute % 30 >= 10 && minute % 30 < 20 ? 2400 : 240) << "\n";
  return file.string();
}

// 100 ms of work each on instances of one core that take 75 s to start; two hours are known before the run.
std::string scenario(const std::string& autoscaler) {
  return R"({"windtunnel": 1, "name": "rush", "horizon": "2h", "warmup": "5m",
  "traffic": [{"name": "t", "to": "s", "timeout": "5s", "on_timeout": "cancel",
    "arrivals": {"type": "trace", "file": ")" +
         rush_hours() + R"(", "start": "2h"}}],
  "services": {"s": {"replicas": 1,
    "instance": {"runtime": {"type": "worker_pool", "workers": 1}, "resources": {"requests": {"cpu": "1"}}},
    "work": {"default": [{"cpu": {"type": "exponential", "mean": "100ms"}}]},
    "startup": [{"phase": "boot", "time": "75s"}],
    "balancer": {"type": "least_request"},
    "autoscaler": )" +
         autoscaler + "}}}";
}

std::string predictive(const std::string& more = "") {
  return R"({"type": "predictive", "max_replicas": 20, "forecast": {"type": "seasonal_naive", "period": "30m"},
    "history": {"file": ")" +
         rush_hours() + R"(", "end": "2h"}, "hold": "2m")" + more + "}";
}

const std::string kHpa = R"({"type": "kubernetes_hpa", "spec": {"minReplicas": 1, "maxReplicas": 20, "metrics":
  [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}]}})";

TEST(PredictiveInFlight, HasInstancesReadyWhenTheRushHourBegins) {
  const Flight flight = fly(scenario(predictive()));
  // 40/s at 100 ms and 60 % are seven instances and, for safety, one or two more.
  const Series& series = flight.result.series.at(0);
  const Series::Column& ready = *series.find("replicas_ready");
  for (std::size_t i = 0; i < series.times_s.size(); ++i) {
    const double into = series.times_s[i] - 1800 * std::floor(series.times_s[i] / 1800);
    const bool rush = into >= 600 && into < 1200;
    EXPECT_GE(ready.values[i], rush ? 7 : 1) << series.times_s[i];
    EXPECT_LE(ready.values[i], into > 0 && into <= 400 ? 3 : 9) << series.times_s[i];
  }
  EXPECT_EQ(flight.count(Outcome::kTimedOut), 0U);
}

TEST(PredictiveInFlight, LosesNothingWhereAReactivePolicyLosesMuch) {
  const Flight reactive = fly(scenario(kHpa)), ahead = fly(scenario(predictive()));
  EXPECT_GT(reactive.count(Outcome::kTimedOut), 5000U);
  EXPECT_EQ(ahead.count(Outcome::kTimedOut), 0U);
  EXPECT_LT(ahead.figure("s.latency.p99"), 1);
}

TEST(PredictiveInFlight, IsLateByAsMuchAsItUnderestimatesTheStart) {
  // Told that instances are there at once, it asks for them when the rush hour is half a minute away.
  const Flight flight =
      fly(scenario(predictive(R"(, "startup_time": "0s")")), {{"services.s.autoscaler.hold", "\"0s\""}});
  EXPECT_GT(flight.count(Outcome::kTimedOut), 1000U);
}

TEST(PredictiveInFlight, TellsInEveryDecisionWhatItForesaw) {
  const Flight flight = fly(scenario(predictive()));
  std::size_t up = 0;
  for (const Decision& decision : flight.result.decisions) {
    if (decision.kind != "scale_up") continue;
    ++up;
    EXPECT_THAT(decision.sentence, HasSubstr("/s forecast within "));
    EXPECT_NEAR(decision.inputs.at("work_per_request_s"), 0.1, 0.02);
    EXPECT_GE(decision.inputs.at("lead_s"), 90);
  }
  EXPECT_GE(up, 4U);
}

TEST(PredictiveInFlight, ReportsTheAccuracyOfItsForecasts) {
  const Flight flight = fly(scenario(predictive()), {}, 3);
  // A Poisson count of 240 or 2400 against another: relative errors of sqrt(2 / n) times 0.8.
  const double expected = 0.798 * std::sqrt(2.0) * (2 / std::sqrt(240.0) + 1 / std::sqrt(2400.0)) / 3;
  EXPECT_NEAR(flight.figure("s.forecast.mape"), expected, 0.015);
  EXPECT_NEAR(flight.figure("s.forecast.bias"), 0, 0.01);
  EXPECT_GT(flight.figure("s.forecast.coverage"), 0.85);
  EXPECT_NEAR(flight.figure("s.forecast.lead"), 105, 1);
  EXPECT_EQ(flight.result.find_metric("s.forecast.mape")->values.size(), 3U);
  EXPECT_THAT(flight.result.figures,
              testing::ElementsAre("s.forecast.mape", "s.forecast.bias", "s.forecast.coverage", "s.forecast.lead"));
}

// A crowd that no history knows, on top of the rush hours.
TEST(PredictiveInFlight, CarriesASurpriseOnlyWithAReactivePolicyInside) {
  const auto with_surprise = [](const std::string& autoscaler) {
    std::string text = scenario(autoscaler);
    const std::string traffic = R"("traffic": [)";
    text.insert(text.find(traffic) + traffic.size(),
                R"({"name": "crowd", "to": "s", "timeout": "5s", "on_timeout": "cancel",
        "arrivals": {"type": "spike", "base": "0/s", "peak": "60/s", "at": "75m", "rise": "2m", "hold": "20m"}}, )");
    return text;
  };
  const Flight alone = fly(with_surprise(predictive()));
  const Flight hybrid = fly(with_surprise(predictive(R"(, "reactive": )" + kHpa)));
  EXPECT_GT(alone.count(Outcome::kTimedOut), 2 * hybrid.count(Outcome::kTimedOut));
  EXPECT_LT(hybrid.figure("s.latency.p99"), alone.figure("s.latency.p99"));
}

TEST(PredictiveInFlight, SaysWhereItsHistoryIsWrong) {
  std::string text = scenario(predictive());
  const std::string end = R"("end": "2h")";
  text.replace(text.find(end), end.size(), R"("end": "9h")");
  try {
    test::scenario_of(text);
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    ASSERT_EQ(error.issues().size(), 1U);
    EXPECT_EQ(error.issues()[0].pointer, "/services/s/autoscaler/history/end");
  }
}

}  // namespace
}  // namespace windtunnel
