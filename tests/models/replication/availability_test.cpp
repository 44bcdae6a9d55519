// What crashes leave of requests: whole runs beside arithmetic.

#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;

// Up for 90 s and down for 10 s each. A page needs the catalog and two of three stores, and can do without its ad; the
// catalog and the ad need the same database.
const std::string kPage = R"({"windtunnel": 1, "name": "page", "warmup": "200s", "horizon": "20000s",
  "traffic": [{"name": "web", "to": "page", "arrivals": {"type": "poisson", "rate": "4/s"}}],
  "services": {
    "page": {"instance": {"runtime": {"type": "event_loop"}},
             "work": {"default": [{"call": {"service": "catalog"}},
                                  {"call": {"service": "ad", "on_failure": "ignore"}},
                                  {"parallel": {"to": [{"service": "s1"}, {"service": "s2"}, {"service": "s3"}],
                                                "wait_for": 2}}]}},
    "catalog": {"instance": {"runtime": {"type": "event_loop"}}, "replicas": 2,
                "work": {"default": [{"call": {"service": "database"}}, {"call": {"service": "database"}}]}},
    "ad": {"work": {"default": [{"call": {"service": "database"}}]}},
    "database": {"work": {"default": [{"cpu": "1ms"}]}},
    "s1": {"work": {"default": [{"cpu": "1ms"}]}},
    "s2": {"work": {"default": [{"cpu": "1ms"}]}},
    "s3": {"work": {"default": [{"cpu": "1ms"}]}}},
  "faults": [{"type": "crashes", "service": "catalog", "mtbf": "90s", "mttr": "10s"},
             {"type": "crashes", "service": "database", "mtbf": "90s", "mttr": "10s"},
             {"type": "crashes", "service": "ad", "mtbf": "90s", "mttr": "10s"},
             {"type": "crashes", "service": "s1", "mtbf": "90s", "mttr": "10s"},
             {"type": "crashes", "service": "s2", "mtbf": "90s", "mttr": "10s"},
             {"type": "crashes", "service": "s3", "mtbf": "90s", "mttr": "10s"}]})";

TEST(AvailabilityOfARun, IsWhatArithmeticSays) {
  const Flight flight = fly(kPage, {}, 10);
  ASSERT_EQ(flight.result.availability.requests.size(), 1U);
  const Availability::OfRequests& found = flight.result.availability.requests.front();
  EXPECT_NEAR(found.theory, 0.99 * 0.9 * (0.9 * 0.9 * 0.9 + 3 * 0.9 * 0.9 * 0.1), 1e-12);
  // A share of time A that is up, of states that are forgotten at rate 1/90 + 1/10, is known after a time T to a
  // variance of 2 A (1 - A) / (T (1/90 + 1/10)); of requests that need several such, states are forgotten no slower.
  const double variance = 2 * found.theory * (1 - found.theory) / (10 * 20'000.0 * (1 / 90.0 + 1 / 10.0));
  EXPECT_NEAR(found.simulated.mean, found.theory, 4 * std::sqrt(variance));
  for (const Availability::OfService& service : flight.result.availability.services)
    EXPECT_NEAR(service.ready.mean, service.instances * 0.9,
                4 * service.instances * std::sqrt(2 * 0.09 / (10 * 20'000.0 * (1 / 90.0 + 1 / 10.0))))
        << service.service;
}

TEST(AvailabilityOfARun, IsThatOfTheOutageOfAZone) {
  const Flight flight =
      fly(kPage, {{"faults", R"([{"type": "zone_outage", "zone": "a", "at": "5000s", "for": "4000s"}])"},
                  {"cluster", R"({"zones": ["a"]})"}});
  // 80 000 Poisson arrivals, of which 16 000 in the outage.
  EXPECT_DOUBLE_EQ(flight.result.availability.requests.front().theory, 0.8);
  EXPECT_NEAR(flight.result.availability.requests.front().simulated.mean, 0.8, 4 * std::sqrt(0.16 / 80'000) + 1e-4);
}

}  // namespace
}  // namespace windtunnel
