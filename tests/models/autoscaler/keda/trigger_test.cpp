#include "models/autoscaler/keda/trigger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "models/autoscaler/keda/scalers.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel::keda {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Metadata = std::map<std::string, std::string>;

TriggerSpec trigger(const std::string& type, const Metadata& metadata, const std::string& metric_type = "") {
  TriggerSpec out;
  out.type = type;
  out.metric_type = metric_type;
  out.metadata = metadata;
  return out;
}
std::vector<std::string> errors(const TriggerSpec& trigger) {
  test::Found found;
  trigger.check(found);
  return found.errors;
}

// sqs_queue_scaler.go counts what is in flight unless told not to; rabbitmq_scaler.go asks AMQP, which does not.
TEST(KedaTrigger, FindsTheQueueThatItsMetadataNames) {
  struct Row {
    const char* type;
    Metadata metadata;
    const char* signal;
  };
  const std::string url = "https://sqs.eu-west-1.amazonaws.com/1234/jobs";
  const std::vector<Row> rows = {
      {"queue", {{"queue", "jobs"}, {"value", "3"}}, "jobs.depth"},
      {"aws-sqs-queue", {{"queueURL", url}}, "jobs.depth"},
      {"aws-sqs-queue", {{"queueURL", "jobs"}}, "jobs.depth"},
      {"aws-sqs-queue", {{"queueURL", url}, {"scaleOnInFlight", "false"}}, "jobs.visible"},
      {"aws-sqs-queue", {{"queueURL", url}, {"scaleOnDelayed", "true"}}, "jobs.messages"},
      {"aws-sqs-queue", {{"queueURLFromEnv", "JOBS"}}, ""},
      {"rabbitmq", {{"queueName", "jobs"}}, "jobs.visible"},
      {"rabbitmq", {{"queueName", "jobs"}, {"protocol", "http"}}, "jobs.depth"},
      {"rabbitmq", {{"queueName", "jobs"}, {"protocol", "http"}, {"excludeUnacknowledged", "true"}}, "jobs.visible"},
      {"rabbitmq", {{"queueName", "jobs"}, {"mode", "MessageRate"}, {"value", "10"}}, ""},
      {"redis", {{"listName", "jobs"}}, ""},
  };
  for (const Row& row : rows) {
    const TriggerSpec it = trigger(row.type, row.metadata);
    EXPECT_THAT(errors(it), IsEmpty()) << row.type;
    EXPECT_EQ(it.queue_signal(), row.signal) << row.type;
  }
  EXPECT_THAT(errors(trigger("queue", {{"value", "3"}})), ElementsAre(HasSubstr("needs queue")));
  EXPECT_THAT(
      errors(trigger("aws-sqs-queue", {{"queueURL", url}, {"scaleOnInFlight", "false"}, {"scaleOnDelayed", "true"}})),
      ElementsAre(HasSubstr("scaleOnInFlight")));
}

// Default targets and activation thresholds of the scalers.
TEST(KedaTrigger, HasTheTargetOfItsScaler) {
  struct Row {
    const char* type;
    Metadata metadata;
    double target, activation;
  };
  const std::vector<Row> rows = {
      {"kafka", {}, 10, 0},
      {"kafka", {{"lagThreshold", "25"}, {"activationLagThreshold", "50"}}, 25, 50},
      {"rabbitmq", {}, 20, 0},
      {"rabbitmq", {{"mode", "QueueLength"}, {"value", "100"}, {"activationValue", "3.5"}}, 100, 3.5},
      {"rabbitmq", {{"mode", "MessageRate"}, {"value", "100"}}, 100, 0},
      {"aws-sqs-queue", {}, 5, 0},
      {"redis", {}, 5, 0},
      {"azure-servicebus", {}, 5, 0},
      {"azure-queue", {}, 5, 0},
      {"nats-jetstream", {}, 10, 0},
      {"prometheus", {{"threshold", "0.5"}, {"activationThreshold", "0.1"}}, 0.5, 0.1},
      {"cron", {{"timezone", "UTC"}, {"start", "0 6 * * *"}, {"end", "0 20 * * *"}, {"desiredReplicas", "10"}}, 1, 0},
  };
  for (const Row& row : rows) {
    const TriggerSpec it = trigger(row.type, row.metadata);
    EXPECT_THAT(errors(it), IsEmpty()) << row.type;
    EXPECT_EQ(it.target(), row.target) << row.type;
    EXPECT_EQ(it.activation(), row.activation) << row.type;
  }
}

