// The policy alone, fed with made-up traffic. Expected numbers are need = forecast + safety * standard error, replicas
// = ceil(need * work / target / capacity).
#include <gmock/gmock.h>

#include <cmath>

#include "models/autoscaler/autoscaler.hpp"
#include "tests/models/workload/play.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::chosen;
using test::Fields;
using test::Found;
using test::Items;
using test::write_file;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using State = InstanceSignal::State;

// A request is 50 ms of work on an instance of one core, which is to be busy half of its time: ten requests per second
// and instance.
const Fields kStated = {{"max_replicas", 100},
                        {"forecast", Fields{{"type", "naive"}}},
                        {"sizing", Fields{{"type", "utilization_law"}, {"target", Share{0.5}}}},
                        {"capacity", Cpu{1}},
                        {"work_per_request", Duration{50ms}},
                        {"startup_time", Duration{90s}},
                        {"safety", 0.0}};

Fields stated(const Fields& changes = {}) {
  Fields fields = kStated;
  for (const auto& change : changes) {
    std::erase_if(fields, [&](const auto& field) { return field.first == change.first; });
    fields.push_back(change);
  }
  return fields;
}

// A service whose requests come evenly at a rate per minute of its life, and whose replicas are there at once.
class Life {
 public:
  explicit Life(const Fields& fields, std::int64_t replicas = 1)
      : params_(chosen<AutoscalerParams>("predictive", fields)), policy_(params_->make()), replicas_(replicas) {}
  explicit Life(Choice<AutoscalerParams> params, std::int64_t replicas = 1)
      : params_(std::move(params)), policy_(params_->make()), replicas_(replicas) {}

  void minute(double rate) {
    for (int second = 1; second <= 60; ++second) {
      now += 1s;
      arrived_ += rate;
      if (now % policy_->observe_period() == 0s) policy_->observe(signal());
      if (now % policy_->sync_period() != 0s) continue;
      last = policy_->decide(signal());
      if (last.replicas != replicas_) changes.emplace_back(now, last.replicas);
      if (last.replicas != replicas_) sentences.push_back(last.sentence);
      EXPECT_EQ(last.sentence.empty(), last.replicas == replicas_);
      replicas_ = last.replicas;
    }
  }

  ServiceSignal signal() const {
    ServiceSignal s;
    s.now = now;
    s.measured_from = measured_from;
    s.spec_replicas = replicas_;
    s.cpu_request_cores = request_cores;
    s.instances = instances;
    s.arrived = static_cast<std::uint64_t>(std::llround(arrived_));
    s.completed = s.arrived;
    s.cpu_seconds = arrived_ * cpu_per_request;
    s.unplaced = unplaced;
    s.outstanding = outstanding;
    s.outstanding_seconds = static_cast<double>(outstanding) * to_seconds(now);
    s.mean_startup = mean_startup;
    s.named = named;
    return s;
  }

  Time now{}, measured_from{};
  double request_cores = 0, cpu_per_request = 0;
  std::int64_t unplaced = 0, outstanding = 0;
  Duration mean_startup{};
  std::vector<double> named;
  std::vector<InstanceSignal> instances;
  ScalingDecision last;
  std::vector<std::pair<Time, std::int64_t>> changes;
  std::vector<std::string> sentences;

  Autoscaler& policy() { return *policy_; }
  const AutoscalerParams& params() const { return *params_; }

 private:
  Choice<AutoscalerParams> params_;
  std::unique_ptr<Autoscaler> policy_;
  std::int64_t replicas_;
  double arrived_ = 0;
};

TEST(Predictive, TurnsAForecastRateIntoReplicasByTheUtilizationLaw) {
  Life life(stated());
  life.minute(93);
  EXPECT_EQ(life.last.replicas, 10);
  EXPECT_EQ(life.last.inputs.at("forecast"), 93);
  EXPECT_DOUBLE_EQ(life.last.inputs.at("load"), 4.65);
  EXPECT_THAT(life.sentences, ElementsAre("1 -> 10: 93/s forecast within 7m, 50ms of work each, at 50 % utilization"));
}

TEST(Predictive, NeedsNoMoreThanAWholeNumberOfInstancesForAWholeNumber) {
  Life life(stated());
  life.minute(70);
  EXPECT_EQ(life.last.replicas, 7);
}

TEST(Predictive, StaffsBySquareRootsIfWanted) {
  Life life(stated({{"sizing", Fields{{"type", "square_root_staffing"}, {"beta", 2.0}}}, {"capacity", Cpu{5}}}));
  life.minute(500);  // load 25: 35 servers, seven instances of five
  EXPECT_EQ(life.last.replicas, 7);
}

