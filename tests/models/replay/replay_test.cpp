// What an autoscaler makes of a record. Expected replicas are worked out by hand from the algorithm:
// ceil(replicas × usage / target) outside of a tolerance of 0.1, up at once, down after five minutes
// (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details).
#include "models/replay/replay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ReplayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(::testing::TempDir()) / ("windtunnel-replay-" + std::to_string(::getpid()) + "-" +
                                                       ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    write("hpa.yaml", R"(apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
spec:
  minReplicas: 1
  maxReplicas: 9
  metrics:
  - type: Resource
    resource: { name: cpu, target: { type: Utilization, averageUtilization: 50 } }
)");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::string read_of(const std::string& record, const std::string& autoscaler = kHpa) const {
    return R"({ "windtunnel_replay": 1, "name": "test", "replicas": 2, "requests": { "cpu": 1 }, "autoscaler": )" +
           autoscaler + R"(, "record": )" + record + " }";
  }
  Result flown(const std::string& text) const {
    write("replay.json", text);
    return replay(read_replay(folder_ / "replay.json").replay);
  }
  std::string refused(const std::string& text) const {
    try {
      (void)flown(text);
    } catch (const ConfigError& e) {
      return e.what();
    }
    return "accepted";
  }
  // A row a minute, from 00:00 on; nothing where the value is below zero.
  static std::string table(int minutes, const std::function<double(int)>& value) {
    std::string out = "time,cores\n";
    for (int m = 0; m < minutes; ++m)
      if (value(m) >= 0) out += std::to_string(1714953600 + 60 * m) + "," + format_number(value(m)) + "\n";
    return out;
  }
  static std::vector<std::int64_t> changes(const Result& result) {
    std::vector<std::int64_t> out;
    for (const Decision& d : result.decisions)
      if (d.kind != "hold") out.push_back(d.scaling->after);
    return out;
  }
  static std::vector<double> times(const Result& result) {
    std::vector<double> out;
    for (const Decision& d : result.decisions)
      if (d.kind != "hold") out.push_back(d.time_s);
    return out;
  }
  static double figure(const Result& result, const std::string& name) {
    return result.find_metric("service." + name)->values[0];
  }

  static constexpr const char* kHpa = R"({ "type": "kubernetes_hpa", "spec": "hpa.yaml" })";
  static constexpr const char* kCpu = R"({ "cpu": { "file": "cpu.csv" } })";
  std::filesystem::path folder_;
};

// 1 core over 2 requested is the target. 2 cores are 100 %: ceil(2 × 2) = 4. 2.16 cores over 4 are 54 %, within the
// tolerance. 1 core over 4 is 25 %: ceil(4 × 0.5) = 2, once nothing else has been asked for in five minutes.
double steps(int minute) { return minute < 10 ? 1 : minute < 20 ? 2 : minute < 30 ? 2.16 : 1; }

TEST_F(ReplayTest, OfAHorizontalPodAutoscalerGivesTheReplicasOfItsAlgorithm) {
  write("cpu.csv", table(50, steps));
  const Result result = flown(read_of(kCpu));
  ASSERT_THAT(changes(result), ElementsAre(4, 2));
  const std::vector<double> at = times(result);
  // A sample of 15 s, a lag, a look every 15 s.
  EXPECT_GE(at[0], 600);
  EXPECT_LE(at[0], 645);
  EXPECT_GE(at[1], 1800 + 300);
  EXPECT_LE(at[1], 1800 + 345);
  EXPECT_EQ(figure(result, "replicas.max"), 4);
  EXPECT_EQ(figure(result, "replicas.min"), 2);
  EXPECT_EQ(figure(result, "changes"), 2);
  EXPECT_EQ(figure(result, "reversals"), 1);
  const double four = at[1] - at[0];
  EXPECT_NEAR(figure(result, "instance_hours"), (4 * four + 2 * (3000 - four)) / 3600, 1e-9);
}

TEST_F(ReplayTest, OfAnAnswerOfPrometheusIsThatOfTheSameTable) {
  write("cpu.csv", table(50, steps));
  std::string one, other;
  for (int m = 0; m < 50; ++m) {
    const std::string at = (m == 0 ? "[" : ",[") + std::to_string(1714953600 + 60 * m) + ",\"";
    one += at + format_number(steps(m) * 0.75) + "\"]";
    other += at + format_number(steps(m) * 0.25) + "\"]";
  }
  write("cpu.json", R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"pod":"a"},"values":[)" +
                        one + R"(]},{"metric":{"pod":"b"},"values":[)" + other + "]}]}}");
  const Result table = flown(read_of(kCpu)), prometheus = flown(read_of(R"({ "cpu": { "file": "cpu.json" } })"));
  EXPECT_EQ(times(prometheus), times(table));
  EXPECT_EQ(changes(prometheus), changes(table));
  EXPECT_EQ(prometheus.series[0].columns[0].values, table.series[0].columns[0].values);
}

