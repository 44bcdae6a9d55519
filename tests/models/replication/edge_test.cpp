// Connections of clients: who waits for one, where its requests go, what opening it costs, and what ends it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::Seen;
using testing::ElementsAre;

// A request every 100 ms from 50 ms on, each of which takes 150 ms, any number at once.
const std::string kBase = R"({"windtunnel": 1, "name": "edge", "horizon": "600ms",
  "traffic": [{"name": "t", "to": "api", "arrivals": {"type": "constant", "rate": "10/s"}}],
  "services": {
    "api": {"instance": {"runtime": {"type": "event_loop"}}, "connections": {},
            "work": {"default": [{"io": "150ms"}]}}}})";

Override connections(const std::string& value) { return {"services.api.connections", value}; }
Override io(const std::string& value) { return {"services.api.work.default.0", R"({"io": ")" + value + "\"}"}; }
Override cpu(const std::string& value) { return {"services.api.work.default.0", R"({"cpu": ")" + value + "\"}"}; }
Override replicas(int n) { return {"services.api.replicas", std::to_string(n)}; }
Override faults(const std::string& value) { return {"faults", value}; }

std::vector<std::int64_t> ends_ms(const Flight& flight, std::uint32_t request_class = 0) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival())
    if (r.request_class == request_class) out.push_back(r.ended / kMs);
  return out;
}

std::vector<std::uint32_t> instances(const Flight& flight) {
  std::vector<std::uint32_t> out;
  for (const Seen& r : flight.seen.by_arrival()) out.push_back(r.instance);
  return out;
}

// --- how many, and when
// ------------------------------------------------------------------------------------------------------

TEST(ClientConnections, OfHttp1CarryARequestAtATime) {
  const Flight flight = fly(kBase, {connections(R"({"max": 1})")});
  EXPECT_THAT(ends_ms(flight), ElementsAre(200, 350, 500));
  EXPECT_EQ(flight.figure("api.connections.opened"), 1);
  // The second has waited for 50 ms, the third for 100, the fourth for 150; the others wait still.
  EXPECT_DOUBLE_EQ(flight.figure("api.connections.wait_time.mean"), (0 + 0.05 + 0.1 + 0.15) / 4);
  EXPECT_DOUBLE_EQ(flight.figure("api.connections.share_waited"), 0.75);
  EXPECT_DOUBLE_EQ(flight.figure("api.connections.mean"), 550.0 / 600);
}

TEST(ClientConnections, OfHttp1AreAsManyAsThereAreRequestsAtOnce) {
  const Flight flight = fly(kBase);
  EXPECT_THAT(ends_ms(flight), ElementsAre(200, 300, 400, 500, 600));
  EXPECT_EQ(flight.figure("api.connections.opened"), 2);
}

TEST(ClientConnections, OfHttp2CarryManyRequests) {
  const Flight flight = fly(kBase, {connections(R"({"protocol": "http2"})")});
  EXPECT_THAT(ends_ms(flight), ElementsAre(200, 300, 400, 500, 600));
  EXPECT_EQ(flight.figure("api.connections.opened"), 1);
}

TEST(ClientConnections, OfHttp2AreFullAtTheirMostStreams) {
  const Flight one = fly(kBase, {connections(R"({"protocol": "http2", "max_streams": 1, "max": 1})")});
  EXPECT_THAT(ends_ms(one), ElementsAre(200, 350, 500));
  const Flight more = fly(kBase, {connections(R"({"protocol": "http2", "max_streams": 1})")});
  EXPECT_THAT(ends_ms(more), ElementsAre(200, 300, 400, 500, 600));
  EXPECT_EQ(more.figure("api.connections.opened"), 2);
}

TEST(ClientConnections, AreEachClientsOwn) {
  const Flight flight = fly(kBase, {connections(R"({"max": 1})"), {"traffic.0.processes", "2"}});
  EXPECT_THAT(ends_ms(flight), ElementsAre(200, 300, 400, 500, 600));
  EXPECT_EQ(flight.figure("api.connections.opened"), 2);
}