TEST(Predictive, AddsStandardErrorsForSafety) {
  Life life(stated({{"safety", 2.0}, {"hold", Duration{0s}}, {"startup_time", Duration{0s}}}));
  life.minute(80);
  life.minute(100);  // one error, of 20
  EXPECT_EQ(life.last.inputs.at("forecast_standard_error"), 20);
  EXPECT_EQ(life.last.inputs.at("needed"), 140);
  EXPECT_EQ(life.last.replicas, 14);
  EXPECT_THAT(life.sentences.back(), HasSubstr("140/s forecast within 30s (100 and 2 standard errors of 20)"));
}

TEST(Predictive, ChangesNothingUntilItKnowsTrafficAndWork) {
  Life life(stated(), 4);
  EXPECT_EQ(life.policy().decide(life.signal()).replicas, 4);
  const auto learning = chosen<AutoscalerParams>(
      "predictive", {{"max_replicas", 100}, {"forecast", Fields{{"type", "naive"}}}, {"capacity", Cpu{1}}});
  Life idle(learning, 4);
  idle.minute(0);  // no request completed: work is not known
  EXPECT_EQ(idle.last.replicas, 4);
}

TEST(Predictive, LearnsTheWorkOfARequestFromCpuTimeAndTheCapacityFromTheRequest) {
  const auto params =
      chosen<AutoscalerParams>("predictive", {{"max_replicas", 100},
                                              {"forecast", Fields{{"type", "naive"}}},
                                              {"sizing", Fields{{"type", "utilization_law"}, {"target", Share{0.5}}}},
                                              {"safety", 0.0}});
  EXPECT_TRUE(params->needs_cpu_request());
  Life life(params);
  life.request_cores = 2;
  life.cpu_per_request = 0.2;
  life.minute(50);
  EXPECT_NEAR(life.last.inputs.at("work_per_request_s"), 0.2, 1e-12);
  EXPECT_EQ(life.last.replicas, 10);  // 50 * 0.2 / 0.5 / 2
}

TEST(Predictive, KeepsToItsBounds) {
  Life life(stated({{"min_replicas", 3}, {"max_replicas", 6}}), 4);
  life.minute(90);
  EXPECT_EQ(life.last.replicas, 6);
  EXPECT_THAT(life.sentences.back(), HasSubstr("; limited by max_replicas"));
  life.minute(10);
  EXPECT_EQ(life.last.replicas, 3);
  EXPECT_THAT(life.sentences.back(), HasSubstr("; limited by min_replicas"));
}

// Rush hour for ten minutes of every hour. Instances take 90 s and decisions 30 s: whoever is to be there at :40 must
// be asked for at :38, and stays until the last minute of the rush hour is over.
TEST(Predictive, AsksForInstancesSoEarlyThatTheyAreReadyInTime) {
  Life life(
      stated({{"forecast", Fields{{"type", "seasonal_naive"}, {"period", Duration{1h}}}}, {"hold", Duration{0s}}}));
  for (int minute = 0; minute < 180; ++minute) life.minute(minute % 60 >= 40 && minute % 60 < 50 ? 100 : 20);
  std::vector<std::pair<Time, std::int64_t>> third;
  for (const auto& change : life.changes)
    if (change.first > 120min) third.push_back(change);
  EXPECT_THAT(third, ElementsAre(std::pair(Time{158min + 30s}, 10), std::pair(Time{170min}, 2)));
}

TEST(Predictive, KeepsReplicasForTheHighestForecastOfTheHold) {
  Life life(
      stated({{"forecast", Fields{{"type", "seasonal_naive"}, {"period", Duration{1h}}}}, {"hold", Duration{15min}}}));
  for (int minute = 0; minute < 180; ++minute) life.minute(minute % 60 >= 40 && minute % 60 < 50 ? 100 : 20);
  std::vector<std::pair<Time, std::int64_t>> third;
  for (const auto& change : life.changes)
    if (change.first > 120min) third.push_back(change);
  EXPECT_THAT(third, ElementsAre(std::pair(Time{143min + 30s}, 10), std::pair(Time{170min}, 2)));
}

TEST(Predictive, KnowsTheSeasonFromTrafficBeforeTheRun) {
  std::string text = "second,requests\n";
  for (int minute = 0; minute < 120; ++minute)
    text += std::to_string(60 * minute) + "," + (minute % 60 >= 40 && minute % 60 < 50 ? "6000" : "1200") + "\n";
  const auto folder = write_file("hour.csv", text);
  auto params = chosen<AutoscalerParams>(
      "predictive", stated({{"forecast", Fields{{"type", "seasonal_naive"}, {"period", Duration{1h}}}},
                            {"hold", Duration{0s}},
                            {"history", Fields{{"file", "hour.csv"}}}}));
  Found found;
  params.mutable_params().load(folder, found);
  ASSERT_THAT(found.errors, IsEmpty());
  Life life(params);
  // Ten minutes of warm-up at the rate of the measured time's begin: the history ends before them.
  life.measured_from = 10min;
  for (int minute = -10; minute < 60; ++minute) life.minute(minute >= 40 && minute < 50 ? 100 : 20);
  EXPECT_THAT(life.changes,
              ElementsAre(std::pair(Time{30s}, 2), std::pair(Time{48min + 30s}, 10), std::pair(Time{60min}, 2)));
}

