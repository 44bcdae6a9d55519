// Garbage that is collected, and heaps that are full.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::Seen;
using test::Told;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kMebi = 1024.0 * 1024;

// Nine requests, every 100 ms from 50 ms on, of 10 ms each.
std::string service(const std::string& heap, const std::string& work = R"({"cpu": "10ms"})",
                    const std::string& more = "") {
  return R"({"windtunnel": 1, "name": "h", "horizon": "900ms",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "10/s"}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}, "heap": {)" +
         heap + "}" + more + R"(}, "work": {"default": [)" + work + "]}}}}";
}

std::vector<std::int64_t> ends_ms(const Flight& flight) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival()) out.push_back(r.ended / kMs);
  return out;
}

std::vector<std::int64_t> told_ms(const Flight& flight, const std::string& kind) {
  std::vector<std::int64_t> at;
  for (const Told& d : flight.seen.decisions)
    if (d.kind == kind) at.push_back(d.at / kMs);
  return at;
}

TEST(Heap, IsCollectedWheneverTheYoungGenerationIsFull) {
  // Four requests fill it: it stands still from 360 and from 760 on for 100 ms.
  const Flight flight =
      fly(service(R"("base": "50Mi", "allocation": "4Mi", "semi_space": "16Mi", "scavenge": "100ms")"));
  EXPECT_THAT(ends_ms(flight), ElementsAre(60, 160, 260, 360, 470, 560, 660, 760, 870));
  EXPECT_EQ(flight.figure("s.heap.scavenges"), 2);
  EXPECT_EQ(flight.figure("s.heap.mark_compacts"), 0);
  EXPECT_DOUBLE_EQ(flight.figure("s.heap.pause_time"), 200.0 / 900);
  EXPECT_DOUBLE_EQ(flight.figure("s.heap.pause_max"), 0.1);
  EXPECT_NEAR(flight.figure("s.cpu_cores"), (9 * 10 + 200) / 900.0, 1e-9);  // collecting takes CPU, too
}

TEST(Heap, IsCollectedAsAWholeForTheLongerTheMoreLives) {
  // Each request leaves 16 MiB of garbage in the old generation; 51.2 are a tenth of what lives. Half a GiB takes half
  // of 200 ms, after the fourth and after the eighth.
  const std::string heap = R"("base": "512Mi", "allocation": "16Mi", "semi_space": "16Mi", "scavenge": "0s",
                              "promoted": 1, "growth": 1.1, "mark_compact": "200ms")";
  const Flight flight = fly(service(heap));
  EXPECT_THAT(ends_ms(flight), ElementsAre(60, 160, 260, 360, 470, 560, 660, 760, 870));
  EXPECT_EQ(flight.figure("s.heap.mark_compacts"), 2);
  EXPECT_EQ(flight.figure("s.heap.scavenges"), 9);
  // With more room there is less to do.
  EXPECT_EQ(fly(service(heap), {{"services.s.instance.heap.growth", "1.2"}}).figure("s.heap.mark_compacts"), 1);
}

TEST(Heap, IsCollectedMoreAndMoreOftenAsItFills) {
  // Each request leaves three MiB that live and five of garbage. There is room for 30 at first: it is full after the
  // fourth, with 72 MiB alive after the seventh, with 81 after the ninth. Room for 60 is full after the eighth.
  const auto collections = [](const std::string& most) {
    return fly(service(R"("base": "60Mi", "allocation": "10Mi", "semi_space": "10Mi", "scavenge": "0s", "promoted": 0.5,
                          "leak": "3Mi", "mark_compact": "1ms", "max_old_space": ")" +
                       most + "\""))
        .figure("s.heap.mark_compacts");
  };
  EXPECT_EQ(collections("90Mi"), 3);
  EXPECT_EQ(collections("120Mi"), 1);
}

TEST(Heap, ThatIsFullOfWhatLivesEndsTheProcess) {
  // 100 MiB and ten of each request: the fifth leaves 150. It starts again at once, and after five more 10 s later.
  const Flight flight = fly(service(R"("base": "100Mi", "leak": "10Mi", "max_old_space": "150Mi")"));
  EXPECT_THAT(told_ms(flight, "heap_abort"), ElementsAre(460));
  EXPECT_THAT(told_ms(flight, "oom_kill"), IsEmpty());
  EXPECT_EQ(flight.figure("s.heap.aborts"), 1);
  EXPECT_EQ(flight.figure("s.heap.live_max"), 150 * kMebi);
  EXPECT_EQ(flight.count(Outcome::kFailedHeapLimit), 0U);  // nobody was in it
  EXPECT_THAT(flight.result.decisions.front().sentence, HasSubstr("150Mi live on a heap of 150Mi"));
}

TEST(Heap, ThatIsFullTakesTheRequestsInItAlong) {
  const Flight flight =
      fly(service(R"("base": "100Mi", "per_request": "20Mi", "max_old_space": "150Mi")", R"({"io": "1h"})"));
  EXPECT_THAT(told_ms(flight, "heap_abort"), ElementsAre(250, 550));  // at once the first time
  EXPECT_EQ(flight.count(Outcome::kFailedHeapLimit), 3U + 3U);
}

TEST(Heap, CountsForTheContainersMemory) {
  // 50 MiB of heap and 50 of the rest, and ten of each request: by default half of the limit may live, 64.
  const std::string heap = R"("base": "50Mi", "leak": "10Mi")";
  const std::string limits = R"(, "memory": {"base": "50Mi"}, "resources": {"limits": {"memory": "128Mi"}})";
  const Flight aborts = fly(service(heap, R"({"cpu": "10ms"})", limits));
  EXPECT_EQ(told_ms(aborts, "heap_abort").front(), 160);  // 70
  EXPECT_THAT(told_ms(aborts, "oom_kill"), IsEmpty());
  const Flight killed = fly(service(heap + R"(, "max_old_space": "1Gi")", R"({"cpu": "10ms"})", limits));
  EXPECT_EQ(told_ms(killed, "oom_kill").front(), 260);  // 130
  EXPECT_THAT(told_ms(killed, "heap_abort"), IsEmpty());
}

TEST(Heap, IsCollectedAtTheExpenseOfTheQuota) {
  // 20 ms in each 100, of which a request takes ten and its garbage 15 more: the next one of the same period finds
  // nothing left. 25-35, collecting until 50; the request of 75 is frozen until 100.
  const std::string limited =
      service(R"("base": "50Mi", "allocation": "16Mi", "scavenge": "15ms")", R"({"cpu": "10ms"})",
              R"(, "cfs_quota": {}, "resources": {"limits": {"cpu": "200m"}})");
  const std::vector<Override> faster = {{"traffic.0.arrivals.rate", "\"20/s\""}, {"horizon", "\"150ms\""}};
  EXPECT_THAT(ends_ms(fly(limited, faster)), ElementsAre(35, 110));
  // One in each period does not notice.
  EXPECT_THAT(ends_ms(fly(limited)), ElementsAre(60, 160, 260, 360, 460, 560, 660, 760, 860));
}

}  // namespace
}  // namespace windtunnel