TEST(ClientConnections, AreClosedWhenNobodyUsesThem) {
  const Flight flight = fly(kBase, {connections(R"({"idle_timeout": "20ms"})"), io("30ms")});
  EXPECT_EQ(flight.figure("api.connections.opened"), 6);
  EXPECT_DOUBLE_EQ(flight.figure("api.connections.mean"), 6 * 50.0 / 600);
  const Flight kept = fly(kBase, {connections(R"({"idle_timeout": "20ms", "min": 1})"), io("30ms")});
  EXPECT_EQ(kept.figure("api.connections.opened"), 1);
  EXPECT_EQ(kept.figure("api.connections.closed_idle"), 0);
  const Flight longer = fly(kBase, {connections(R"({"idle_timeout": "71ms"})"), io("30ms")});
  EXPECT_EQ(longer.figure("api.connections.opened"), 1);
}

TEST(ClientConnections, AreOpenedAllTheClientWantsToHave) {
  const Flight flight = fly(kBase, {connections(R"({"protocol": "http2", "min": 3})"), replicas(3)});
  EXPECT_EQ(flight.figure("api.connections.opened"), 3);
  EXPECT_EQ(flight.figure("api.connections.max"), 1);
  EXPECT_THAT(instances(flight), ElementsAre(0, 0, 1, 2, 0));  // in turn; at 50 only one was there yet
}

// --- where they lead
// ---------------------------------------------------------------------------------------------------------

TEST(ClientConnections, StayWithTheirInstance) {
  const Flight pinned = fly(kBase, {connections(R"({"protocol": "http2"})"), replicas(2)});
  EXPECT_THAT(instances(pinned), ElementsAre(0, 0, 0, 0, 0));
  EXPECT_DOUBLE_EQ(pinned.figure("api.connections.instances_without"), (50.0 + 600) / (2 * 600));
  const Flight balanced = fly(kBase, {connections(R"({"protocol": "http2", "balanced": "per_request"})"), replicas(2)});
  EXPECT_THAT(instances(balanced), ElementsAre(0, 1, 0, 1, 0));
}

TEST(ClientConnections, AreWhatTheirBalancerCounts) {
  // Of four clients two are served by each, though those of the first instance have all the requests.
  const std::string four =
      R"([{"name": "a", "to": "api", "processes": 4, "arrivals": {"type": "constant", "rate": "10/s"}}])";
  const Flight flight = fly(kBase, {connections(R"({"protocol": "http2"})"),
                                    {"traffic", four},
                                    replicas(2),
                                    {"services.api.balancer", R"({"type": "least_outstanding"})"},
                                    io("1ms")});
  EXPECT_EQ(flight.figure("api.connections.max"), 2);
  EXPECT_EQ(flight.figure("api.connections.opened"), 4);
}

TEST(ClientConnections, StayWithTheirProcess) {
  const std::vector<Override> two = {{"services.api.instance.runtime.processes", "2"}, cpu("150ms")};
  std::vector<Override> pinned = two, balanced = two;
  pinned.push_back(connections(R"({"protocol": "http2"})"));
  balanced.push_back(connections(R"({"protocol": "http2", "balanced": "per_request"})"));
  EXPECT_THAT(ends_ms(fly(kBase, pinned)), ElementsAre(200, 350, 500));
  EXPECT_THAT(ends_ms(fly(kBase, balanced)), ElementsAre(200, 300, 400, 500, 600));
  pinned.push_back({"traffic.0.processes", "2"});  // the first process accepts one, the second the other
  EXPECT_THAT(ends_ms(fly(kBase, pinned)), ElementsAre(200, 300, 400, 500, 600));
}

TEST(ClientConnections, AreAcceptedByWhoBecameIdleLast) {
  const std::string text = R"({"windtunnel": 1, "name": "skew", "horizon": "650ms",
    "traffic": [{"name": "t", "to": "api", "processes": 4, "arrivals": {"type": "constant", "rate": "10/s"}}],
    "services": {"api": {"instance": {"runtime": {"type": "event_loop", "processes": 2, "dispatch": "last_idle"}},
                         "connections": {"protocol": "http2"}, "work": {"default": [{"cpu": "90ms"}]}}}})";
  // One at a time: all four clients go to the first process, which has always just become idle.
  EXPECT_THAT(ends_ms(fly(text)), ElementsAre(140, 240, 340, 440, 540, 640));
  // With 110 ms the second client finds it busy and goes to the other one. The third comes at 250, when the first has
  // been idle since 160 and the other is busy until 260; the fourth at 350, when it is the other that is idle.
  EXPECT_THAT(ends_ms(fly(text, {{"services.api.work.default.0.cpu", "\"110ms\""}})),
              ElementsAre(160, 260, 360, 460, 560));
}