TEST(Predictive, MeasuresHowLongStartsTake) {
  Fields fields = stated({{"hold", Duration{0s}}, {"startup_guess", Duration{10s}}});
  std::erase_if(fields, [](const auto& field) { return field.first == "startup_time"; });
  Life life(fields);
  life.minute(10);
  EXPECT_EQ(life.last.inputs.at("lead_s"), 40);
  life.instances = {{.id = 1, .state = State::kReady, .created = 5s, .ready_since = 75s}};
  life.minute(10);
  EXPECT_EQ(life.last.inputs.at("lead_s"), 100);
}

TEST(Predictive, ReportsHowGoodItsForecastsWereAtTheLeadItUsed) {
  Life life(stated());  // 90 s and 30 s: two steps ahead
  life.measured_from = 3min;
  for (const double rate : {10, 10, 20, 20, 30, 40}) life.minute(rate);
  // Of the naive forecasts two minutes ahead those count that are of measured minutes: 10 for 20 (minute 4), 20 for 30,
  // 20 for 40.
  const std::vector<Figure> figures = life.policy().figures();
  ASSERT_THAT(figures, SizeIs(4));
  EXPECT_EQ(figures[0].name, "forecast.mape");
  EXPECT_NEAR(figures[0].value, (10 / 20.0 + 10 / 30.0 + 20 / 40.0) / 3, 1e-12);
  EXPECT_NEAR(figures[1].value, -40 / 90.0, 1e-12);
  EXPECT_EQ(figures[3].name, "forecast.lead");
  EXPECT_NEAR(figures[3].value, 120, 1e-9);
}

TEST(Predictive, TakesTheMeanOfTheStartupPhasesUntilAStartWasSeen) {
  Fields fields = stated();
  std::erase_if(fields, [](const auto& field) { return field.first == "startup_time"; });
  Life life(fields);
  life.mean_startup = 70s;
  life.minute(10);
  EXPECT_EQ(life.last.inputs.at("lead_s"), 100);
}

// --- another metric than the request rate

TEST(PredictiveMetric, IsForecastAndDividedByItsTarget) {
  Life life(stated({{"metric", Fields{{"metric", "concurrency"}, {"target", 8.0}}}}));
  EXPECT_FALSE(life.params().needs_cpu_request());
  life.outstanding = 60;
  life.minute(100);  // the rate does not matter
  EXPECT_EQ(life.last.replicas, 8);
  EXPECT_NEAR(life.last.inputs.at("forecast"), 60, 1e-9);
  EXPECT_EQ(life.last.inputs.at("target"), 8);
  EXPECT_THAT(life.sentences,
              ElementsAre("1 -> 8: 60 in all forecast within 7m, target 8 requests at a time per instance"));
}

TEST(PredictiveMetric, MayBeANamedSignalBesideThoseOfTheReactivePolicy) {
  const auto params = chosen<AutoscalerParams>(
      "predictive", stated({{"metric", Fields{{"metric", "signal"}, {"name", "orders"}, {"target", 5.0}}}}));
  EXPECT_THAT(params->make()->watched().signals, ElementsAre("orders"));
  Life life(params);
  life.named = {42};
  life.minute(1);
  EXPECT_EQ(life.last.replicas, 9);
}

TEST(PredictiveMetric, MustBeOneOfWhichInstancesTakeParts) {
  for (const Fields& metric : {Fields{{"metric", "latency"}, {"target", Duration{200ms}}},
                               Fields{{"metric", "concurrency"}, {"target", 8.0}, {"per_instance", false}}}) {
    Found found;
    auto params = chosen<AutoscalerParams>("predictive", stated({{"metric", metric}}));
    params.mutable_params().check(found);
    ASSERT_THAT(found.errors, SizeIs(1));
    EXPECT_THAT(found.errors[0], HasSubstr("/metric: is no figure of which each instance takes a part"));
  }
}

// --- the hybrid

const Fields kHpa = {{"type", "kubernetes_hpa"},
                     {"spec", Fields{{"minReplicas", 1}, {"maxReplicas", 50}}},
                     {"processing_time", Duration{0s}}};

// Instances that all use so many cores of the one that they request.
std::vector<InstanceSignal> busy(std::int64_t count, double cores, Time now) {
  std::vector<InstanceSignal> out;
  for (std::int64_t i = 0; i < count; ++i)
    out.push_back({.id = static_cast<std::uint32_t>(i),
                   .state = State::kReady,
                   .created = -1h,
                   .ready_since = -1h,
                   .running_since = -1h,
                   .cpu_seconds = cores * to_seconds(now + 1h)});
  return out;
}

