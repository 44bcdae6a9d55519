// Availability: closed forms against values from the literature, and scenarios against arithmetic by hand.

#include "models/theory/availability.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "models/scenario/read.hpp"
#include "models/theory/closed_forms.hpp"

namespace windtunnel {
namespace {

TEST(Availability, OfOneThatIsUpAndDownByTurns) {
  EXPECT_NEAR(theory::availability(1000, 1), 0.999000999, 1e-9);
  EXPECT_NEAR(theory::availability(720, 0.5), 0.9993060375, 1e-10);
  EXPECT_NEAR(theory::availability(100, 10), 0.9090909091, 1e-10);
}

TEST(Availability, OfSomeAmongSeveral) {
  EXPECT_NEAR(theory::at_least(2, 3, 0.99), 0.999702, 1e-9);
  EXPECT_NEAR(theory::at_least(3, 5, 0.99), 0.9999901494, 1e-10);
  EXPECT_NEAR(theory::at_least(9, 10, 0.999), 0.9999552394, 1e-10);
  EXPECT_NEAR(theory::at_least(10, 12, 0.99), 0.9997943839, 1e-10);
  EXPECT_NEAR(theory::at_least(95, 100, 0.99), 0.9994654655, 1e-10);
  EXPECT_NEAR(theory::at_least(8, 8, 0.99), 0.9227446944, 1e-10);
  EXPECT_NEAR(theory::at_least(8, 11, 0.99), 0.9999968802, 1e-10);
  EXPECT_EQ(theory::at_least(0, 3, 0.5), 1);
  EXPECT_EQ(theory::at_least(4, 3, 1), 0);
}

// By the zones that are up: they are what instances have in common.
TEST(Availability, OfInstancesWhoseZonesGoDown) {
  const auto zones = [](int number, int per_zone, int need) {
    double sum = 0;
    for (int up = 0; up <= number; ++up)
      sum += (theory::at_least(up, number, 0.999) - theory::at_least(up + 1, number, 0.999)) *
             theory::at_least(need, up * per_zone, 0.99);
    return sum;
  };
  EXPECT_NEAR(zones(3, 4, 8), 0.9997656249, 1e-10);
  EXPECT_NEAR(zones(3, 4, 6), 0.9999968405, 1e-10);
  EXPECT_NEAR(zones(2, 6, 6), 0.9998820773, 1e-10);
  EXPECT_NEAR(zones(3, 3, 6), 0.9998205866, 1e-10);
  EXPECT_NEAR(zones(1, 12, 8), 0.9989999254, 1e-10);
}

// Instances are up for 90 s and down for 10 s, each by itself.
std::string shop(const std::string& front_work, const std::string& more = "") {
  return R"({"windtunnel": 1, "name": "shop", "horizon": "1000s",
    "traffic": [{"name": "web", "to": "front", "arrivals": {"type": "poisson", "rate": "1/s"}}],
    "services": {
      "front": {"work": {"default": [)" +
         front_work + R"(]}},
      "one": {"work": {"default": [{"io": "1ms"}]}},
      "two": {"replicas": 2, "work": {"default": [{"io": "1ms"}, {"call": {"service": "one"}}]}}},
    "faults": [{"type": "crashes", "service": "one", "mtbf": "90s", "mttr": "10s"},
               {"type": "crashes", "service": "two", "mtbf": "90s", "mttr": "10s"}])" +
         more + "}";
}

Availability of(const std::string& text) {
  return compare_availability(parse_scenario(text, ".", "s.json").scenario, Result{});
}
double can_succeed(const std::string& front_work) {
  const Availability found = of(shop(front_work));
  EXPECT_EQ(found.why, "");
  return found.requests.at(0).theory;
}

TEST(Availability, OfRequestsIsThatOfTheServiceThatTheyNeed) {
  EXPECT_NEAR(can_succeed(R"({"call": {"service": "one"}})"), 0.9, 1e-12);
}

TEST(Availability, CountsAServiceThatIsCalledSeveralTimesOnce) {
  EXPECT_NEAR(can_succeed(R"({"call": {"service": "one"}}, {"io": "1ms"}, {"call": {"service": "one"}})"), 0.9, 1e-12);
  EXPECT_NEAR(can_succeed(R"({"call": {"service": "two"}}, {"call": {"service": "one"}})"), 0.9 * 0.99, 1e-12)
      << "also where another service needs it, too";
}

TEST(Availability, DoesNotNeedWhatCanBeDoneWithout) {
  EXPECT_NEAR(can_succeed(R"({"call": {"service": "two"}}, {"call": {"service": "one", "on_failure": "ignore"}})"),
              0.99 * 0.9, 1e-12);
  EXPECT_EQ(can_succeed(R"({"call": {"service": "two", "on_failure": "ignore"}})"), 1);
}

TEST(Availability, NeedsAsManyAsAreWaitedFor) {
  EXPECT_NEAR(can_succeed(R"({"parallel": {"to": [{"service": "one"}, {"service": "two"}], "wait_for": 1}})"), 0.9,
              1e-12)
      << "two needs one";
}

TEST(Availability, NeedsACallByItsProbability) {
  EXPECT_NEAR(can_succeed(R"({"call": {"service": "one", "probability": 0.25}})"), 1 - 0.25 * 0.1, 1e-12);
}

TEST(Availability, CountsAStartUpAsDown) {
  const Availability found = of(shop(R"({"call": {"service": "one"}})", R"(, "cluster": {"zones": ["a"]})"));
  EXPECT_NEAR(found.services.at(0).one, 0.9, 1e-12);
  Scenario scenario = parse_scenario(shop(R"({"call": {"service": "one"}})"), ".", "s.json",
                                     {{"services.one.startup", R"([{"phase": "boot", "time": "9s"}])"}})
                          .scenario;
  EXPECT_NEAR(compare_availability(scenario, Result{}).services.at(0).one, 90 * std::exp(-0.1) / 100, 1e-12);
}

// Of two zones one is down for 100 s of 1000. Of "two" one instance is left, and starts again elsewhere at once; "one"
// is there (or not) as its zone is.
TEST(Availability, HasOutagesOfZonesInCommon) {
  const std::string base = R"({"windtunnel": 1, "name": "zones", "horizon": "1000s",
    "traffic": [{"name": "web", "to": "front", "arrivals": {"type": "poisson", "rate": "1/s"}}],
    "services": {"front": {"startup": [{"phase": "boot", "time": "50s"}],
                           "work": {"default": [{"call": {"service": "back"}}]}},
                 "back": {"startup": [{"phase": "boot", "time": "20s"}], "work": {"default": [{"io": "1ms"}]}}},
    "faults": [{"type": "zone_outage", "zone": "a", "at": "200s", "for": "100s"}],
    "cluster": {"zones": ZONES}})";
  const auto with = [&](const std::string& zones) {
    std::string text = base;
    text.replace(text.find("ZONES"), 5, zones);
    return of(text).requests.at(0).theory;
  };
  EXPECT_NEAR(with(R"(["a"])"), 1 - 0.15, 1e-12) << "100 s, and 50 s until the slower of both is back";
  EXPECT_NEAR(with(R"(["a", "b"])"), 1 - 0.05, 1e-12) << "both were in it, and start again elsewhere";
  EXPECT_NEAR(with(R"(["b", "a"])"), 1, 1e-12) << "both are in the other one";
}

TEST(Availability, IsNotSaidWhereItIsNotKnown) {
  EXPECT_TRUE(of(R"({"windtunnel": 1, "name": "s", "horizon": "1s",
    "traffic": [{"name": "web", "to": "front", "arrivals": {"type": "poisson", "rate": "1/s"}}],
    "services": {"front": {"work": {"default": [{"io": "1ms"}]}}}})")
                  .requests.empty());
  std::string text = shop(R"({"call": {"service": "one"}})");
  text.replace(text.find("{\"type\": \"crashes\""), 0,
               R"({"type": "kill_instances", "service": "one", "count": 1, "at": "5s"}, )");
  EXPECT_EQ(of(text).why, "there are other faults than crashes and zone outages");
  EXPECT_TRUE(of(text).requests.empty());
}

}  // namespace
}  // namespace windtunnel