TEST(KedaTrigger, BecomesAMetricOfTheGeneratedAutoscaler) {
  const auto metric = [](const TriggerSpec& it, double target) { return it.metric(target).metric(); };
  const hpa::Metric average = metric(trigger("kafka", {}), 10);
  EXPECT_EQ(average.type, hpa::Metric::Type::kExternal);
  EXPECT_EQ(average.target.average_value, 10'000);
  const hpa::Metric value = metric(trigger("prometheus", {{"threshold", "3"}}, "Value"), 3);
  EXPECT_EQ(value.target.value, 3'000);
  EXPECT_FALSE(value.target.average_value);
  EXPECT_EQ(metric(trigger("prometheus", {{"threshold", "0.0125"}}), 0.0125).target.average_value, 12)
      << "thousandths, what is below is cut off";
  const hpa::Metric cpu = metric(trigger("cpu", {{"value", "60"}}, "Utilization"), 0);
  EXPECT_EQ(cpu.type, hpa::Metric::Type::kResource);
  EXPECT_EQ(cpu.resource, hpa::Resource::kCpu);
  EXPECT_EQ(cpu.target.average_utilization, 60);
  const hpa::Metric memory =
      metric(trigger("memory", {{"value", "512Mi"}, {"containerName", "app"}}, "AverageValue"), 0);
  EXPECT_EQ(memory.type, hpa::Metric::Type::kContainerResource);
  EXPECT_EQ(memory.container, "app");
  EXPECT_EQ(memory.target.average_value, std::int64_t{512} * 1024 * 1024 * 1000);
}

TEST(KedaTrigger, SaysWhatItsMetadataLacks) {
  EXPECT_THAT(errors(trigger("prometheus", {})), ElementsAre("/metadata: needs threshold"));
  EXPECT_THAT(errors(trigger("prometheus", {{"threshold", "0"}})),
              ElementsAre("/metadata/threshold: \"0\" is no number above 0"));
  EXPECT_THAT(errors(trigger("rabbitmq", {{"mode", "MessageRate"}})), ElementsAre("/metadata: needs value"));
  EXPECT_THAT(errors(trigger("rabbitmq", {{"mode", "ExpectedQueueConsumptionTime"}, {"value", "3"}})),
              ElementsAre(HasSubstr("is not simulated")));
  EXPECT_THAT(errors(trigger("mainframe", {})), ElementsAre(HasSubstr("these are: cpu, memory, cron")));
  EXPECT_THAT(errors(trigger("cpu", {{"value", "60"}})),
              ElementsAre(": needs the metricType Utilization or AverageValue, as it is cpu"));
  EXPECT_THAT(errors(trigger("kafka", {}, "Utilization")), ElementsAre(HasSubstr("is for cpu and memory")));
  EXPECT_THAT(errors(trigger("cron", {{"timezone", "Europe/Berln"}, {"start", "0 6 * * *"}, {"end", "x"}})),
              ElementsAre(HasSubstr("did you mean \"Europe/Berlin\"?"), HasSubstr("/metadata/end"),
                          HasSubstr("needs desiredReplicas")));
  TriggerSpec cached = trigger("cpu", {{"value", "60"}}, "Utilization");
  cached.use_cached_metrics = true;
  EXPECT_THAT(errors(cached), ElementsAre("/useCachedMetrics: is not for cpu"));
}

// Inside where the next end comes before the next start.
TEST(KedaCron, IsOpenFromItsStartUntilBeforeItsEnd) {
  const auto open = [](const char* start, const char* end, int hour, int minute, int second = 0) {
    const CronHours hours(
        trigger("cron", {{"timezone", "UTC"}, {"start", start}, {"end", end}, {"desiredReplicas", "10"}}));
    EXPECT_EQ(hours.replicas(), 10);
    return hours.open(((365 * 24 + hour) * 60 + minute) * 60 + second);
  };
  EXPECT_FALSE(open("0 6 * * *", "0 20 * * *", 5, 59, 59));
  EXPECT_TRUE(open("0 6 * * *", "0 20 * * *", 6, 0));
  EXPECT_TRUE(open("0 6 * * *", "0 20 * * *", 19, 59, 59));
  EXPECT_FALSE(open("0 6 * * *", "0 20 * * *", 20, 0));
  // Across midnight.
  EXPECT_TRUE(open("0 22 * * *", "0 4 * * *", 23, 0));
  EXPECT_TRUE(open("0 22 * * *", "0 4 * * *", 3, 59));
  EXPECT_FALSE(open("0 22 * * *", "0 4 * * *", 4, 0));
  EXPECT_FALSE(open("0 22 * * *", "0 4 * * *", 12, 0));
}

TEST(KedaCron, GoesByTheClockOfItsTimeZone) {
  const CronHours hours(trigger(
      "cron",
      {{"timezone", "America/New_York"}, {"start", "0 6 * * *"}, {"end", "0 20 * * *"}, {"desiredReplicas", "10"}}));
  // 6:00 is 11:00 UTC in winter and 10:00 in summer.
  const auto at = [](unsigned month, int hour, int minute) {
    const std::chrono::sys_days day = std::chrono::year{2024} / std::chrono::month{month} / 15;
    return day.time_since_epoch().count() * 86'400LL + hour * 3600 + minute * 60;
  };
  EXPECT_FALSE(hours.open(at(1, 10, 59)));
  EXPECT_TRUE(hours.open(at(1, 11, 0)));
  EXPECT_FALSE(hours.open(at(7, 9, 59)));
  EXPECT_TRUE(hours.open(at(7, 10, 0)));
  EXPECT_TRUE(hours.open(at(7, 23, 59)));
  EXPECT_FALSE(hours.open(at(8, 0, 0)));
}

TEST(KedaKafka, LeavesNoReplicaWithoutAPartition) {
  struct Row {
    double lag;
    bool idle_consumers, even;
    double reported;
  };
  // lagThreshold 10, six partitions: divisors 1, 2, 3, 6.
  for (const Row& row : std::vector<Row>{{40, false, false, 40},
                                         {69, false, false, 69},  // trunc(6.9) is no more than six
                                         {70, false, false, 60},
                                         {1000, false, false, 60},
                                         {1000, true, false, 1000},
                                         {0, false, true, 10},
                                         {5, false, true, 10},
                                         {15, false, true, 20},
                                         {25, false, true, 30},
                                         {31, false, true, 60},
                                         {61, false, true, 60},
                                         {1000, false, true, 60}})
    EXPECT_EQ(kafka_lag(row.lag, 10, 6, row.idle_consumers, row.even), row.reported) << row.lag;
}

TEST(KedaScalers, ExportThousandths) {
  EXPECT_EQ(to_milli(1.2345), 1234);
  EXPECT_EQ(to_milli(-3), 0);
  EXPECT_EQ(to_milli(std::numeric_limits<double>::infinity()), 0);
  EXPECT_EQ(to_milli(std::numeric_limits<double>::quiet_NaN()), 0);
}

}  // namespace
}  // namespace windtunnel::keda