TEST(PredictiveHybrid, DecidesWithItsReactivePolicyAndObservesForBoth) {
  const auto params = chosen<AutoscalerParams>("predictive", stated({{"reactive", kHpa}, {"step", Duration{50s}}}));
  const auto policy = params->make();
  EXPECT_EQ(policy->sync_period(), 15s);
  EXPECT_EQ(policy->observe_period(), 5s);
}

TEST(PredictiveHybrid, TakesTheHigherOfForecastAndReaction) {
  Life life(stated({{"reactive", kHpa}}), 4);
  life.request_cores = 1;
  const auto quarter = [&](double cores) {
    for (int second = 0; second < 15; ++second) life.now += 1s;
    life.instances = busy(4, cores, life.now);
    life.policy().observe(life.signal());
    return life.policy().decide(life.signal());
  };
  quarter(0.8);
  quarter(0.8);
  quarter(0.8);
  ScalingDecision decision =
      quarter(0.8);  // at its target of 80 %: four; no request came, so the forecast asks for none
  EXPECT_EQ(decision.replicas, 4);
  EXPECT_EQ(decision.inputs.at("forecast_replicas"), 0);
  EXPECT_EQ(decision.inputs.at("reactive_replicas"), 4);
  quarter(1.6);
  decision = quarter(1.6);
  EXPECT_EQ(decision.replicas, 8);
  EXPECT_THAT(decision.sentence,
              AllOf(HasSubstr("4 -> 8: cpu 160 % of request"), HasSubstr("the forecast asks for 0")));
  EXPECT_EQ(decision.inputs.at("reactive.metric_0_utilization"), 160);
}

TEST(PredictiveHybrid, KeepsTheForecastsFloorWhateverTheReactionIs) {
  Life life(stated({{"reactive", kHpa}}), 4);
  life.request_cores = 1;
  life.instances = busy(4, 0.01, 15s);
  life.minute(100);
  EXPECT_EQ(life.last.replicas, 10);
  EXPECT_THAT(life.sentences.back(), HasSubstr("-> 10: 100/s forecast"));
}

TEST(PredictiveHybrid, LeavesItToTheReactivePolicyWhereNothingIsKnown) {
  Fields fields = stated({{"reactive", kHpa}});
  std::erase_if(fields, [](const auto& field) { return field.first == "work_per_request"; });
  Life life(fields, 4);
  life.request_cores = 1;
  for (int look = 1; look <= 2; ++look) {
    life.now = look * 15s;
    life.instances = busy(4, 1.6, life.now);
    life.policy().observe(life.signal());
    life.last = life.policy().decide(life.signal());
  }
  EXPECT_EQ(life.last.replicas, 8);
}

TEST(Predictive, StartsAnInstanceForWhoeverWaitsAtZero) {
  Life life(stated({{"min_replicas", 0}}), 0);
  life.minute(0);
  EXPECT_EQ(life.last.replicas, 0);
  EXPECT_TRUE(life.policy().wake(life.signal()));
  life.unplaced = 3;
  EXPECT_EQ(life.policy().decide(life.signal()).replicas, 1);
}

TEST(Predictive, SaysWhatDoesNotFitTogether) {
  struct Row {
    Fields changes;
    const char* message;
  };
  for (const Row& row : {
           Row{{{"min_replicas", 9}, {"max_replicas", 4}}, "/max_replicas: 4 is below min_replicas, 9"},
           Row{{{"step", Duration{7min}}, {"forecast", Fields{{"type", "holt_winters"}}}},
               "/forecast/period: 1d is not a whole number of steps of 7m"},
           Row{{{"metric", Fields{{"metric", "concurrency"}, {"target", 8.0}}},
                {"history", Fields{{"file", "week.csv"}}}},
               "/history: counts requests, and the metric is concurrency"},
           Row{{{"hold", Duration{200h}}}, "/hold: is more than 10000 steps of 1m"},
           Row{{{"reactive", Fields{{"type", "per_request"}}}}, "/reactive: per_request starts an instance"},
           Row{{{"reactive", kHpa}, {"step", Duration{60001ms}}},
               "/step: 1m0.001s and the rhythm of the reactive kubernetes_hpa have no common measure of at least "
               "100ms"},
       }) {
    Found found;
    auto params = chosen<AutoscalerParams>("predictive", stated(row.changes));
    params.mutable_params().check(found);
    ASSERT_THAT(found.errors, SizeIs(1)) << row.message;
    EXPECT_THAT(found.errors[0], HasSubstr(row.message));
  }
}

}  // namespace
}  // namespace windtunnel