TEST_F(ReplayTest, OfAveragesIsThatOfTheTotals) {
  std::string rows = "time,average,replicas\n";
  for (int m = 0; m < 50; ++m) rows += std::to_string(1714953600 + 60 * m) + "," + format_number(steps(m) / 4) + ",4\n";
  write("average.csv", rows);
  write("cpu.csv", table(50, steps));
  const Result result = flown(read_of(R"({ "cpu": { "file": "average.csv", "column": "average", "per": "instance" },
    "replicas": { "file": "average.csv", "column": "replicas" } })"));
  EXPECT_EQ(times(result), times(flown(read_of(kCpu))));
  EXPECT_EQ(figure(result, "recorded.mean"), 4);
  EXPECT_THAT(refused(read_of(R"({ "cpu": { "file": "cpu.csv", "per": "instance" } })")),
              HasSubstr("needs the replicas that there were"));
}

// A gap is not a load of zero, which would take the replicas down.
TEST_F(ReplayTest, ChangesNothingWhileTheRecordHasAGap) {
  write("cpu.csv", table(60, [](int m) { return m >= 20 && m < 50 ? -1.0 : 1.0; }));
  const Result result = flown(read_of(kCpu));
  EXPECT_THAT(changes(result), ElementsAre());
  EXPECT_NEAR(figure(result, "missing_time"), 29.0 / 60, 1e-9);
  write("cpu.csv", table(60, [](int m) { return m >= 20 && m < 50 ? 0.0 : 1.0; }));
  EXPECT_THAT(changes(flown(read_of(kCpu))), ElementsAre(1, 2));
}

// On CPU, 50 % of a core requested, and on orders, ten a replica.
constexpr const char* kTwoMetrics =
    R"({ "type": "kubernetes_hpa", "spec": { "minReplicas": 1, "maxReplicas": 9, "metrics": [
  { "type": "Resource", "resource": { "name": "cpu", "target": { "type": "Utilization", "averageUtilization": 50 } } },
  { "type": "External", "external": { "metric": { "name": "orders" },
                                      "target": { "type": "AverageValue", "averageValue": "10" } } } ] } })";
constexpr const char* kTwoRecords =
    R"({ "cpu": { "file": "cpu.csv" }, "signals": { "orders": { "file": "orders.csv" } } })";

// A metric without a figure asks for nothing; up goes what the others ask for, but never down
// (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#scaling-on-multiple-metrics).
TEST_F(ReplayTest, GoesUpOnWhatIsKnownWhileAnotherMetricHasAGap) {
  write("orders.csv", table(60, [](int m) { return m >= 20 && m < 50 ? -1.0 : 20.0; }));
  write("cpu.csv", table(60, [](int m) { return m < 30 ? 1.0 : 2.0; }));
  const Result up = flown(read_of(kTwoRecords, kTwoMetrics));
  ASSERT_THAT(changes(up), ElementsAre(4));
  EXPECT_GE(times(up)[0], 1800);
  EXPECT_LE(times(up)[0], 1845);
  EXPECT_NEAR(figure(up, "missing_time"), 29.0 / 60, 1e-9);

  const Result scheduled = flown(read_of(kTwoRecords, R"({ "type": "scheduled", "min_replicas": 1, "windows": [
    { "start": "0 12 * * *", "for": "1h", "min_replicas": 5 } ], "policy": )" +
                                                          std::string(kTwoMetrics) + " }"));
  EXPECT_EQ(times(scheduled), times(up));

  // The other way round: 50 orders want five, by way of four, as no more than twice the replicas or four are set at a
  // time.
  write("cpu.csv", table(60, [](int m) { return m >= 20 && m < 50 ? -1.0 : 1.0; }));
  write("orders.csv", table(60, [](int m) { return m < 30 ? 20.0 : 50.0; }));
  const Result by_orders = flown(read_of(kTwoRecords, kTwoMetrics));
  ASSERT_THAT(changes(by_orders), ElementsAre(4, 5));
  EXPECT_GE(times(by_orders)[0], 1800);
  EXPECT_LE(times(by_orders)[0], 1845);
}

TEST_F(ReplayTest, DoesNotGoDownWhileAnotherMetricHasAGap) {
  // From 30 min on one would do for the CPU; from 50 min on, for the orders as well.
  write("cpu.csv", table(70, [](int m) { return m < 30 ? 1.0 : 0.4; }));
  write("orders.csv", table(70, [](int m) { return m < 20 ? 20.0 : m < 50 ? -1.0 : 5.0; }));
  const Result result = flown(read_of(kTwoRecords, kTwoMetrics));
  ASSERT_THAT(changes(result), ElementsAre(1));
  EXPECT_GE(times(result)[0], 3000);
}