// --- what opening one takes
// --------------------------------------------------------------------------------------------------

TEST(ClientConnections, AreOpenedOnceThereAndBack) {
  const Flight flight = fly(kBase, {connections(R"({"round_trip": "10ms"})"), io("30ms")});
  EXPECT_THAT(ends_ms(flight), ElementsAre(90, 180, 280, 380, 480, 580));
  EXPECT_DOUBLE_EQ(flight.figure("api.connections.wait_time.max"), 0.01);
}

TEST(Tls, GoesThereAndBackAsTheProtocolHasIt) {
  const auto first_end = [](const std::string& tls) {
    const Flight flight = fly(kBase, {connections(R"({"round_trip": "10ms", "tls": )" + tls + "}"), io("30ms")});
    EXPECT_EQ(flight.figure("api.tls.handshakes"), 1);
    EXPECT_DOUBLE_EQ(flight.figure("api.tls.cpu_cores"), 0.005 / 0.6);
    return ends_ms(flight).front();
  };
  EXPECT_EQ(first_end(R"({"handshake": "5ms"})"), 50 + 10 + 5 + 10 + 30);
  EXPECT_EQ(first_end(R"({"handshake": "5ms", "version": "1.2"})"), 50 + 10 + 5 + 20 + 30);
  EXPECT_EQ(first_end(R"({"handshake": "5ms", "at": "edge"})"), 50 + 10 + 5 + 10 + 30);
}

TEST(Tls, ResumesSessions) {
  // A connection for each request: the first handshake is a full one.
  const auto ends = [](const std::string& more) {
    return ends_ms(fly(kBase, {connections(R"({"round_trip": "10ms", "max_requests": 1, "tls": {"handshake": "5ms",
        "resumed_handshake": "1ms", "resumed": 1)" +
                                           more + "}}"),
                               io("30ms")}));
  };
  EXPECT_THAT(ends(""), ElementsAre(105, 201, 301, 401, 501));
  EXPECT_THAT(ends(R"(, "version": "1.2")"), ElementsAre(115, 201, 301, 401, 501));
  EXPECT_THAT(ends(R"(, "early_data": true)"), ElementsAre(105, 191, 291, 391, 491, 591));
}

TEST(Tls, TakesItsShareOfTheCpu) {
  // One request of 8 ms, made 10; the handshake took 5 before the measured time.
  const Flight flight =
      fly(kBase,
          {connections(R"({"tls": {"handshake": "5ms", "per_request": "2ms"}})"), cpu("8ms"), {"warmup", "\"100ms\""}});
  EXPECT_THAT(ends_ms(flight), ElementsAre(65, 160, 260, 360, 460, 560, 660));
  EXPECT_EQ(flight.figure("api.tls.handshakes"), 0);
  EXPECT_DOUBLE_EQ(flight.figure("api.tls.cpu_share"), 0.2);
  EXPECT_DOUBLE_EQ(flight.figure("api.cpu_cores"), 6 * 0.01 / 0.6);
}

TEST(Tls, IsNoRequest) {
  const Flight flight = fly(kBase, {connections(R"({"max_requests": 1, "tls": {"handshake": "5ms"}})"), io("30ms")});
  EXPECT_EQ(flight.figure("api.tls.handshakes"), 6);
  EXPECT_EQ(flight.result.services[0].arrived, 6U);
  EXPECT_EQ(flight.result.classes.size(), 1U);
  EXPECT_EQ(flight.figure("api.unwanted"), 0);
  EXPECT_EQ(flight.seen.requests.size(), 6U);  // the last ends with the run, at 550 + 5 + 30
}

