#include "models/autoscaler/kpa/scaler.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

// Expectations are those of upstream's pkg/reconciler/autoscaling/kpa/scaler_test.go and kpa.go (knative/serving 1.23);
// every row names its subtest of TestScaler or TestDisableScaleToZero. Where upstream leaves the next look to a change
// of the network's status, the scaler asks for one after the period of a probe: `looks_again` says "enqueued or
// probed". Not expressible: what the rows say about the Deployment's patch beyond its replicas, and a prober that is
// not called.
namespace windtunnel::kpa {
namespace {

using namespace std::chrono_literals;
using State = Activity::State;

// Upstream's test configuration.
constexpr Duration kStableWindow = 5min, kPaWindow = 45s, kGrace = 60s, kActivation = 121s + 30s;
constexpr Time kNow = 1h;

ScalerSpec rig(std::int64_t min_scale = 0, std::int64_t max_scale = 0) {
  ScalerSpec spec;
  spec.min_scale = min_scale;
  spec.max_scale = max_scale;
  spec.stable_window = kStableWindow;
  spec.grace_period = kGrace;
  spec.activation_timeout = kActivation;
  return spec;
}
ScalerSpec with_window(Duration window) {
  ScalerSpec spec = rig();
  spec.stable_window = window;
  return spec;
}
ScalerSpec with_retention(Duration retention) {
  ScalerSpec spec = rig();
  spec.pod_retention = retention;
  return spec;
}
ScalerSpec with_initial_scale(std::int64_t scale) {
  ScalerSpec spec = rig();
  spec.initial_scale = scale;
  return spec;
}
ScalerSpec with_deadline(Duration deadline) {
  ScalerSpec spec = rig();
  spec.activation_timeout = deadline + 30s;
  return spec;
}
ScalerSpec unreachable(ScalerSpec spec) {
  spec.reachable = false;
  return spec;
}
ScalerSpec always_proxied(ScalerSpec spec) {
  spec.activator_always_in_path = true;
  return spec;
}
ScalerSpec never_to_zero(ScalerSpec spec) {
  spec.scale_to_zero = false;
  return spec;
}

Activity active(Duration age, bool initialized = false) { return {State::kActive, kNow - age, initialized}; }
Activity inactive(Duration age) { return {State::kInactive, kNow - age, false}; }
Activity activating(Duration age) { return {State::kActivating, kNow - age, false}; }
// The probe finds the activator; it has been in the path for so long.
Path proxied(Duration age = 0s) { return {true, kNow - age}; }
Path serving() { return {false, kNow}; }

struct Row {
  const char* name;
  ScalerSpec spec;
  Activity activity;
  Path path;
  std::int64_t replicas, desired;
  std::int64_t scale;
  bool scales, looks_again;
};

void PrintTo(const Row& row, std::ostream* os) { *os << row.name; }

class KnativeScaler : public testing::TestWithParam<Row> {};

TEST_P(KnativeScaler, ScalesAsUpstreamDoes) {
  const Row& row = GetParam();
  const Order order = Scaler(row.spec, row.activity).order(row.desired, row.path, kNow);
  EXPECT_EQ(order.scale, row.scale);
  EXPECT_EQ(order.apply && order.scale != row.replicas, row.scales);
  EXPECT_EQ(order.look_again.has_value(), row.looks_again);
}

INSTANTIATE_TEST_SUITE_P(
    TestScaler, KnativeScaler,
    testing::Values(
        Row{"waits to scale to zero (just before idle period)", rig(), active(kStableWindow - 1s), proxied(), 1, 0, 1,
            false, true},
        Row{"waits to scale to zero (just before idle period), custom PA window", with_window(kPaWindow),
            active(kPaWindow - 1s), proxied(), 1, 0, 1, false, true},
        Row{"custom PA window, check for standard window, no probe", with_window(kPaWindow), active(kStableWindow),
            serving(), 1, 0, 0, false, true},
        Row{"scale to 1 waiting for idle expires", rig(), active(kStableWindow - 1s), proxied(), 10, 0, 1, true, true},
        Row{"waits to scale to zero after idle period", rig(), active(kStableWindow), serving(), 1, 0, 0, false, true},
        Row{"waits to scale to zero after idle period; sks in proxy mode", rig(), active(kStableWindow), proxied(), 1,
            0, 0, false, true},
        Row{"waits to scale to zero after idle period (custom PA window)", with_window(kPaWindow), active(kPaWindow),
            serving(), 1, 0, 0, false, true},
        // Which of two retention periods holds is decided before: the annotation's 0 over the cluster's.
        Row{"can scale to zero after grace period, but 0 PA retention", with_retention(0s), inactive(kGrace), proxied(),
            1, 0, 0, true, false},
        Row{"can't scale to zero after grace period, but before last pod retention", with_retention(2 * kGrace),
            inactive(kGrace), proxied(), 1, 0, 0, false, true},
        Row{"can't scale to zero after grace period, but before last pod retention, pa defined",
            with_retention(2 * kGrace), inactive(kGrace), proxied(), 1, 0, 0, false, true},
        Row{"scale to zero after grace period, and after last pod retention", with_retention(kGrace), inactive(kGrace),
            proxied(), 1, 0, 0, true, false},
        Row{"scale to zero after grace period", rig(), inactive(kGrace), proxied(), 1, 0, 0, true, false},
        Row{"waits to scale to zero (just before grace period)", rig(), inactive(kGrace - 1s), proxied(), 1, 0, 0,
            false, true},
        Row{"waits to scale to zero (just before grace period, sks short)", rig(), inactive(kGrace - 1s),
            proxied(kGrace - 1s), 1, 0, 0, false, true},
        Row{"waits to scale to zero (just before grace period, sks in proxy long) and last pod timeout positive",
            with_retention(42s), inactive(kGrace - 1s), proxied(kGrace), 1, 0, 0, true, false},
        Row{"waits to scale to zero (just before grace period, sks in proxy long)", rig(), inactive(kGrace - 1s),
            proxied(kGrace), 1, 0, 0, true, false},
        Row{"scale to zero with TBC=-1", always_proxied(rig()), inactive(kGrace), serving(), 1, 0, 0, true, false},
        Row{"scale to zero after grace period, but fail prober", rig(), inactive(kGrace), serving(), 1, 0, 0, false,
            true},
        Row{"scale to zero after grace period, but wrong prober response", rig(), inactive(kGrace), serving(), 1, 0, 0,
            false, true},
        Row{"waits to scale to zero while activating until after deadline exceeded", rig(), activating(kActivation / 2),
            proxied(), 1, 0, kUnknown, false, true},
        Row{"scale to zero while activating after deadline exceeded", rig(), activating(kActivation + 1s), proxied(), 1,
            0, 0, true, false},
        Row{"scale to zero while activating after revision deadline exceeded", with_deadline(5s),
            activating(5s + 30s + 1s), proxied(), 1, 0, 0, true, false},
        Row{"scale down to minScale before grace period", rig(2), inactive(kGrace - 1s), proxied(), 10, 0, 2, true,
            false},
        Row{"scale down to minScale after grace period", rig(2), inactive(kGrace), proxied(), 10, 0, 2, true, false},
        Row{"ignore minScale if unreachable", unreachable(rig(2)), inactive(kGrace), proxied(), 10, 0, 0, true, false},
        Row{"observe minScale if reachability unknown", rig(2), inactive(kGrace), proxied(), 10, 0, 2, true, false},
        Row{"scales up", rig(), activating(0s), proxied(), 1, 10, 10, true, false},
        Row{"scales up to maxScale", rig(0, 8), activating(0s), proxied(), 1, 10, 8, true, false},
        Row{"scale up inactive revision", rig(), inactive(kGrace / 2), proxied(), 1, 10, 10, true, false},
        Row{"does not scale up from zero with no metrics", rig(), inactive(0s), proxied(), 0, kUnknown, kUnknown, false,
            false},
        Row{"scales up from zero to desired one", rig(), activating(0s), proxied(), 0, 1, 1, true, false},
        Row{"scales up from zero to desired high scale", rig(), activating(0s), proxied(), 0, 10, 10, true, false},
        Row{"negative scale does not scale", rig(), active(0s), proxied(), 12, kUnknown, kUnknown, false, false},
        Row{"initial scale attained, but now time to scale down", with_initial_scale(2), active(2min, true), proxied(),
            2, 0, 1, true, true},
        Row{"haven't scaled to initial scale, override desired scale with initial scale", with_initial_scale(2),
            activating(0s), proxied(), 0, 1, 2, true, false},
        Row{"initial scale reached for the first time", with_initial_scale(5), activating(0s), proxied(), 5, 1, 5,
            false, false},
        Row{"reaching initial scale zero", with_initial_scale(0), inactive(0s), proxied(), 0, 0, 0, false, true}));

INSTANTIATE_TEST_SUITE_P(TestDisableScaleToZero, KnativeScaler,
                         testing::Values(Row{"EnableScaleToZero == false and minScale == 0", never_to_zero(rig()),
                                             active(0s), proxied(), 10, 0, 1, true, false},
                                         Row{"EnableScaleToZero == false and minScale == 2", never_to_zero(rig(2)),
                                             active(0s), proxied(), 10, 0, 2, true, false},
                                         Row{"EnableScaleToZero == false and desire pod is -1(initial value)",
                                             never_to_zero(rig()), active(0s), proxied(), 10, kUnknown, kUnknown, false,
                                             false}));

// --- when to look again

TEST(KnativeScaler, LooksAgainWhenTheNextStepIsDue) {
  const auto next_look = [](const ScalerSpec& spec, const Activity& activity, const Path& path) {
    return *Scaler(spec, activity).order(0, path, kNow).look_again;
  };
  EXPECT_EQ(next_look(rig(), active(kStableWindow - 7s), proxied()), 7s);
  EXPECT_EQ(next_look(rig(), active(kStableWindow), proxied()),
            3s);  // "long enough to ensure current iteration is over"
  EXPECT_EQ(next_look(rig(), inactive(10s), proxied(20s)), kGrace - 20s);
  EXPECT_EQ(next_look(with_retention(2 * kGrace), inactive(10s), proxied(kGrace)), 2 * kGrace - 10s);
  EXPECT_EQ(next_look(rig(), activating(1s), proxied()), kActivation - 1s + 1ns);
}

TEST(KnativeScaler, IgnoresRetentionWhereNobodyReachesTheRevision) {
  const Scaler scaler(unreachable(with_retention(1h)), inactive(kGrace));
  EXPECT_TRUE(scaler.order(0, proxied(), kNow).apply);
}

// --- the Active condition: the table above computeActiveCondition in kpa.go

struct ConditionRow {
  std::int64_t want, ready, initial_scale;
  State before, after;
};

TEST(KnativeScaler, KeepsTheActiveConditionAsUpstreamDoes) {
  for (const ConditionRow& row : {ConditionRow{0, 0, 1, State::kActivating, State::kInactive},
                                  ConditionRow{0, 3, 1, State::kActive, State::kInactive},
                                  ConditionRow{0, 3, 1, State::kInactive, State::kInactive},
                                  ConditionRow{2, 0, 1, State::kInactive, State::kActivating},
                                  ConditionRow{2, 0, 1, State::kActive, State::kActivating},
                                  ConditionRow{2, 1, 1, State::kInactive, State::kActive},
                                  ConditionRow{2, 1, 1, State::kActivating, State::kActive},
                                  ConditionRow{-1, 0, 1, State::kInactive, State::kInactive},
                                  ConditionRow{-1, 0, 1, State::kActivating, State::kActivating},
                                  ConditionRow{-1, 0, 1, State::kActive, State::kActivating},
                                  ConditionRow{-1, 1, 1, State::kInactive, State::kInactive},
                                  ConditionRow{-1, 0, 0, State::kActivating, State::kInactive},
                                  ConditionRow{-1, 0, 0, State::kActive, State::kInactive},
                                  ConditionRow{-1, 1, 1, State::kActivating, State::kActive},
                                  ConditionRow{-1, 1, 1, State::kActive, State::kActive}}) {
    Scaler scaler(with_initial_scale(row.initial_scale), {row.before, kNow - 1min, row.initial_scale != 0});
    scaler.update(row.want, row.ready, kNow, kNow);
    EXPECT_EQ(scaler.activity().state, row.after) << row.want << " wanted, " << row.ready << " ready";
    EXPECT_EQ(scaler.activity().since, row.after == row.before ? kNow - 1min : kNow);
  }
}

TEST(KnativeScaler, IsActiveOnceItHadItsInitialScale) {
  Scaler scaler(with_initial_scale(3), {State::kActivating, kNow - 1min, false});
  EXPECT_EQ(scaler.active_threshold(), 3);
  scaler.update(3, 2, kNow, kNow);
  EXPECT_EQ(scaler.activity().state, State::kActivating);
  scaler.update(3, 3, kNow - 1s, kNow);
  EXPECT_EQ(scaler.activity().state, State::kActive);
  EXPECT_EQ(scaler.activity().since, kNow - 1s);  // when the third became ready, not when that was seen
  EXPECT_EQ(scaler.active_threshold(), 1);
  EXPECT_EQ(scaler.order(1, proxied(), kNow).scale, 1);
}

// --- the activator's place: mode in kpa.go

struct PathRow {
  std::int64_t want, excess_burst_capacity;
  State state;
  bool proxies;
};

TEST(KnativeScaler, PutsTheActivatorIntoThePathForWantOfCapacity) {
  for (const PathRow& row : {PathRow{0, 100, State::kActive, true}, PathRow{1, -1, State::kActive, true},
                             PathRow{1, 0, State::kActive, false}, PathRow{kUnknown, 0, State::kInactive, true},
                             PathRow{kUnknown, 0, State::kActivating, false}})
    EXPECT_EQ(Scaler(rig(), {row.state, kNow, true}).proxies(row.want, row.excess_burst_capacity), row.proxies);
}

}  // namespace
}  // namespace windtunnel::kpa
