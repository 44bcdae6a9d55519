#include <gmock/gmock.h>

#include "models/autoscaler/autoscaler.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::chosen;
using test::Fields;
using test::Found;
using test::Items;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using State = InstanceSignal::State;

constexpr Time kMonday = Time{std::chrono::hours{24 * 19'723}};  // 2024-01-01 00:00

Fields window(const char* start, Duration length, int least, Fields more = {}) {
  Fields fields = {{"start", start}, {"for", length}, {"min_replicas", least}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

// What a service with one instance would be told at that time of the week.
std::int64_t replicas_at(const Choice<AutoscalerParams>& params, Duration into_week) {
  ServiceSignal signal;
  signal.utc = kMonday + into_week;
  signal.spec_replicas = 1;
  return params->make()->decide(signal).replicas;
}

TEST(Scheduled, HasItsWindowsCountsFromTheirStartToTheirEnd) {
  const auto params =
      chosen<AutoscalerParams>("scheduled", {{"windows", Items{window("0 8 * * 1-5", 10h, 12)}}, {"min_replicas", 2}});
  EXPECT_EQ(replicas_at(params, 7h + 59min + 59s), 2);
  EXPECT_EQ(replicas_at(params, 8h), 12);
  EXPECT_EQ(replicas_at(params, 17h + 59min + 59s), 12);
  EXPECT_EQ(replicas_at(params, 18h), 2);
  EXPECT_EQ(replicas_at(params, 4 * 24h + 9h), 12);  // Friday
  EXPECT_EQ(replicas_at(params, 5 * 24h + 9h), 2);   // Saturday
}

TEST(Scheduled, HasWindowsThatGoOverMidnight) {
  const auto params =
      chosen<AutoscalerParams>("scheduled", {{"windows", Items{window("0 22 * * *", 4h, 5)}}, {"min_replicas", 1}});
  EXPECT_EQ(replicas_at(params, 21h), 1);
  EXPECT_EQ(replicas_at(params, 23h), 5);
  EXPECT_EQ(replicas_at(params, 24h + 1h + 59min), 5);
  EXPECT_EQ(replicas_at(params, 24h + 2h), 1);
}

TEST(Scheduled, GoesByTheClockOfItsTimeZone) {
  const auto params = chosen<AutoscalerParams>(
      "scheduled",
      {{"windows", Items{window("0 8 * * *", 1h, 5)}}, {"min_replicas", 1}, {"time_zone", "Asia/Kolkata"}});
  EXPECT_EQ(replicas_at(params, 2h + 29min), 1);
  EXPECT_EQ(replicas_at(params, 2h + 30min), 5);
  EXPECT_EQ(replicas_at(params, 3h + 30min), 1);
}

TEST(Scheduled, TakesTheHighestMinimumOfWindowsThatOverlap) {
  const auto params = chosen<AutoscalerParams>(
      "scheduled", {{"windows", Items{window("0 8 * * *", 10h, 6), window("0 9 * * *", 1h, 20)}}, {"min_replicas", 8}});
  EXPECT_EQ(replicas_at(params, 7h), 8);
  EXPECT_EQ(replicas_at(params, 8h), 6);  // fewer than outside: a window's bound replaces the general one
  EXPECT_EQ(replicas_at(params, 9h + 30min), 20);
  EXPECT_EQ(replicas_at(params, 10h), 6);
}

TEST(Scheduled, MayTurnAServiceOff) {
  const auto params = chosen<AutoscalerParams>("scheduled", {{"windows", Items{window("0 20 * * *", 10h, 0)}}});
  EXPECT_EQ(replicas_at(params, 21h), 0);
  EXPECT_EQ(replicas_at(params, 12h), 1);
}

TEST(Scheduled, NamesTheWindowThatDecides) {
  const auto params = chosen<AutoscalerParams>(
      "scheduled", {{"windows", Items{window("0 8 * * 1-5", 10h, 12, {{"name", "office hours"}})}}});
  const auto policy = params->make();
  ServiceSignal signal;
  signal.utc = kMonday + 9h;
  signal.spec_replicas = 1;
  const ScalingDecision decision = policy->decide(signal);
  EXPECT_EQ(decision.sentence, "1 -> 12: in office hours");
  EXPECT_EQ(decision.inputs.at("min_replicas"), 12);
  EXPECT_EQ(decision.inputs.at("windows_open"), 1);
  signal.spec_replicas = 12;
  EXPECT_EQ(policy->decide(signal).sentence, "");
  signal.utc = kMonday + 19h;
  EXPECT_EQ(policy->decide(signal).sentence, "12 -> 1: outside of its windows");
}

// Four instances that all use so many of the one core that they request, seen for a minute.
ScalingDecision with_hpa(double cores, Fields the_window, Duration into_week) {
  const auto params = chosen<AutoscalerParams>(
      "scheduled", {{"windows", Items{std::move(the_window)}},
                    {"policy", Fields{{"type", "kubernetes_hpa"},
                                      {"spec", Fields{{"minReplicas", 1}, {"maxReplicas", 50}}},
                                      {"processing_time", Duration{0s}}}}});
  EXPECT_TRUE(params->needs_cpu_request());
  const auto policy = params->make();
  EXPECT_EQ(policy->sync_period(), 15s);
  EXPECT_EQ(policy->observe_period(), 15s);
  ScalingDecision decision;
  for (Time now = 15s; now <= 60s; now += 15s) {
    std::vector<InstanceSignal> instances;
    for (std::uint32_t id = 0; id < 4; ++id)
      instances.push_back({.id = id,
                           .state = State::kReady,
                           .created = -1h,
                           .ready_since = -1h,
                           .running_since = -1h,
                           .cpu_seconds = cores * to_seconds(now + 1h)});
    ServiceSignal signal;
    signal.now = now;
    signal.utc = kMonday + into_week;
    signal.spec_replicas = 4;
    signal.cpu_request_cores = 1;
    signal.instances = instances;
    policy->observe(signal);
    decision = policy->decide(signal);
  }
  return decision;
}

TEST(Scheduled, LeavesTheNumberToItsPolicyWithinTheBounds) {
  const ScalingDecision decision = with_hpa(1.6, window("0 8 * * *", 1h, 2), 8h);
  EXPECT_EQ(decision.replicas, 8);
  EXPECT_THAT(decision.sentence, HasSubstr("4 -> 8: cpu 160 % of request"));
  EXPECT_EQ(decision.inputs.at("policy_replicas"), 8);
  EXPECT_EQ(decision.inputs.at("policy.metric_0_utilization"), 160);
}

TEST(Scheduled, RaisesWhatItsPolicyWantsToTheWindowsMinimum) {
  const ScalingDecision decision = with_hpa(0.8, window("0 8 * * *", 1h, 6), 8h);
  EXPECT_EQ(decision.replicas, 6);
  EXPECT_EQ(decision.sentence, "4 -> 6: at least 6 in \"0 8 * * *\"");
  EXPECT_EQ(with_hpa(0.8, window("0 8 * * *", 1h, 6), 9h).replicas, 4);
}

TEST(Scheduled, LowersWhatItsPolicyWantsToTheWindowsMaximum) {
  const ScalingDecision decision = with_hpa(1.6, window("0 8 * * *", 1h, 2, {{"max_replicas", 5}}), 8h);
  EXPECT_EQ(decision.replicas, 5);
  EXPECT_EQ(decision.sentence, "4 -> 5: at most 5 in \"0 8 * * *\"; kubernetes_hpa wants 8");
  EXPECT_EQ(with_hpa(1.6, window("0 8 * * *", 1h, 2, {{"max_replicas", 5}}), 9h).replicas, 8);
}

TEST(Scheduled, SaysWhatDoesNotFit) {
  struct Row {
    Fields fields;
    const char* message;
  };
  for (const Row& row :
       {Row{{{"windows", Items{}}}, "/windows: is empty"},
        Row{{{"windows", Items{window("0 8 * * *", 1h, 2)}}, {"min_replicas", 4}, {"max_replicas", 3}},
            "/max_replicas: 3 is below min_replicas, 4"},
        Row{{{"windows", Items{window("0 8 * * *", 1h, 2)}}, {"time_zone", "Europe/Paaris"}},
            "/time_zone: \"Europe/Paaris\" is no time zone of the IANA database; did you mean \"Europe/Paris\"?"},
        Row{{{"windows", Items{window("0 8 * * *", 1h, 2)}}, {"policy", Fields{{"type", "per_request"}}}},
            "/policy: per_request starts an instance"}}) {
    Found found;
    auto params = chosen<AutoscalerParams>("scheduled", row.fields);
    params.mutable_params().check(found);
    ASSERT_THAT(found.errors, SizeIs(1)) << row.message;
    EXPECT_THAT(found.errors[0], HasSubstr(row.message));
  }
}

}  // namespace
}  // namespace windtunnel
