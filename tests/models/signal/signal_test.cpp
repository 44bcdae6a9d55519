#include "models/signal/signal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/run.hpp"
#include "models/scenario/read.hpp"
#include "tests/models/assign.hpp"
#include "tests/models/replication/flight.hpp"
#include "tests/models/workload/play.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::chosen;
using test::Fields;
using test::Found;
using test::Items;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Fields level(Duration at, double value) { return {{"at", at}, {"value", value}}; }

TEST(ConstantSignal, IsOneValue) {
  const auto signal = chosen<Signal>("constant", {{"value", 2.5}});
  for (const Time t : {Time{-1h}, Time{}, Time{1000h}}) EXPECT_EQ(signal->at(t), 2.5);
}

TEST(StepsSignal, HoldsEachValueUntilTheNext) {
  const auto signal = chosen<Signal>("steps", {{"steps", Items{level(0s, 1), level(10s, 5), level(20s, 2)}}});
  EXPECT_EQ(signal->at(-1s), 1);
  EXPECT_EQ(signal->at(0s), 1);
  EXPECT_EQ(signal->at(10s - 1ns), 1);
  EXPECT_EQ(signal->at(10s), 5);
  EXPECT_EQ(signal->at(19s), 5);
  EXPECT_EQ(signal->at(20s), 2);
  EXPECT_EQ(signal->at(100h), 2);
}

TEST(StepsSignal, ComeInOrderFromTheBegin) {
  const auto errors = [](Items steps) {
    Found found;
    chosen<Signal>("steps", {{"steps", std::move(steps)}}).mutable_params().check(found);
    return found.errors;
  };
  EXPECT_THAT(errors({level(0s, 1), level(1s, 1)}), IsEmpty());
  EXPECT_THAT(errors({}), ElementsAre(StartsWith("/steps: ")));
  EXPECT_THAT(errors({level(1s, 1)}), ElementsAre(StartsWith("/steps/0/at: ")));
  EXPECT_THAT(errors({level(0s, 1), level(2s, 1), level(2s, 1)}), ElementsAre(StartsWith("/steps/2/at: ")));
}

TEST(RampSignal, IsAStraightLine) {
  const auto signal = chosen<Signal>("ramp", {{"from", 10.0}, {"to", 30.0}, {"over", Duration{40s}}});
  EXPECT_EQ(signal->at(-5s), 10);
  EXPECT_EQ(signal->at(10s), 15);
  EXPECT_EQ(signal->at(30s), 25);
  EXPECT_EQ(signal->at(40s), 30);
  EXPECT_EQ(signal->at(50s), 30);
}

TEST(DiurnalSignal, PeaksAtItsHour) {
  const auto signal = chosen<Signal>("diurnal", {{"mean", 100.0},
                                                 {"amplitude", Share{0.4}},
                                                 {"peak_at", Duration{15h}},
                                                 {"starts_at", Duration{3h}},
                                                 {"weekend", 0.5}});
  EXPECT_NEAR(signal->at(0h), 60, 1e-9);  // 3 in the morning, opposite the peak
  EXPECT_NEAR(signal->at(12h), 140, 1e-9);
  EXPECT_NEAR(signal->at(6h), 100, 1e-9);
  EXPECT_NEAR(signal->at(16h), 100 * (1 + 0.4 * 0.5), 1e-9) << "a sixth of a turn later";
  EXPECT_NEAR(signal->at(Time{5 * 24h + 12h}), 70, 1e-9) << "a Saturday";
  EXPECT_NEAR(signal->at(Time{7 * 24h + 12h}), 140, 1e-9) << "a Monday again";
}

Choice<Signal> trace_of(std::string_view text, Fields fields, Found& found) {
  fields.emplace_back("file", "signal.csv");
  auto signal = chosen<Signal>("trace", fields);
  signal.mutable_params().check(found);
  signal.mutable_params().load(test::write_file("signal.csv", text), found);
  return signal;
}

constexpr std::string_view kOrders = "time,orders\n2024-05-01 00:00,10\n2024-05-01 00:01,20\n2024-05-01 00:02,40\n";

TEST(TraceSignal, ReadsAValueForEachBin) {
  Found found;
  const auto signal = trace_of(kOrders, {{"scale", 2.0}}, found);
  EXPECT_THAT(found.errors, IsEmpty());
  EXPECT_EQ(signal->at(-1s), 20);
  EXPECT_EQ(signal->at(59s), 20);
  EXPECT_EQ(signal->at(60s), 40);
  EXPECT_EQ(signal->at(179s), 80);
  EXPECT_EQ(signal->at(9h), 80) << "the last one holds";
}

