// Keep-alive policies of functions in the simulator: what is loaded when, what it costs, who waits.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "models/workload/table.hpp"
#include "models/workload/text_file.hpp"
#include "tests/models/assign.hpp"
#include "tests/models/replication/one_function.hpp"
#include "tests/places.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::waits_s;
using testing::ElementsAre;

std::string function(std::vector<double> arrivals, const std::string& keep_alive, const std::string& horizon,
                     const std::string& more = "") {
  return test::OneFunction{std::move(arrivals), R"(, "keep_alive": )" + keep_alive + more, horizon, {}}.text();
}

std::vector<double> every(double seconds, int times) {
  std::vector<double> out;
  for (int i = 0; i < times; ++i) out.push_back(seconds * i);
  return out;
}

const char* const kHybrid = R"({"type": "hybrid_histogram"})";

// Every half hour: idle for 1799 s, in bin 29 of a minute. From the second execution on it is unloaded, loaded again
// after 29 min * 0.9 = 1566 s, ready at 1576 s, idle for 223 s, and used.
TEST(HybridHistogramInFlight, LoadsAheadOfARegularRequestAndUnloadsInBetween) {
  const std::vector<double> arrivals = every(1800, 11);
  const Flight hybrid = fly(function(arrivals, kHybrid, "18100s"));
  // The first request starts its instance; the second one finds it, as nothing was known yet.
  EXPECT_THAT(waits_s(hybrid), ElementsAre(10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_EQ(hybrid.figure("f.loads_ahead"), 9);
  EXPECT_NEAR(hybrid.figure("f.cold_requests"), 1 / 11.0, 1e-12);
  // 1789 s between the first end, which was late by its start, and the second request.
  EXPECT_NEAR(hybrid.figure("f.idle_hours") * 3600, 1789 + 9 * 223, 1e-6);

  const Flight fixed = fly(function(arrivals, R"("20m")", "18100s"));
  EXPECT_EQ(fixed.figure("f.cold_requests"), 1);
  EXPECT_EQ(fixed.figure("f.loads_ahead"), 0);
  EXPECT_NEAR(fixed.figure("f.idle_hours") * 3600, 10 * 1200 + 89, 1e-6);
}

TEST(HybridHistogramInFlight, EndsWhatWasLoadedForARequestThatDoesNotCome) {
  const Flight flight = fly(function(every(1800, 4), kHybrid, "4h"));
  // Ready at 1576 s after the last end and kept until 30 min * 1.1 = 1980 s after it.
  EXPECT_NEAR(flight.figure("f.idle_hours") * 3600, 1789 + 2 * 223 + 404, 1e-6);
  EXPECT_EQ(flight.figure("f.loads_ahead"), 3);
  EXPECT_EQ(flight.result.series[0].find("replicas_current")->values.back(), 0);
}

TEST(HybridHistogramInFlight, StartsForARequestThatComesTooEarlyAndLoadsNothingElseInItsPlace) {
  // The last one comes 500 s after the end before it: nothing is loaded, nor will be 1566 s after that end. What is
  // loaded after its own end is the third: idle for 500 s once in four times, 432 s after it.
  std::vector<double> arrivals = every(1800, 4);
  arrivals.push_back(5400 + 501);
  const Flight flight = fly(function(arrivals, kHybrid, "2h"));
  EXPECT_THAT(waits_s(flight), ElementsAre(10, 0, 0, 0, 10));
  EXPECT_EQ(flight.figure("f.loads_ahead"), 3);
  EXPECT_EQ(flight.figure("f.replicas.max"), 1);
}

TEST(HybridHistogramInFlight, GivesARequestTheInstanceThatIsBeingLoaded) {
  // Three seconds into the load at 1566 s.
  std::vector<double> arrivals = every(1800, 4);
  arrivals.push_back(5400 + 1 + 1569);
  const Flight flight = fly(function(arrivals, kHybrid, "2h"));
  EXPECT_THAT(waits_s(flight), ElementsAre(10, 0, 0, 0, 7));
  EXPECT_EQ(flight.figure("f.replicas.max"), 1);
  EXPECT_NEAR(flight.figure("f.cold_requests"), 2 / 5.0, 1e-12);
}

TEST(HybridHistogramInFlight, LoadsNoMoreThanTheMostInstances) {
  // Two regular requests a second apart need two instances; one is allowed, and the second request is rejected.
  std::vector<double> arrivals;
  for (int i = 0; i < 6; ++i) arrivals.insert(arrivals.end(), {1800.0 * i, 1800.0 * i + 0.5});
  const Flight flight = fly(function(arrivals, kHybrid, "3h", R"(, "max_instances": 1)"));
  EXPECT_EQ(flight.figure("f.replicas.max"), 1);
  EXPECT_EQ(flight.count(Outcome::kRejectedThrottled), 6U);
}

TEST(HybridHistogramInFlight, SurvivesTheDeathOfWhatItLoads) {
  // Killed while it is being loaded, at 5401 + 1570 s: the next request starts its own.
  std::string text = function(every(1800, 6), kHybrid, "3h");
  text.insert(text.rfind('}'),
              R"(, "faults": [{"type": "kill_instances", "service": "f", "count": 1, "at": "6971s"}])");
  const Flight flight = fly(text);
  EXPECT_THAT(waits_s(flight), ElementsAre(10, 0, 0, 0, 10, 0));
  EXPECT_EQ(flight.count(Outcome::kCompleted), 6U);
}

TEST(KeepAlive, OfABareTimeIsTheFixedOne) {
  const std::vector<double> arrivals = every(1800, 5);
  const auto as_written = test::scenario_of(function(arrivals, R"("20m")", "3h"));
  const auto in_full = test::scenario_of(function(arrivals, R"({"type": "fixed", "time": "20m"})", "3h"));
  EXPECT_EQ(effective_scenario(as_written), effective_scenario(in_full));
}

TEST(KeepAlive, OfAConstantDrawnTimeIsTheFixedOne) {
  const std::vector<double> arrivals = every(1800, 5);
  const Flight drawn = fly(function(arrivals, R"({"type": "random", "time": "20m"})", "3h"));
  EXPECT_THAT(waits_s(drawn), ElementsAre(10, 10, 10, 10, 10));
  EXPECT_NEAR(drawn.figure("f.idle_hours") * 3600, 5 * 1200, 1e-6);
}

// With a request every 1000 s it is idle for 999 s, or 989 s after a cold start; either is outlived with exp(-idle /
// mean). Cold ones: p = q (1 - exp(-0.989)) + (1 - q) (1 - exp(-0.999)) with q = p, so 0.629.
TEST(KeepAlive, OfExponentialTimesKeepsTheShareThatOutlivesTheIdleTime) {
  const Flight drawn =
      fly(function(every(1000, 4000), R"({"type": "random", "time": {"type": "exponential", "mean": "1000s"}})",
                   "4001000s"),
          {{"metrics.resolution", R"("1h")"}});
  EXPECT_NEAR(drawn.figure("f.cold_requests"), 0.629, 4 * std::sqrt(0.629 * 0.371 / 4000));
}

// --- a real trace

struct Invocation {
  double start, duration;
};

// By function, in order of time.
std::map<std::string, std::vector<Invocation>> azure_sample(const std::filesystem::path& path) {
  test::Found found;
  FileProblems problems("azure", found);
  const auto bytes = read_bytes(path, problems);
  std::string storage;
  const auto text = unpacked(*bytes, storage, problems);
  std::map<std::string, std::vector<Invocation>> out;
  Table table(*text);
  while (table.next()) {
    const double end = std::stod(std::string(table[2])), duration = std::stod(std::string(table[3]));
    out[std::string(table[1])].push_back({end - duration, duration});
  }
  for (auto& [name, invocations] : out)
    std::sort(invocations.begin(), invocations.end(), [](const auto& a, const auto& b) { return a.start < b.start; });
  EXPECT_TRUE(found.errors.empty());
  return out;
}

struct Bill {
  double cold = 0, idle_hours = 0;
};

// The sample is 20 minutes of functions most of which come every minute to every ten: far within any keep-alive. Time
// is taken ten times as slow, so that idle times lie where keep-alives do, and the sample is repeated through a day.
Bill bill(const std::map<std::string, std::vector<Invocation>>& functions, const std::string& keep_alive) {
  constexpr double kLength = 1200, kSlower = 10;
  constexpr int kTimes = 7;
  std::string traffic, services;
  for (const auto& [name, invocations] : functions) {
    const std::filesystem::path file =
        std::filesystem::path(testing::TempDir()) / ("azure_" + name.substr(0, 12) + ".csv");
    std::ofstream out(file);
    out << "time,duration\n" << std::fixed;
    for (int round = 0; round < kTimes; ++round)
      for (const Invocation& invocation : invocations)
        if (invocation.start < kLength)
          out << 1e6 + kSlower * (invocation.start + kLength * round) << "," << invocation.duration << "\n";
    const std::string id = "f" + name.substr(0, 12);
    traffic += std::string(traffic.empty() ? "" : ", ") + R"({"name": ")" + id + R"(", "to": ")" + id +
               R"(", "arrivals": {"type": "replay", "size_column": "duration", "file": ")" + file.string() + R"("}})";
    services += std::string(services.empty() ? "\"" : ", \"") + id +
                R"(": {"replicas": 0, "instance": {"runtime": {"type": "function"}},
      "work": {"default": [{"io": "1s"}]}, "startup": [{"phase": "boot", "time": "2s"}],
      "autoscaler": {"type": "per_request", "keep_alive": )" +
                keep_alive + "}}";
  }
  const Flight flight = fly(R"({"windtunnel": 1, "name": "azure", "horizon": "84000s", "traffic": [)" + traffic +
                            R"(], "services": {)" + services + "}}");
  Bill out;
  for (const ServiceResult& service : flight.result.services) {
    const double share = flight.figure(service.name + ".cold_requests");
    if (service.arrived > 0) out.cold += share * static_cast<double>(service.arrived);
    out.idle_hours += flight.figure(service.name + ".idle_hours");
  }
  return out;
}

TEST(KeepAlive, OfAzuresFunctionsIsBothCheaperAndWarmerFromAHistogram) {
  const std::filesystem::path path = test::recorded("azure_functions_2021_sample/Azure2021_200.csv.gz");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "not here: " << path.string() << " (set WINDTUNNEL_TRACES)";
  const auto functions = azure_sample(path);
  ASSERT_EQ(functions.size(), 31U);
  const Bill ten = bill(functions, R"("10m")"), twenty = bill(functions, R"("20m")");
  EXPECT_LT(twenty.cold, ten.cold);
  EXPECT_GT(twenty.idle_hours, ten.idle_hours);
  // With a range of an hour it beats both on both counts.
  const Bill hour = bill(functions, R"({"type": "hybrid_histogram", "range": "1h"})");
  EXPECT_LT(hour.cold, twenty.cold);
  EXPECT_LT(hour.idle_hours, ten.idle_hours);
  // With the paper's four hours it has far fewer cold starts, and pays for them while it knows little.
  const Bill four_hours = bill(functions, kHybrid);
  EXPECT_LT(four_hours.cold, 0.5 * twenty.cold);
  EXPECT_GT(four_hours.idle_hours, twenty.idle_hours);
}

}  // namespace
}  // namespace windtunnel
