#include "models/fault/fault.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::chosen;
using test::Fields;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

// A deployment of which only the number of instances matters: those that start run at once, spread over the zones that
// are up.
class Deployment final : public FaultTarget {
 public:
  Deployment(std::int64_t asked, std::vector<std::string> zones = {""}) : asked_(asked), zones_(std::move(zones)) {
    reconcile("checkout");
  }

  void inject(const Choice<Fault>& fault, std::size_t index = 0) {
    faults_.push_back(fault);
    fault->schedule(*this, index);
  }
  void run_until(Time end) {
    while (!calendar_.empty() && calendar_.begin()->first <= end) {
      const auto next = calendar_.begin();
      advance(next->first);
      const auto action = std::move(next->second);
      calendar_.erase(next);
      action();
    }
    advance(end);
  }
  void scale(std::int64_t asked) {
    asked_ = asked;
    reconcile("checkout");
  }
  std::vector<std::uint32_t> ids() const { return instances("checkout"); }
  double instance_seconds() const { return instance_seconds_; }

  std::map<std::uint32_t, double> slowdowns;
  std::vector<std::string> flushed;
  std::vector<std::string> records;  // "12s fault: sentence"
  int lost = 0;

  // --- FaultTarget
  Time now() const override { return now_; }
  Time measured(Duration since_warmup) const override { return 10s + since_warmup; }
  Stream stream(std::string_view name) const override { return Stream(1, name, 0); }
  void at(Time when, std::function<void()> action) override { calendar_.emplace(when, std::move(action)); }
  std::vector<std::uint32_t> instances(const std::string&) const override {
    std::vector<std::uint32_t> out;
    for (const auto& [id, zone] : running_) out.push_back(id);
    return out;
  }
  std::vector<std::uint32_t> instances_in_zone(const std::string&, const std::string& name) const override {
    std::vector<std::uint32_t> out;
    for (const auto& [id, zone] : running_)
      if (zone == name) out.push_back(id);
    return out;
  }
  std::vector<std::string> services() const override { return {"checkout"}; }
  void for_each_instance(const std::string&, std::function<void(std::uint32_t)> action) override {
    for (const auto& [id, zone] : running_) action(id);
    created_.push_back(std::move(action));
  }
  void kill(const std::string& service, std::uint32_t instance, bool replace) override {
    EXPECT_EQ(running_.erase(instance), 1U) << "killed an instance that does not run";
    ++lost;
    if (replace) reconcile(service);
  }
  void under_repair(const std::string&, std::int64_t change) override {
    under_repair_ += change;
    EXPECT_GE(under_repair_, 0);
  }
  void reconcile(const std::string&) override {
    while (static_cast<std::int64_t>(running_.size()) + under_repair_ < asked_) {
      const auto up = std::find_if(zones_.begin(), zones_.end(), [this](const auto& z) { return !down_.contains(z); });
      if (up == zones_.end()) return;
      const std::uint32_t id = next_id_++;
      running_[id] = *std::min_element(up, zones_.end(), [this](const auto& a, const auto& b) {
        if (down_.contains(a) != down_.contains(b)) return down_.contains(b);
        return instances_in_zone("checkout", a).size() < instances_in_zone("checkout", b).size();
      });
      for (const auto& action : created_) action(id);
    }
  }
  void set_zone_up(const std::string& zone, bool up) override {
    if (up)
      down_.erase(zone);
    else
      down_[zone] = true;
  }
  void set_slowdown(const std::string&, std::uint32_t instance, double factor) override {
    EXPECT_TRUE(running_.contains(instance));
    slowdowns[instance] = factor;
  }
  std::size_t flush_cache(const std::string& service, const std::string& cache) override {
    flushed.push_back(service + "/" + cache);
    return 3;
  }
  void record(const std::string&, std::string kind, std::string sentence) override {
    records.push_back(std::to_string(now_ / 1s) + "s " + kind + ": " + sentence);
  }

 private:
  void advance(Time to) {
    instance_seconds_ += to_seconds(to - now_) * static_cast<double>(running_.size());
    now_ = to;
  }

  std::vector<Choice<Fault>> faults_;
  std::int64_t asked_, under_repair_ = 0;
  std::vector<std::string> zones_;
  std::map<std::string, bool> down_;
  std::map<std::uint32_t, std::string> running_;
  std::uint32_t next_id_ = 0;
  std::vector<std::function<void(std::uint32_t)>> created_;
  std::multimap<Time, std::function<void()>> calendar_;
  Time now_{};
  double instance_seconds_ = 0;
};

std::vector<std::string> problems(Choice<Fault> fault) {
  test::Found found;
  fault.mutable_params().check(found);
  return found.errors;
}

