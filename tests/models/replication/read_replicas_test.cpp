// A primary and its replicas: who takes what, how old the answers are, and who comes after the primary.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::kSec;
using test::Seen;
using testing::ElementsAre;

// A write at 500 ms and every second after it, reads at 50 ms and every 100 ms after it.
const std::string kDatabase = R"({"windtunnel": 1, "name": "database", "horizon": "5s",
  "traffic": [{"name": "writers", "to": "db", "mix": {"write": 1}, "arrivals": {"type": "constant", "rate": "1/s"}},
              {"name": "readers", "to": "db", "mix": {"read": 1}, "arrivals": {"type": "constant", "rate": "10/s"}}],
  "services": {"db": {"replicas": 3, "read_replicas": {"reads": ["read"], "failover": "1s"},
                      "instance": {"runtime": {"type": "event_loop"}},
                      "work": {"default": [{"io": "10ms"}]}}}})";

std::set<std::uint32_t> instances_of(const Flight& flight, std::uint32_t request_class) {
  std::set<std::uint32_t> out;
  for (const Seen& r : flight.seen.requests)
    if (r.request_class == request_class && r.outcome == Outcome::kCompleted) out.insert(r.instance);
  return out;
}

std::vector<std::int64_t> refused_ms(const Flight& flight) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.with(Outcome::kRejectedNoInstance)) out.push_back(r.arrived / kMs);
  return out;
}

TEST(ReadReplicas, AnswerWhatReadsAndThePrimaryTakesWhatWrites) {
  const Flight flight = fly(kDatabase);
  EXPECT_THAT(instances_of(flight, 0), ElementsAre(0));
  EXPECT_THAT(instances_of(flight, 1), ElementsAre(1, 2));
  EXPECT_DOUBLE_EQ(flight.figure("db.read_replicas.reads"), 1);
  EXPECT_DOUBLE_EQ(flight.figure("db.read_replicas.stale"), 0);
}

TEST(ReadReplicas, LeaveThePrimaryToItselfWhereItIsTheOnlyInstance) {
  const Flight flight = fly(kDatabase, {{"services.db.replicas", "1"}});
  EXPECT_THAT(instances_of(flight, 1), ElementsAre(0));
  EXPECT_DOUBLE_EQ(flight.figure("db.read_replicas.reads"), 0);
}

TEST(ReadReplicas, ArePromotedAfterTheFailoverTheOldestFirst) {
  const Flight flight = fly(kDatabase, {{"faults", R"([{"type": "kill_instances", "service": "db", "count": 1,
                                                        "which": "oldest", "at": "2200ms"}])"}});
  EXPECT_THAT(refused_ms(flight), ElementsAre(2500)) << "the write between 2.2 and 3.2 s";
  EXPECT_THAT(instances_of(flight, 0), ElementsAre(0, 1));
  EXPECT_THAT(instances_of(flight, 1), ElementsAre(1, 2, 3)) << "its replacement is a replica";
  for (const Seen& r : flight.seen.requests)
    EXPECT_FALSE(r.request_class == 1 && r.instance == 1 && r.arrived > 3200 * kMs) << "the new primary reads nothing";
  EXPECT_DOUBLE_EQ(flight.figure("db.read_replicas.failovers"), 1);
  EXPECT_DOUBLE_EQ(flight.figure("db.read_replicas.without_primary"), 0.2);
}

TEST(ReadReplicas, AreSucceededByWhoeverIsReadyFirstWhenAllAreGone) {
  const Flight flight = fly(kDatabase, {{"services.db.startup", R"([{"phase": "boot", "time": "2s"}])"},
                                        {"faults", R"([{"type": "kill_instances", "service": "db", "share": 1,
                                                        "at": "1200ms"}])"}});
  // Nobody until 3.2 s, and the failover was due at 2.2 s.
  EXPECT_THAT(instances_of(flight, 0), testing::SizeIs(2));
  for (const Seen& r : flight.seen.with(Outcome::kRejectedNoInstance)) {
    EXPECT_GE(r.arrived, 1200 * kMs);
    EXPECT_LT(r.arrived, 3200 * kMs);
  }
  EXPECT_DOUBLE_EQ(flight.figure("db.read_replicas.without_primary"), 0.4);
}

// Writes are acknowledged as a Poisson process, the output of M/G/oo: a read is behind if any was in the time of the
// lag.
TEST(ReadReplicas, AreBehindAsOftenAsSomethingWasWrittenMeanwhile) {
  const Flight flight = fly(kDatabase, {{"horizon", "\"2000s\""},
                                        {"traffic.0.arrivals", R"({"type": "poisson", "rate": "5/s"})"},
                                        {"traffic.1.arrivals", R"({"type": "poisson", "rate": "20/s"})"},
                                        {"services.db.read_replicas.lag", "\"100ms\""}});
  const double expected = 1 - std::exp(-5 * 0.1);
  // Reads within a lag of each other see the same writes: at most as many independent ones as there are writes.
  EXPECT_NEAR(flight.figure("db.read_replicas.stale"), expected, 5 * std::sqrt(expected * (1 - expected) / 10'000));
}

}  // namespace
}  // namespace windtunnel
