// Event loops that turn requests away when they are late, and autoscalers that go by how late they are.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::Seen;

// A request of 80 ms every 100, from 50 on. The timer is due 108 ms after it was last served.
const std::string kBase = R"({"windtunnel": 1, "name": "busy", "horizon": "600ms",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "10/s"}}],
  "services": {"s": {"instance": {"runtime": {"type": "event_loop"}},
    "admission": {"too_busy": {"max_lag": "10ms", "interval": "108ms", "smoothing_factor": 1}},
    "work": {"default": [{"cpu": "80ms"}]}}}})";

std::vector<std::string> course(const Flight& flight) {
  std::vector<std::string> out;
  for (const Seen& r : flight.seen.by_arrival())
    out.push_back(std::to_string(r.ended / kMs) + (r.outcome == Outcome::kCompleted ? "" : " turned away"));
  return out;
}

TEST(TooBusy, TurnsAwayWhoComesToALateLoop) {
  // The timer of 108 is served at 130, 22 ms late; that of 238 at once; 346 as well; that of 454 at 530.
  const Flight flight = fly(kBase);
  EXPECT_THAT(course(flight), testing::ElementsAre("130", "150 turned away", "330", "430", "530", "550 turned away"));
  EXPECT_DOUBLE_EQ(flight.figure("s.loss.rejected_queue_delay"), 2.0 / 6);
}

TEST(TooBusy, BearsALittle) {
  const Flight flight = fly(kBase, {{"services.s.admission.too_busy.max_lag", "\"76ms\""}});
  EXPECT_EQ(flight.count(Outcome::kRejectedQueueDelay), 0U);
}

TEST(TooBusy, IsEachProcessesOwn) {
  // In turn, so that each has 20 ms and more between two requests: where one is late, it is on time before its next
  // comes. The first's timers of 108 and 454 are served at 130 and 530, the second's of 216 at 230; those between them
  // at once.
  const Flight flight = fly(kBase, {{"services.s.instance.runtime.processes", "2"}});
  EXPECT_THAT(course(flight), testing::ElementsAre("130", "230", "330", "430", "530"));
}

TEST(TooBusy, LetsWorkThatHasBegunPass) {
  // The second step of the request of 50 is there when the lag is known, at 130 + 40.
  const Flight flight =
      fly(kBase, {{"services.s.work.default", R"([{"cpu": "80ms"}, {"io": "10ms"}, {"cpu": "1ms"}])"}});
  EXPECT_EQ(course(flight).front(), "141");
}

TEST(LoopLagMetric, IsWhatAnHpaCanScaleBy) {
  const std::string text = R"({"windtunnel": 1, "name": "lag", "horizon": "5m",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "10/s"}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop", "lag_probes": "10ms"}},
      "work": {"default": [{"cpu": "80ms"}]},
      "autoscaler": {"type": "kubernetes_hpa", "spec": {"minReplicas": 1, "maxReplicas": 10, "metrics": [
        {"type": "Pods", "pods": {"metric": {"name": "nodejs_eventloop_lag"},
                                  "target": {"type": "AverageValue", "averageValue": "20m"}}}]},
        "metrics": {"custom": {"names": {"nodejs_eventloop_lag": {"metric": "loop_lag"}}}}}}}})";
  const Flight flight = fly(text);
  // Of ten probes in 100 ms those of 60 to 120 wait for 70, 60, …, 10 ms, and that of 50 for 80 if it comes second: 28
  // or 36 ms on average, above 20. With two instances each sees half of that, which is less, and with one of two too
  // much.
  const std::vector<Decision> changes = flight.changes();
  ASSERT_EQ(changes.size(), 1U);
  const Decision& first = changes.front();
  EXPECT_EQ(first.kind, "scale_up");
  ASSERT_TRUE(first.scaling.has_value());
  EXPECT_EQ(first.scaling->before, 1);
  EXPECT_EQ(first.scaling->after, 2);
}

}  // namespace
}  // namespace windtunnel