TEST(KillInstances, HitsAtTheStatedMeasuredTimeAndIsReplaced) {
  Deployment d(4);
  d.inject(chosen<Fault>("kill_instances", {{"service", "checkout"}, {"count", 3}, {"at", Duration{5s}}}));
  d.run_until(14s);
  EXPECT_EQ(d.lost, 0);
  d.run_until(15s);  // 10 s of warm-up and 5
  EXPECT_EQ(d.lost, 3);
  EXPECT_EQ(d.ids().size(), 4U);
  ASSERT_EQ(d.records.size(), 1U);
  EXPECT_THAT(d.records[0], StartsWith("15s fault: killed 3 of 4 instances: "));
}

TEST(KillInstances, LeavesTheServiceShortIfTheyAreNotReplaced) {
  Deployment d(4);
  d.inject(chosen<Fault>("kill_instances",
                         {{"service", "checkout"}, {"count", 3}, {"at", Duration{5s}}, {"replace", false}}));
  d.run_until(60s);
  EXPECT_EQ(d.ids().size(), 1U);
}

TEST(KillInstances, RoundsAShareUp) {
  const std::vector<std::pair<double, int>> cases = {{0.3, 3}, {0.31, 4}, {0.01, 1}, {1, 10}};
  for (const auto& [share, killed] : cases) {
    Deployment d(10);
    d.inject(chosen<Fault>("kill_instances", {{"service", "checkout"}, {"share", Share{share}}, {"at", Duration{0s}}}));
    d.run_until(60s);
    EXPECT_EQ(d.lost, killed) << share;
  }
  Deployment hundred(100);  // 0.07 * 100 is above 7 as a double
  hundred.inject(
      chosen<Fault>("kill_instances", {{"service", "checkout"}, {"share", Share{0.07}}, {"at", Duration{0s}}}));
  hundred.run_until(60s);
  EXPECT_EQ(hundred.lost, 7);
}

TEST(KillInstances, RepeatsEveryPeriod) {
  Deployment d(4);
  d.inject(chosen<Fault>("kill_instances",
                         {{"service", "checkout"}, {"count", 1}, {"at", Duration{0s}}, {"every", Duration{20s}}}));
  d.run_until(10s + 65s);  // at 0, 20, 40, 60
  EXPECT_EQ(d.lost, 4);
}

TEST(KillInstances, TakesWhatThereIs) {
  Deployment d(2);
  d.inject(chosen<Fault>("kill_instances", {{"service", "checkout"}, {"count", 5}, {"at", Duration{0s}}}));
  d.scale(2);
  d.run_until(60s);
  EXPECT_EQ(d.lost, 2);
  Deployment empty(0);
  empty.inject(chosen<Fault>("kill_instances", {{"service", "checkout"}, {"count", 5}, {"at", Duration{0s}}}));
  empty.run_until(60s);
  EXPECT_THAT(empty.records, ElementsAre("10s fault: killed nothing: no instance runs"));
}

TEST(KillInstances, HitsEveryInstanceEquallyOften) {
  std::vector<int> hits(5);
  constexpr int kRuns = 20'000;
  for (std::size_t run = 0; run < kRuns; ++run) {
    Deployment d(5);
    d.inject(chosen<Fault>("kill_instances",
                           {{"service", "checkout"}, {"count", 2}, {"at", Duration{0s}}, {"replace", false}}),
             run);
    d.run_until(60s);
    for (std::uint32_t id = 0; id < 5; ++id) {
      const auto left = d.ids();
      if (std::find(left.begin(), left.end(), id) == left.end()) ++hits[id];
    }
  }
  for (const int hit : hits) EXPECT_NEAR(hit, 0.4 * kRuns, 6 * std::sqrt(0.4 * 0.6 * kRuns));
}

TEST(KillInstances, NeedsExactlyOneOfShareAndCount) {
  EXPECT_THAT(problems(chosen<Fault>("kill_instances", {{"service", "s"}, {"count", 1}})), IsEmpty());
  EXPECT_EQ(problems(chosen<Fault>("kill_instances", {{"service", "s"}})).size(), 1U);
  EXPECT_EQ(problems(chosen<Fault>("kill_instances", {{"service", "s"}, {"count", 1}, {"share", Share{0.5}}})).size(),
            1U);
}

// Each place in the fleet is up for mtbf on average and down for mttr: availability mtbf / (mtbf + mttr).
double availability(const char* repair) {
  constexpr double kDays = 200;
  Deployment d(10);
  d.inject(chosen<Fault>(
      "crashes", {{"service", "checkout"}, {"mtbf", Duration{3h}}, {"mttr", Duration{1h}}, {"repair", repair}}));
  d.run_until(from_seconds(kDays * 86400));
  return d.instance_seconds() / (10 * kDays * 86400);
}

TEST(Crashes, KeepTheAvailabilityOfAlternatingRenewal) {
  // Cycles of 4 h, 12,000 of them; one cycle's up share has a standard deviation below 0.2.
  EXPECT_NEAR(availability("exponential"), 0.75, 0.01);
  EXPECT_NEAR(availability("constant"), 0.75, 0.01);
}

