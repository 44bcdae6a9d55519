#include "models/objective/objective.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::chosen;

Choice<Objective> latency(double quantile, Duration below) {
  return chosen<Objective>("latency", {{"service", "checkout"}, {"quantile", Share{quantile}}, {"below", below}});
}

// A result with one metric whose mean and interval are given.
Result result_with(const std::string& name, std::vector<double> values, double mean, double half_width) {
  Result result;
  Metric metric{name, "s", std::move(values), {}};
  for (const double v : metric.values) metric.estimate.n += std::isnan(v) ? 0U : 1U;
  metric.estimate.mean = mean;
  metric.estimate.half_width_95 = half_width;
  result.metrics.push_back(metric);
  return result;
}

TEST(Objective, NamesTheMetricItReads) {
  EXPECT_EQ(latency(0.5, 1s)->metric(), "checkout.latency.p50");
  EXPECT_EQ(latency(0.99, 1s)->metric(), "checkout.latency.p99");
  EXPECT_EQ(latency(0.999, 1s)->metric(), "checkout.latency.p99.9");
  EXPECT_EQ(chosen<Objective>("wait_time", {{"service", "db"}, {"quantile", Share{0.95}}})->metric(),
            "db.wait_time.p95");
  EXPECT_EQ(chosen<Objective>("success_ratio", {{"service", "db"}})->metric(), "db.success_ratio");
  EXPECT_EQ(chosen<Objective>("replicas", {{"service", "db"}})->metric(), "db.replicas.max");
  EXPECT_EQ(Choice<Objective>::of("cost")->metric(), "cost.total");
}

TEST(Objective, SaysWhatItPromises) {
  EXPECT_EQ(latency(0.99, 300ms)->promise(), "p99 latency of checkout below 300ms");
  EXPECT_EQ(latency(0.9, 2s)->promise(), "p90 latency of checkout below 2s");
  EXPECT_EQ(chosen<Objective>("success_ratio", {{"service", "db"}, {"above", Share{0.999}}})->promise(),
            "success ratio of db above 0.999");
  EXPECT_EQ(chosen<Objective>("cost", {{"below", 12.5}})->promise(), "total cost below 12.5");
  EXPECT_EQ(chosen<Objective>("replicas", {{"service", "db"}, {"below", 9}})->promise(), "most replicas of db below 9");
}

TEST(Objective, RefusesAQuantileThatIsNotKept) {
  auto objective = latency(0.97, 1s);
  test::Found found;
  objective.mutable_params().check(found);
  ASSERT_EQ(found.errors.size(), 1U);
  EXPECT_EQ(found.errors[0], "/quantile: 0.97 is not kept; 0.5, 0.9, 0.95, 0.99 and 0.999 are");
}

TEST(Judge, UsesTheNameOrElseThePromise) {
  const Result result = result_with("checkout.latency.p99", {0.2}, 0.2, 0);
  auto objective = latency(0.99, 300ms);
  EXPECT_EQ(judge(*objective, result).name, "p99 latency of checkout below 300ms");
  objective.mutable_params().name = "fast";
  EXPECT_EQ(judge(*objective, result).name, "fast");
}

TEST(Judge, GoesByTheValueWithOneReplication) {
  const auto objective = latency(0.99, 300ms);
  EXPECT_EQ(judge(*objective, result_with("checkout.latency.p99", {0.2}, 0.2, 0)).verdict, Verdict::kMet);
  EXPECT_EQ(judge(*objective, result_with("checkout.latency.p99", {0.4}, 0.4, 0)).verdict, Verdict::kMissed);
  EXPECT_EQ(judge(*objective, result_with("checkout.latency.p99", {0.3}, 0.3, 0)).verdict,
            Verdict::kMissed);  // not below
}

TEST(Judge, IsUndecidedWhileTheIntervalHoldsTheLimit) {
  const auto objective = latency(0.99, 300ms);
  const std::string metric = "checkout.latency.p99";
  EXPECT_EQ(judge(*objective, result_with(metric, {0.2, 0.28}, 0.24, 0.05)).verdict, Verdict::kMet);
  EXPECT_EQ(judge(*objective, result_with(metric, {0.2, 0.28}, 0.24, 0.07)).verdict, Verdict::kUndecided);
  EXPECT_EQ(judge(*objective, result_with(metric, {0.32, 0.4}, 0.36, 0.07)).verdict, Verdict::kUndecided);
  EXPECT_EQ(judge(*objective, result_with(metric, {0.32, 0.4}, 0.36, 0.05)).verdict, Verdict::kMissed);
}

TEST(Judge, TurnsRoundForPromisesOfMore) {
  const auto objective = chosen<Objective>("success_ratio", {{"service", "db"}, {"above", Share{0.99}}});
  EXPECT_EQ(judge(*objective, result_with("db.success_ratio", {1, 1}, 0.999, 0.005)).verdict, Verdict::kMet);
  EXPECT_EQ(judge(*objective, result_with("db.success_ratio", {1, 1}, 0.992, 0.005)).verdict, Verdict::kUndecided);
  EXPECT_EQ(judge(*objective, result_with("db.success_ratio", {0, 0}, 0.9, 0.005)).verdict, Verdict::kMissed);
}

TEST(Judge, CountsTheReplicationsThatKeepThePromise) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const ObjectiveResult judged =
      judge(*latency(0.99, 300ms), result_with("checkout.latency.p99", {0.1, 0.4, 0.2, none}, 0.23, 0.1));
  EXPECT_DOUBLE_EQ(judged.share_of_replications_met, 0.5);  // where nothing completed, nothing was promised truly
}

TEST(Judge, IsUndecidedWithoutTheMetric) {
  const ObjectiveResult judged = judge(*latency(0.99, 300ms), Result{});
  EXPECT_EQ(judged.verdict, Verdict::kUndecided);
  EXPECT_TRUE(std::isnan(judged.estimate.mean));
}

TEST(Judge, ReportsTheMetricsUnitAndTheLimit) {
  Result result = result_with("cost.total", {3}, 3, 0);
  result.metrics[0].unit = "EUR";
  const ObjectiveResult judged = judge(*chosen<Objective>("cost", {{"below", 4.0}}), result);
  EXPECT_EQ(judged.unit, "EUR");
  EXPECT_EQ(judged.limit, 4);
  EXPECT_EQ(judged.verdict, Verdict::kMet);
}

}  // namespace
}  // namespace windtunnel