// Forty clients are connected to an instance that is replaced at once: their handshakes of 5 ms stand before
// everything.
TEST(Tls, StormsAfterARestart) {
  const std::string traffic =
      R"([{"name": "t", "to": "api", "processes": 40, "arrivals": {"type": "constant", "rate": "100/s"}}])";
  const std::string kill = R"([{"type": "kill_instances", "service": "api", "count": 1, "at": "1001ms"}])";
  const auto flight = [&](const std::string& tls) {
    return fly(kBase, {{"horizon", "\"2s\""},
                       {"traffic", traffic},
                       faults(kill),
                       cpu("1ms"),
                       connections(R"({"protocol": "http2", "min": 1)" + tls + "}")});
  };
  const Flight plain = flight("");
  EXPECT_EQ(plain.figure("api.connections.opened"), 80);
  EXPECT_DOUBLE_EQ(plain.figure("api.latency.max"), 0.001);
  const Flight storm = flight(R"(, "tls": {"handshake": "5ms"})");
  EXPECT_EQ(storm.figure("api.connections.opened"), 80);
  EXPECT_EQ(storm.figure("api.tls.handshakes"), 80);
  // The line of 40 is through at 1201 ms. Whoever has a connection before stands behind it: first the request of 1005,
  // whose client is the 21st.
  std::int64_t longest = 0;
  for (const Seen& r : storm.seen.requests)
    if (r.arrived > 1001 * kMs) longest = std::max(longest, r.latency());
  EXPECT_EQ(longest, (1201 + 1 - 1005) * kMs);
}

// --- what ends one
// -----------------------------------------------------------------------------------------------------------

TEST(ClientConnections, AreRenewedAtTheirAge) {
  const std::string aged = R"({"protocol": "http2", "min": 1, "max_age": "120ms", "max_age_jitter": 0})";
  const Flight flight = fly(kBase, {connections(aged), io("30ms"), replicas(2)});
  // From 50 on, from 170, 290, 410 and 530: in turn to the one and the other.
  EXPECT_THAT(instances(flight), ElementsAre(0, 0, 1, 0, 1, 0));
  EXPECT_EQ(flight.figure("api.connections.closed_by_age"), 4);
  EXPECT_EQ(flight.figure("api.connections.opened"), 5);
}

TEST(ClientConnections, FinishWhatIsOnThemAtTheirAge) {
  const std::string aged = R"({"protocol": "http2", "min": 1, "max_age": "70ms", "max_age_jitter": 0})";
  const Flight flight = fly(kBase, {connections(aged)});
  EXPECT_THAT(ends_ms(flight), ElementsAre(200, 300, 400, 500, 600));
  EXPECT_EQ(flight.count(Outcome::kCompleted), 5U);
}

TEST(ClientConnections, WearOut) {
  const Flight flight = fly(kBase, {connections(R"({"max_requests": 2})"), io("30ms"), replicas(2)});
  EXPECT_THAT(instances(flight), ElementsAre(0, 0, 1, 1, 0, 0));
  EXPECT_EQ(flight.figure("api.connections.closed_by_requests"), 3);
}

TEST(ClientConnections, BreakWithTheirInstance) {
  const std::string kill = R"([{"type": "kill_instances", "service": "api", "count": 1, "at": "260ms"}])";
  const Flight flight = fly(kBase, {connections(R"({"protocol": "http2"})"), faults(kill)});
  EXPECT_THAT(ends_ms(flight), ElementsAre(200, 260, 260, 500, 600));
  EXPECT_EQ(flight.count(Outcome::kFailedInstanceLost), 2U);
  EXPECT_EQ(flight.figure("api.connections.broken"), 1);
  EXPECT_EQ(flight.figure("api.connections.opened"), 2);
}

TEST(ClientConnections, OfADrainingInstanceFinishWhatTheyHave) {
  // Looks every 30 s, and takes out the newer of two.
  const std::string one = R"({"type": "scheduled", "min_replicas": 1,
      "windows": [{"name": "Sundays", "start": "0 8 * * 0", "for": "1h", "min_replicas": 2}]})";
  const Flight flight = fly(kBase, {connections(R"({"protocol": "http2", "min": 1})"),
                                    replicas(2),
                                    {"traffic.0.processes", "2"},
                                    {"horizon", "\"40s\""},
                                    {"services.api.autoscaler", one}});
  EXPECT_THAT(flight.changes(), testing::SizeIs(1));
  EXPECT_EQ(flight.figure("api.success_ratio"), 1);
  EXPECT_EQ(flight.figure("api.connections.broken"), 1);
  EXPECT_EQ(flight.figure("api.connections.opened"), 3);
  for (const Seen& r : flight.seen.requests) EXPECT_TRUE(r.arrived < 30 * test::kSec || r.instance == 0);
}