TEST(Crashes, OfNoInstanceThatIsAlreadyGone) {
  Deployment d(3);
  d.inject(chosen<Fault>("crashes", {{"service", "checkout"}, {"mtbf", Duration{1h}}, {"mttr", Duration{1min}}}));
  // kill() fails the test where a life outlasts its instance and hits anything.
  d.inject(chosen<Fault>("kill_instances",
                         {{"service", "checkout"}, {"count", 3}, {"at", Duration{1s}}, {"every", Duration{30min}}}),
           1);
  d.run_until(100h);
  EXPECT_GT(d.lost, 600);  // 3 every half hour, and crashes between them
  EXPECT_EQ(d.records[0], "11s fault: killed 3 of 3 instances: 0, 1 and 2");
}

TEST(Crashes, AreReplacedOneByOneAfterTheirRepair) {
  Deployment d(2);
  d.inject(chosen<Fault>(
      "crashes",
      {{"service", "checkout"}, {"mtbf", Duration{10s}}, {"mttr", Duration{1000h}}, {"repair", "constant"}}));
  d.run_until(1h);
  EXPECT_THAT(d.ids(), IsEmpty());
  d.scale(3);  // one more than are under repair
  EXPECT_EQ(d.ids().size(), 1U);
  d.run_until(2h);
  EXPECT_THAT(d.ids(), IsEmpty());
}

TEST(ZoneOutage, MovesEverythingToTheOtherZones) {
  Deployment d(6, {"a", "b", "c"});
  d.inject(chosen<Fault>("zone_outage", {{"zone", "b"}, {"at", Duration{5s}}, {"for", Duration{60s}}}));
  d.run_until(20s);
  EXPECT_THAT(d.instances_in_zone("checkout", "b"), IsEmpty());
  EXPECT_EQ(d.ids().size(), 6U);
  EXPECT_EQ(d.lost, 2);
  d.run_until(100s);
  EXPECT_THAT(d.instances_in_zone("checkout", "b"), IsEmpty());  // nothing moves back by itself
  EXPECT_THAT(d.records,
              ElementsAre("15s fault: zone b went down with 2 instances", "75s recovery: zone b is up again"));
}

TEST(ZoneOutage, OfTheOnlyZoneLastsUntilItIsUpAgain) {
  Deployment d(3, {"a"});
  d.inject(chosen<Fault>("zone_outage", {{"zone", "a"}, {"at", Duration{5s}}, {"for", Duration{60s}}}));
  d.run_until(74s);
  EXPECT_THAT(d.ids(), IsEmpty());
  d.run_until(75s);
  EXPECT_EQ(d.ids().size(), 3U);
}

TEST(SlowInstances, AreSlowForTheStatedTime) {
  Deployment d(4);
  d.inject(chosen<Fault>(
      "slow_instances",
      {{"service", "checkout"}, {"count", 2}, {"factor", 3.5}, {"at", Duration{5s}}, {"for", Duration{60s}}}));
  d.run_until(74s);
  ASSERT_EQ(d.slowdowns.size(), 2U);
  for (const auto& [id, factor] : d.slowdowns) EXPECT_EQ(factor, 3.5);
  d.run_until(75s);
  for (const auto& [id, factor] : d.slowdowns) EXPECT_EQ(factor, 1);
  EXPECT_EQ(d.records.size(), 2U);
}

TEST(SlowInstances, ThatAreGoneStayGone) {
  Deployment d(2);
  d.inject(chosen<Fault>(
      "slow_instances",
      {{"service", "checkout"}, {"count", 2}, {"factor", 2.0}, {"at", Duration{5s}}, {"for", Duration{60s}}}));
  d.inject(chosen<Fault>("kill_instances", {{"service", "checkout"}, {"count", 2}, {"at", Duration{30s}}}), 1);
  d.run_until(100s);
  EXPECT_EQ(d.records.back(), "75s recovery: no slow instance is left");
}

TEST(FlushCache, EmptiesItAgainAndAgain) {
  Deployment d(1);
  d.inject(chosen<Fault>(
      "flush_cache", {{"service", "checkout"}, {"cache", "things"}, {"at", Duration{5s}}, {"every", Duration{20s}}}));
  d.run_until(40s);
  EXPECT_THAT(d.flushed, testing::ElementsAre("checkout/things", "checkout/things"));
  EXPECT_EQ(d.records, (std::vector<std::string>{"15s fault: emptied the cache things of 3 entries",
                                                 "35s fault: emptied the cache things of 3 entries"}));
}

TEST(Faults, DrawFromStreamsOfTheirOwn) {
  const auto victims = [](std::size_t index) {
    Deployment d(1000);
    d.inject(chosen<Fault>("kill_instances",
                           {{"service", "checkout"}, {"count", 500}, {"at", Duration{0s}}, {"replace", false}}),
             index);
    d.run_until(60s);
    return d.ids();
  };
  EXPECT_EQ(victims(0), victims(0));
  EXPECT_NE(victims(0), victims(1));
}

}  // namespace
}  // namespace windtunnel
