// What the predictive policy learns from the service: how good its forecasts were, how long instances take to start,
// how much work a request is.
#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "models/autoscaler/predictive/forecast_accuracy.hpp"
#include "models/autoscaler/predictive/startup_times.hpp"
#include "models/autoscaler/predictive/work_meter.hpp"

namespace windtunnel::predictive {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;
using State = InstanceSignal::State;

std::map<std::string, double> values(const ForecastAccuracy& accuracy) {
  std::map<std::string, double> out;
  for (const Figure& figure : accuracy.figures()) out[figure.name] = figure.value;
  return out;
}

TEST(ForecastAccuracy, ComparesForecastsWithWhatCame) {
  ForecastAccuracy accuracy;
  accuracy.forecast(3, {110, 4}, 60);   // 10 too high, beyond 1.96 * 4
  accuracy.forecast(4, {190, 10}, 60);  // 10 too low, within 19.6
  accuracy.forecast(5, {6, 4}, 120);    // nothing came: no relative error
  accuracy.observe(3, 100);
  accuracy.observe(4, 200);
  accuracy.observe(5, 0);
  EXPECT_THAT(values(accuracy), ElementsAre(Pair("forecast.bias", 6 / 300.0), Pair("forecast.coverage", 2 / 3.0),
                                            Pair("forecast.lead", 80), Pair("forecast.mape", (0.1 + 0.05) / 2)));
}

TEST(ForecastAccuracy, CountsNoStepThatWasNotForecastAndNoForecastThatWasNotSeen) {
  ForecastAccuracy accuracy;
  accuracy.forecast(5, {100, 0}, 60);
  accuracy.forecast(8, {100, 0}, 60);
  for (std::int64_t step = 1; step <= 6; ++step) accuracy.observe(step, 50);
  EXPECT_EQ(values(accuracy).at("forecast.bias"), 1);
  EXPECT_EQ(values(accuracy).at("forecast.mape"), 1);
}

TEST(ForecastAccuracy, TakesTheNewestForecastOfAStepWhenTheLeadBecomesShorter) {
  ForecastAccuracy accuracy;
  accuracy.forecast(4, {10, 0}, 240);
  accuracy.forecast(5, {10, 0}, 240);
  accuracy.forecast(4, {50, 0}, 120);
  for (std::int64_t step = 1; step <= 6; ++step) accuracy.observe(step, 50);
  EXPECT_EQ(values(accuracy).at("forecast.bias"), 0);
  EXPECT_EQ(values(accuracy).at("forecast.lead"), 120);
}

TEST(ForecastAccuracy, HasTheSameFiguresWithoutAnyForecast) {
  const auto figures = values(ForecastAccuracy());
  EXPECT_EQ(figures.size(), 4u);
  for (const auto& [name, value] : figures) EXPECT_TRUE(std::isnan(value)) << name;
}

InstanceSignal instance(std::uint32_t id, State state, Time created, Time ready = {}) {
  return {.id = id, .state = state, .created = created, .ready_since = ready};
}

TEST(StartupTimes, AreMeasuredFromCreationToReadiness) {
  StartupTimes times;
  times.look(std::vector{instance(1, State::kReady, 0s, 0s), instance(2, State::kStarting, 10s)});
  EXPECT_FALSE(times.longest());  // the first was there when the run began
  times.look(std::vector{instance(1, State::kReady, 0s, 0s), instance(2, State::kReady, 10s, 52s)});
  EXPECT_EQ(times.longest(), 42s);
}

TEST(StartupTimes, MissNoInstanceThatStartedBetweenTwoLooks) {
  StartupTimes times;
  times.look({});
  times.look(std::vector{instance(7, State::kReady, 100s, 103s)});
  EXPECT_EQ(times.longest(), 3s);
}

TEST(StartupTimes, CountAnInstanceOnce) {
  StartupTimes times;
  times.look(std::vector{instance(1, State::kReady, 0s, 40s)});
  // Taken out for a while and put back: not a start of 900 s.
  times.look(std::vector{instance(1, State::kDraining, 0s, 40s)});
  times.look(std::vector{instance(1, State::kReady, 0s, 900s)});
  EXPECT_EQ(times.longest(), 40s);
}

TEST(StartupTimes, GiveTheLongestOfTheLastTen) {
  StartupTimes times;
  std::vector<InstanceSignal> instances = {instance(0, State::kReady, 0s, 99s)};
  for (std::uint32_t id = 1; id <= 9; ++id) instances.push_back(instance(id, State::kReady, 0s, 30s));
  times.look(instances);
  EXPECT_EQ(times.longest(), 99s);
  instances.push_back(instance(10, State::kReady, 0s, 20s));
  times.look(instances);
  EXPECT_EQ(times.longest(), 30s);
}

ServiceSignal work(Time now, double cpu_seconds, std::uint64_t completed) {
  ServiceSignal signal;
  signal.now = now;
  signal.cpu_seconds = cpu_seconds;
  signal.completed = completed;
  return signal;
}

TEST(WorkMeter, DividesCpuTimeByCompletedRequests) {
  WorkMeter meter(1h);
  EXPECT_FALSE(meter.per_request());
  meter.look(work(1min, 5, 0));
  EXPECT_FALSE(meter.per_request());  // nothing completed
  meter.look(work(2min, 12, 40));
  EXPECT_DOUBLE_EQ(*meter.per_request(), 0.3);
}

TEST(WorkMeter, ForgetsWhatIsOlderThanItsWindow) {
  WorkMeter meter(10min);
  meter.look(work(10min, 100, 100));
  meter.look(work(20min, 300, 200));
  EXPECT_DOUBLE_EQ(*meter.per_request(), 2);
  meter.look(work(25min, 400, 250));
  EXPECT_DOUBLE_EQ(*meter.per_request(), 2);  // the window's begin lies between two looks: the earlier one
  meter.look(work(30min, 400, 1200));
  EXPECT_DOUBLE_EQ(*meter.per_request(), 0.1);
}

TEST(WorkMeter, KeepsWhatItKnewWhileNothingIsCompleted) {
  WorkMeter meter(10min);
  meter.look(work(5min, 100, 100));
  for (const Time now : {10min, 20min, 30min, 40min}) meter.look(work(now, 100, 100));
  EXPECT_DOUBLE_EQ(*meter.per_request(), 1);
}

}  // namespace
}  // namespace windtunnel::predictive