TEST(TraceSignal, PlaysAPartOverAndOver) {
  Found found;
  const auto signal = trace_of(kOrders, {{"start", "1m"}, {"length", Duration{90s}}, {"repeat", true}}, found);
  EXPECT_THAT(found.errors, IsEmpty());
  EXPECT_EQ(signal->at(0s), 20);
  EXPECT_EQ(signal->at(89s), 40);
  EXPECT_EQ(signal->at(90s), 20);
}

// --- in a scenario

const std::string kShop = R"({"windtunnel": 1, "name": "shop", "horizon": "60s", "warmup": "10s",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}}],
  "signals": {"orders": {"type": "steps", "steps": [{"at": "0s", "value": 3}, {"at": "20s", "value": 7}]},
              "mails": 12},
  "services": {"s": {"work": {"default": [{"cpu": "1ms"}]}}}})";

std::vector<std::string> errors_of(const std::vector<Override>& overrides) {
  try {
    test::scenario_of(kShop, overrides);
  } catch (const ConfigError& error) {
    std::vector<std::string> out;
    for (const Issue& issue : error.issues()) out.push_back(issue.pointer + ": " + issue.message);
    return out;
  }
  return {};
}

TEST(Signals, AreReadByName) {
  const Scenario scenario = test::scenario_of(kShop);
  EXPECT_EQ(scenario.signals.at("orders")->at(25s), 7);
  EXPECT_EQ(scenario.signals.at("mails")->at(25s), 12) << "a bare value is a constant";
}

TEST(Signals, AreCheckedWhereTheyStand) {
  EXPECT_THAT(errors_of({{"signals.orders.type", "\"step\""}}), ElementsAre(HasSubstr("/signals/orders/type: ")));
  EXPECT_THAT(errors_of({{"signals.orders.steps.1.at", "\"0s\""}}),
              ElementsAre(StartsWith("/signals/orders/steps/1/at: ")));
  EXPECT_THAT(errors_of({{"signals.orders", R"({"type": "trace", "file": "nowhere.csv"})"}}),
              ElementsAre(HasSubstr("nowhere.csv")));
}

// Notes what it sees, and asks for as many replicas as the first signal says.
class Follower final : public Autoscaler {
 public:
  explicit Follower(std::vector<std::string> signals) : signals_(std::move(signals)) {}
  Duration sync_period() const override { return 1s; }
  Duration observe_period() const override { return {}; }
  Watched watched() const override { return {.signals = signals_}; }
  ScalingDecision decide(const ServiceSignal& signal) override {
    EXPECT_EQ(signal.named.size(), signals_.size());
    return {static_cast<std::int64_t>(signal.named[0]), "as the signal says", {{"second", signal.named[1]}}, {}};
  }

 private:
  std::vector<std::string> signals_;
};
class FollowerParams final : public AutoscalerParams {
 public:
  explicit FollowerParams(std::vector<std::string> signals) : signals_(std::move(signals)) {}
  void describe(FieldVisitor&) override {}
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<Follower>(signals_); }

 private:
  std::vector<std::string> signals_;
};

TEST(Signals, ReachTheAutoscalerInTheOrderItAskedFor) {
  Scenario scenario = test::scenario_of(kShop);
  scenario.services.at("s").autoscaler = Choice<AutoscalerParams>::of("follower", FollowerParams({"orders", "mails"}));
  const Result result = run(scenario, {});
  ASSERT_EQ(result.decisions.size(), 2U);
  EXPECT_EQ(result.decisions[0].time_s, -9);
  EXPECT_EQ(result.decisions[1].time_s, 20);
  EXPECT_EQ(result.decisions[1].inputs.at("second"), 12);
  EXPECT_EQ(result.find_metric("s.replicas.max")->estimate.mean, 7);
}

TEST(Signals, ThatNobodyLooksAtAreWorthAWarning) {
  const ReadResult read = parse_scenario(kShop, ".", "test");
  ASSERT_EQ(read.warnings.size(), 2U);
  EXPECT_EQ(read.warnings[0].pointer, "/signals/orders");
  EXPECT_EQ(read.warnings[0].message, "no autoscaler looks at it");
}

TEST(Signals, ThatNobodyGivesAreAnErrorWhereTheyAreWanted) {
  Scenario scenario = test::scenario_of(kShop);
  scenario.services.at("s").autoscaler = Choice<AutoscalerParams>::of("follower", FollowerParams({"ordes", "mails"}));
  Found found;
  scenario.check(found);
  EXPECT_THAT(found.warnings, ElementsAre("/signals/orders: no autoscaler looks at it"));
  ASSERT_EQ(found.errors.size(), 1U);
  EXPECT_THAT(found.errors[0], StartsWith("/services/s/autoscaler: looks at the signal \"ordes\""));
  EXPECT_THAT(found.errors[0], HasSubstr("orders"));
}

}  // namespace
}  // namespace windtunnel
