// utilization_law, square_root_staffing and queue_drain: replicas from the load itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/autoscaler/own_policies.hpp"
#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::Controlled;
using test::controlled;
using test::Fields;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// One server for each instance, and requests that keep it busy for 100 ms.
Fields sized(Fields more) {
  Fields out = {{"max_replicas", 2000},
                {"work_per_request", Duration{100ms}},
                {"capacity", Cpu{1}},
                {"scale_in_window", Duration{0}}};
  for (auto& field : more) out.push_back(std::move(field));
  return out;
}

std::int64_t replicas_for(std::string_view type, const Fields& fields, std::uint64_t per_second,
                          std::int64_t waiting = 0) {
  Controlled fleet = controlled(type, fields, 1);
  fleet.service.load.per_second = per_second;
  fleet.service.waiting = waiting;
  fleet.run(15s);
  return fleet.replicas();
}

TEST(UtilizationLaw, DividesTheLoadByTheUtilization) {
  // n = ceil(lambda S / rho).
  EXPECT_EQ(replicas_for("utilization_law", sized({{"target", Share{0.6}}}), 100), 17);  // 10 / 0.6
  EXPECT_EQ(replicas_for("utilization_law", sized({{"target", Share{0.5}}}), 100), 20);
  EXPECT_EQ(replicas_for("utilization_law", sized({{"target", Share{1}}}), 100), 10);
}

TEST(UtilizationLaw, CountsServersOfAnInstance) {
  Fields fields = sized({{"target", Share{0.5}}});
  for (auto& [name, value] : fields)
    if (name == "capacity") value = Cpu{8};
  EXPECT_EQ(replicas_for("utilization_law", fields, 100), 3);  // 20 / 8
}

TEST(SquareRootStaffing, NeedsLessSpareRoomTheMoreServersThereAre) {
  // Halfin and Whitt: for P(wait) 0.05, loads 10, 100 and 1000 -> 16, 118 and 1056.
  const Fields fields = sized({{"wait_probability", Share{0.05}}});
  EXPECT_EQ(replicas_for("square_root_staffing", fields, 100), 16);
  EXPECT_EQ(replicas_for("square_root_staffing", fields, 1000), 118);
  EXPECT_EQ(replicas_for("square_root_staffing", fields, 10'000), 1056);
  EXPECT_EQ(replicas_for("square_root_staffing", sized({{"beta", 2.0}}), 1000), 120);  // 100 + 2 x 10
}

TEST(QueueDrain, AddsServersForWhatWaits) {
  // n = ceil((lambda + Q / T) S).
  const Fields fields = sized({{"drain_time", Duration{60s}}});
  EXPECT_EQ(replicas_for("queue_drain", fields, 100), 10);
  EXPECT_EQ(replicas_for("queue_drain", fields, 100, 1200), 12);
  EXPECT_EQ(replicas_for("queue_drain", sized({{"drain_time", Duration{10s}}}), 100, 1200), 22);
  EXPECT_EQ(replicas_for("queue_drain", sized({{"drain_time", Duration{60s}}, {"utilization", Share{0.5}}}), 100, 1200),
            24);
}

TEST(LoadPolicy, LearnsTheWorkOfARequest) {
  // Two cores in use for 50 requests a second: 40 ms each; at 80 % that is 2.5 cores.
  Controlled fleet = controlled("utilization_law",
                                {{"target", Share{0.8}}, {"max_replicas", 20}, {"scale_in_window", Duration{0}}}, 4);
  fleet.service.load.cores = 0.5;
  fleet.service.load.per_second = 50;
  fleet.run(15s);
  EXPECT_EQ(fleet.replicas(), 4) << "nothing has completed yet";
  fleet.service.end_requests(3000, 0);
  fleet.run(15s);
  EXPECT_NEAR(fleet.last.inputs.at("work_per_request_s"), 60.0 / 3000, 1e-12);  // 2 cores x 30 s over 3000
  EXPECT_EQ(fleet.replicas(), 5);                                               // 200/s x 20 ms = 4, over 0.8
}

TEST(LoadPolicy, KeepsWhatTheLastMinutesNeeded) {
  Controlled fleet = controlled("utilization_law",
                                {{"target", Share{1}},
                                 {"max_replicas", 50},
                                 {"work_per_request", Duration{100ms}},
                                 {"capacity", Cpu{1}},
                                 {"window", Duration{15s}},
                                 {"scale_in_window", Duration{2min}}},
                                1);
  fleet.shape = [](test::WatchedService& service) {
    service.load.per_second = service.now() < 60s ? static_cast<std::uint64_t>(60 / service.ready()) : 0;
  };
  fleet.run(1min);
  const std::int64_t busy = fleet.replicas();
  EXPECT_EQ(busy, 6);
  fleet.run(2min);
  EXPECT_EQ(fleet.replicas(), busy);
  fleet.run(30s);
  EXPECT_EQ(fleet.replicas(), 1);
}

const std::string kShop = R"({"windtunnel": 1, "name": "load", "horizon": "20m",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "40/s"}}],
  "services": {"s": {"replicas": 2, "startup": [{"phase": "boot", "time": "20s"}],
    "instance": {"runtime": {"type": "worker_pool", "workers": 1}, "resources": {"requests": {"cpu": 1}}},
    "work": {"default": [{"cpu": "60ms"}]}}}})";

TEST(LoadPolicy, StaffsInFlight) {
  // 40 requests of 60 ms a second: 2.4 cores. At 60 % four; with one square root of the load four; for a share of 5 %
  // that wait (beta 1.74) 5.1.
  const auto last = [](const std::string& autoscaler) {
    const test::Flight flight = test::fly(kShop, {{"services.s.autoscaler", autoscaler}});
    return flight.result.series.at(0).find("replicas_ready")->values.back();
  };
  EXPECT_EQ(last(R"({"type": "utilization_law", "max_replicas": 9})"), 4);
  EXPECT_EQ(last(R"({"type": "square_root_staffing", "beta": 1, "max_replicas": 9})"), 4);
  EXPECT_EQ(last(R"({"type": "square_root_staffing", "max_replicas": 9})"), 6);
}

TEST(QueueDrain, ClearsABacklogInFlight) {
  // Two instances carry 2 of 2.4 cores' worth: a queue grows until somebody counts it.
  const test::Flight flight = test::fly(
      kShop, {{"services.s.autoscaler", R"({"type": "queue_drain", "max_replicas": 9, "drain_time": "30s"})"}});
  ASSERT_FALSE(flight.changes().empty());
  EXPECT_THAT(flight.changes()[0].sentence, HasSubstr("waiting, to be gone in 30s"));
  EXPECT_GE(flight.result.series.at(0).find("replicas_ready")->values.back(), 3);
  EXPECT_LT(flight.result.services[0].in_flight_at_end, 10U);
}

}  // namespace
}  // namespace windtunnel
