// Steps on the thread pool beside an event loop.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/theory/closed_forms.hpp"
#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::Seen;
using testing::ElementsAre;

// Six requests at 500 ms.
std::string six(const std::string& work, const std::string& runtime = "") {
  std::string traffic;
  for (int i = 0; i < 6; ++i)
    traffic += (i == 0 ? "" : ", ") + std::string(R"({"name": "t)") + std::to_string(i) +
               R"(", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}})";
  return R"({"windtunnel": 1, "name": "p", "horizon": "1400ms", "traffic": [)" + traffic +
         R"(], "services": {"s": {"instance": {"runtime": {"type": "event_loop")" + runtime +
         R"(}}, "work": {"default": )" + work + "}}}}";
}

std::vector<std::int64_t> ends_ms(const Flight& flight) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.requests) out.push_back(r.ended / kMs);
  return out;
}

TEST(ThreadPool, HasFourThreads) {
  const Flight flight = fly(six(R"([{"io": "100ms", "on": "thread_pool"}])"));
  EXPECT_THAT(ends_ms(flight), ElementsAre(600, 600, 600, 600, 700, 700));
  EXPECT_DOUBLE_EQ(flight.figure("s.thread_pool.utilization"), 600.0 / (4 * 1400));
  EXPECT_DOUBLE_EQ(flight.figure("s.thread_pool.wait_time.max"), 0.1);
  EXPECT_DOUBLE_EQ(flight.figure("s.thread_pool.share_waited"), 2.0 / 6);
  EXPECT_EQ(flight.figure("s.utilization"), 0);        // the loop has nothing to do
  EXPECT_EQ(flight.figure("s.io_in_flight.mean"), 0);  // they are served
  EXPECT_EQ(flight.figure("s.cpu_cores"), 0);          // and take no CPU
  EXPECT_DOUBLE_EQ(flight.figure("s.queue_length.mean"), 200.0 / 1400);
}

TEST(ThreadPool, IsAsLargeAsItIsSaidToBe) {
  EXPECT_THAT(ends_ms(fly(six(R"([{"cpu": "100ms", "on": "thread_pool"}])", R"(, "pool_threads": 2)"))),
              ElementsAre(600, 600, 700, 700, 800, 800));
}

TEST(ThreadPool, LeavesTheLoopToOthers) {
  // Ten on the loop, a hundred on the pool, ten on the loop: one after the other, four at a time, one after the other.
  const Flight flight = fly(six(R"([{"cpu": "10ms"}, {"cpu": "100ms", "on": "thread_pool"}, {"cpu": "10ms"}])"));
  // On the loop until 510, 520, 530, 540 … 560; on the pool until 610, 620, 630, 640, 710 and 720.
  EXPECT_THAT(ends_ms(flight), ElementsAre(620, 630, 640, 650, 720, 730));
  EXPECT_NEAR(flight.figure("s.cpu_cores"), 0.720 / 1.4, 1e-9);
}

TEST(ThreadPool, IsThatOfAProcess) {
  EXPECT_THAT(ends_ms(fly(six(R"([{"io": "100ms", "on": "thread_pool"}])", R"(, "processes": 2)"))),
              ElementsAre(600, 600, 600, 600, 600, 600));
  // Workers are the instance's, beside both.
  EXPECT_THAT(ends_ms(fly(six(R"([{"io": "100ms", "on": "thread_pool"}, {"cpu": "10ms", "on": "worker"}])",
                              R"(, "processes": 2, "worker_threads": 1, "pool_threads": 2)"))),
              ElementsAre(610, 620, 630, 640, 710, 720));
}

TEST(ThreadPool, SharesTheCoresOfALimit) {
  // The loop and four threads on one core.
  const Flight flight = fly(six(R"([{"cpu": "100ms", "on": "thread_pool"}])"),
                            {{"services.s.instance.resources", R"({"limits": {"cpu": 1}})"}});
  EXPECT_THAT(ends_ms(flight), ElementsAre(900, 900, 900, 900, 1100, 1100));
}

TEST(ThreadPool, IsGivenBackByWhoIsCancelled) {
  std::string text = six(R"([{"io": "100ms", "on": "thread_pool"}])");
  std::vector<Override> cancelled;
  for (int i = 0; i < 4; ++i) {
    cancelled.push_back({"traffic." + std::to_string(i) + ".timeout", "\"30ms\""});
    cancelled.push_back({"traffic." + std::to_string(i) + ".on_timeout", "\"cancel\""});
  }
  EXPECT_THAT(ends_ms(fly(text, cancelled)), ElementsAre(530, 530, 530, 530, 630, 630));
}

TEST(ThreadPool, LetsStepsWaitAsErlangSays) {
  const Flight flight = fly(R"({"windtunnel": 1, "name": "p", "horizon": "20m", "warmup": "30s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "32/s"}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}},
      "work": {"default": [{"io": {"type": "exponential", "mean": "100ms"}, "on": "thread_pool"}]}}}})",
                            {}, 20);
  const Estimate wait = flight.result.find_metric("s.thread_pool.wait_time.mean")->estimate;
  EXPECT_NEAR(wait.mean, theory::wait_mmc(4, 3.2, 0.100), 2 * wait.half_width_95);
  EXPECT_LT(wait.half_width_95, 0.08 * wait.mean);
}

}  // namespace
}  // namespace windtunnel