// A source of KEDA's that has no value cannot be asked: after three failures the fallback is what is asked for
// (reported as replicas x target), at the fourth look, and got to by way of four.
TEST_F(ReplayTest, OfKedaFallsBackWhileASourceHasAGap) {
  const std::string autoscaler = R"({ "type": "keda", "metrics": { "triggers": { "kafka": { "metric": "orders" } } },
    "spec": { "minReplicaCount": 1, "maxReplicaCount": 9, "fallback": { "failureThreshold": 3, "replicas": 6 },
              "triggers": [ { "type": "kafka", "metadata": { "lagThreshold": "10" } } ] } })";
  write("orders.csv", table(40, [](int m) { return m >= 10 && m < 30 ? -1.0 : 20.0; }));
  const Result result = flown(read_of(R"({ "signals": { "orders": { "file": "orders.csv" } } })", autoscaler));
  ASSERT_GE(changes(result).size(), 2U);
  EXPECT_EQ(changes(result)[0], 4);
  EXPECT_EQ(changes(result)[1], 6);
  // The last row before the gap, of 9 min, holds until 11 min.
  EXPECT_GE(times(result)[0], 660 + 3 * 15);
  EXPECT_LE(times(result)[0], 660 + 5 * 15);
}

TEST_F(ReplayTest, TellsTheTimeAtTheMostReplicas) {
  // 6 cores of 2 requested want twelve, of nine that there may be; from 20 min on nine are just right.
  write("cpu.csv", table(40, [](int m) { return m < 10 ? 1.0 : m < 20 ? 6.0 : 4.5; }));
  const Result result = flown(read_of(kCpu));
  ASSERT_FALSE(changes(result).empty());
  EXPECT_EQ(changes(result).back(), 9);
  EXPECT_NEAR(figure(result, "at_max_time"), (2400 - times(result).back()) / 2400, 1e-9);
  EXPECT_LT(figure(result, "capped_time"), figure(result, "at_max_time"));
}

TEST_F(ReplayTest, OfASignalTakesItAsItStands) {
  write("orders.csv", table(20, [](int m) { return m < 10 ? 20.0 : 50.0; }));
  const std::string autoscaler = R"({ "type": "kubernetes_hpa", "spec": { "maxReplicas": 9, "metrics": [ {
    "type": "External", "external": { "metric": { "name": "orders" },
                                      "target": { "type": "AverageValue", "averageValue": "10" } } } ] } })";
  // 50 orders at 10 each: five, perhaps by way of a mean of before and after.
  const Result result = flown(read_of(R"({ "signals": { "orders": { "file": "orders.csv" } } })", autoscaler));
  EXPECT_EQ(changes(result).back(), 5);
  EXPECT_EQ(figure(result, "replicas.max"), 5);
  EXPECT_THAT(refused(read_of(R"({ "signals": { "mails": { "file": "orders.csv" } } })", autoscaler)),
              HasSubstr("/autoscaler/spec/metrics/0/external/metric/name: is neither a scaling metric"));
}

TEST_F(ReplayTest, NamesWhatTheAutoscalerLooksAtAndTheRecordLacks) {
  write("cpu.csv", table(20, steps));
  const auto proportional = [](const std::string& metric) {
    return R"({ "type": "proportional", "max_replicas": 9, "metric": { "metric": )" + metric + " } }";
  };
  const std::string said = refused(read_of(kCpu, proportional(R"("latency", "quantile": 0.9, "target": "300ms")")));
  EXPECT_THAT(said, HasSubstr("/record/latency: is missing: proportional looks at it"));
  EXPECT_THAT(said, ::testing::Not(HasSubstr("/record/memory")));
  EXPECT_THAT(refused(read_of(kCpu, proportional(R"("request_rate", "target": "5/s")"))),
              HasSubstr("/record/request_rate: is missing"));
  EXPECT_THAT(refused(read_of(R"({ "request_rate": { "file": "cpu.csv" } })")), HasSubstr("/record/cpu: is missing"));
}

TEST_F(ReplayTest, SaysWhatIsWrongWithARecordAtItsLines) {
  write("cpu.csv", "time,cores\n2024-05-06T00:00:00Z,1\nyesterday,2\n2024-05-06T00:02:00Z,-3\n");
  const std::string said = refused(read_of(kCpu));
  EXPECT_THAT(said, HasSubstr("cpu.csv:3: /record/cpu/file: 'yesterday' is not a point in time"));
  EXPECT_THAT(said, HasSubstr("cpu.csv:4: /record/cpu/file: '-3' is not a value"));
  write("cpu.csv", "{ \"status\": \"error\" }");
  EXPECT_THAT(refused(read_of(kCpu)), HasSubstr("is not what Prometheus' query_range answers"));
  EXPECT_THAT(refused(read_of(R"({ "cpu": { "file": "none.csv" } })")), HasSubstr("does not exist"));
}

}  // namespace
}  // namespace windtunnel