TEST(ClientConnections, AreGivenUpWithARequestThatTimesOut) {
  const Override brief = {"traffic.0.timeout", "\"40ms\""};
  const Flight one = fly(kBase, {brief, connections("{}")});
  EXPECT_EQ(one.figure("api.connections.opened"), 6);
  EXPECT_EQ(one.figure("api.connections.abandoned"), 6);
  const Flight many = fly(kBase, {brief, connections(R"({"protocol": "http2"})")});
  EXPECT_EQ(many.figure("api.connections.opened"), 1);
  EXPECT_EQ(many.figure("api.connections.abandoned"), 0);
  const Flight noticed = fly(kBase, {brief, connections("{}"), {"traffic.0.on_timeout", "\"cancel\""}});
  EXPECT_EQ(noticed.figure("api.connections.opened"), 6);
  EXPECT_EQ(noticed.figure("api.connections.abandoned"), 6);
}

TEST(ClientConnections, NeverCarryWhatTimedOutBefore) {
  // The first gives up at 90, its connection is there at 140.
  const Flight flight =
      fly(kBase, {connections(R"({"round_trip": "90ms"})"), {"traffic.0.timeout", "\"40ms\""}, io("30ms")});
  EXPECT_THAT(ends_ms(flight), ElementsAre(90, 180, 280, 380, 480, 580));
  EXPECT_EQ(flight.count(Outcome::kTimedOut), 1U);
  EXPECT_DOUBLE_EQ(flight.figure("api.io_in_flight.mean"), 5 * 30.0 / 600);
  EXPECT_EQ(flight.figure("api.connections.opened"), 1);
}

TEST(ClientConnections, CannotBeOpenedWhereNoInstanceIsReady) {
  const std::string kill = R"([{"type": "kill_instances", "service": "api", "count": 1, "at": "220ms"}])";
  const std::vector<Override> common = {
      io("30ms"), faults(kill), {"services.api.startup", R"([{"phase": "boot", "time": "200ms"}])"}};
  std::vector<Override> reject = common, wait = common;
  reject.push_back(connections(R"({"protocol": "http2", "min": 1})"));
  wait.push_back(connections(R"({"protocol": "http2", "min": 1})"));
  wait.push_back({"services.api.when_none_ready", "\"wait\""});
  EXPECT_EQ(fly(kBase, reject).count(Outcome::kRejectedNoInstance), 2U);  // 250 and 350; ready again at 420
  EXPECT_THAT(ends_ms(fly(kBase, wait)), ElementsAre(80, 180, 450, 450, 480, 580));
}

// --- services that call
// -----------------------------------------------------------------------------------------------------------

TEST(ClientConnections, OfServicesThatCallAreTheirProcesses) {
  const std::string services = R"({
    "front": {"instance": {"runtime": {"type": "event_loop", "processes": 2}},
              "work": {"default": [{"call": {"service": "api", "network": "5ms"}}]}},
    "api": {"instance": {"runtime": {"type": "event_loop"}}, "connections": {"max": 1},
            "work": {"default": [{"io": "150ms"}]}}})";
  const Flight flight = fly(kBase, {{"services", services}, {"traffic.0.to", "\"front\""}});
  // Two processes with a connection each: there and back to open it, and each is free again at its caller's.
  // 50: there at 55, open at 65, done at 215, with the caller at 220. 150 the same by the other process. 250: 260, 410.
  EXPECT_THAT(ends_ms(flight, 1), ElementsAre(215, 315, 405, 505));
  EXPECT_THAT(ends_ms(flight, 0), ElementsAre(220, 320, 410, 510));
  EXPECT_EQ(flight.figure("api.connections.opened"), 2);
}

}  // namespace
}  // namespace windtunnel
