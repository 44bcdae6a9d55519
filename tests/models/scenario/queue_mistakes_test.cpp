// Mistakes that somebody makes with queues: where they are said to be, and what is said about them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "models/scenario/read.hpp"

namespace windtunnel {
namespace {

using testing::HasSubstr;

const std::string kBase = R"({
  "windtunnel": 1, "name": "base", "horizon": "1h",
  "traffic": [ { "name": "web", "to": "front", "arrivals": { "type": "poisson", "rate": "5/s" } },
               { "name": "import", "to": "orders", "arrivals": { "type": "constant", "rate": "1/s" },
                 "mix": { "pay": 0.5, "browse": 0.5 } } ],
  "queues": { "orders": { "consumer": "workers", "max_receives": 3, "dead_letter": "dead" }, "dead": {} },
  "services": {
    "front": { "work": { "default": [ { "cpu": "1ms" }, { "send": { "queue": "orders", "class": "pay" } } ] } },
    "workers": { "work": { "pay": [ { "cpu": "10ms" } ], "browse": [ { "cpu": "5ms" } ] } }
  }
})";

std::vector<Issue> errors_with(const std::vector<Override>& overrides) {
  try {
    parse_scenario(kBase, "no/such/folder", "s.json", overrides);
  } catch (const ConfigError& e) {
    return e.issues();
  }
  return {};
}

void expect_mistake(const std::vector<Override>& overrides, const std::string& pointer,
                    const std::vector<std::string>& words) {
  const std::vector<Issue> errors = errors_with(overrides);
  ASSERT_EQ(errors.size(), 1U) << (errors.empty() ? "nothing was wrong" : ConfigError(errors).what());
  EXPECT_EQ(errors[0].pointer, pointer) << errors[0].text();
  for (const std::string& word : words) EXPECT_THAT(errors[0].message, HasSubstr(word));
}

TEST(QueueMistake, NoneIsInTheScenarioTheOthersStartFrom) { EXPECT_TRUE(errors_with({}).empty()); }

TEST(QueueMistake, AConsumerThatThereIsNot) {
  expect_mistake({{"queues.orders.consumer", "\"worker\""}}, "/queues/orders/consumer", {"\"workers\""});
}
TEST(QueueMistake, AQueueAsConsumer) {
  expect_mistake({{"queues.orders.consumer", "\"dead\""}}, "/queues/orders/consumer", {"is a queue"});
}
TEST(QueueMistake, ADeadLetterQueueThatThereIsNot) {
  expect_mistake({{"queues.orders.dead_letter", "\"deads\""}}, "/queues/orders/dead_letter", {"\"dead\""});
  expect_mistake({{"queues.orders.dead_letter", "\"orders\""}}, "/queues/orders/dead_letter", {"itself"});
}
TEST(QueueMistake, DeadLettersThatNeverCome) {
  expect_mistake({{"queues.orders", R"({"consumer": "workers", "dead_letter": "dead"})"}},
                 "/queues/orders/max_receives", {"missing", "dead_letter"});
}
TEST(QueueMistake, ABoundThatThereIsNot) {
  expect_mistake({{"queues.orders.when_full", "\"block\""}}, "/queues/orders/max_length", {"missing"});
}
TEST(QueueMistake, ACheckForDuplicatesThatNobodyMakes) {
  expect_mistake({{"queues.orders.duplicate_cost", "\"1ms\""}}, "/queues/orders/duplicate_cost", {"idempotent"});
}
TEST(QueueMistake, AQueueWithAServicesName) {
  expect_mistake({{"queues.front", "{}"}}, "/queues/front", {"service \"front\""});
}
TEST(QueueMistake, AClassThatTheConsumerHasNoWorkFor) {
  expect_mistake({{"traffic.1.mix", R"({"pay": 0.5, "brows": 0.5})"}}, "/traffic/1/mix/brows", {"\"browse\""});
  expect_mistake({{"services.front.work.default.1.send", R"({"queue": "orders"})"}},
                 "/services/front/work/default/1/send", {"\"default\"", "\"orders\""});
}
TEST(QueueMistake, ADeadLetterThatNobodyCanRead) {
  const std::vector<Issue> errors = errors_with(
      {{"queues.dead.consumer", "\"repair\""}, {"services.repair", R"({"work": {"pay": [{"cpu": "1ms"}]}})"}});
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].pointer, "/traffic/1/mix/browse");
  EXPECT_THAT(errors[0].message, HasSubstr("\"dead\""));
}
TEST(QueueMistake, SendingNowhere) {
  expect_mistake({{"services.front.work.default.1.send.queue", "\"order\""}},
                 "/services/front/work/default/1/send/queue", {"\"orders\""});
  expect_mistake({{"traffic.0.to", "\"fronts\""}}, "/traffic/0/to", {"service or queue", "\"front\""});
}
TEST(QueueMistake, AStepThatSendsAndComputes) {
  expect_mistake({{"services.front.work.default.1.cpu", "\"1ms\""}}, "/services/front/work/default/1",
                 {"cpu and send"});
}
TEST(QueueMistake, WaitingForAnAnswerFromAQueue) {
  expect_mistake({{"traffic.1.timeout", "\"1s\""}}, "/traffic/1/timeout", {"\"orders\" is a queue"});
  expect_mistake({{"traffic.1.retry", "{}"}}, "/traffic/1/retry", {"\"orders\" is a queue"});
  expect_mistake({{"traffic.1.arrivals", R"({"type": "closed_loop", "clients": 3, "think_time": "1s"})"}},
                 "/traffic/1/arrivals", {"\"orders\" is a queue"});
}
TEST(QueueMistake, AConsumerWhoseRequestsArePlaced) {
  expect_mistake({{"services.workers.balancer", R"({"type": "maglev"})"}}, "/services/workers/balancer",
                 {"proxies", "\"workers\" is the consumer of orders"});
  expect_mistake({{"services.workers.instance.backlog", "3"}}, "/services/workers/instance/backlog", {"consumer"});
}
TEST(QueueMistake, FunctionsThatFetchMessages) {
  const auto of_functions = [](const std::string& queue) {
    return std::vector<Override>{{"services.workers.instance.runtime", R"({"type": "function"})"},
                                 {"services.workers.autoscaler", R"({"type": "per_request"})"},
                                 {"queues.orders", R"({"consumer": "workers", )" + queue + "}"}};
  };
  expect_mistake(of_functions(R"("prefetch": 3)"), "/queues/orders/prefetch", {"\"workers\"", "event_source"});
  expect_mistake(of_functions(R"("batch": 10)"), "/queues/orders/batch", {"10", "\"workers\""});
  expect_mistake(of_functions(R"("event_source": {"initial_concurrency": 9, "maximum_concurrency": 4})"),
                 "/queues/orders/event_source/initial_concurrency", {"maximum_concurrency"});
}
TEST(QueueMistake, AnEventSourceForInstancesThatFetch) {
  expect_mistake({{"queues.orders", R"({"consumer": "workers", "event_source": {}})"}}, "/queues/orders/event_source",
                 {"per_request", "\"workers\""});
}
TEST(QueueMistake, PoisonThatComesBackForEverInNoTime) {
  expect_mistake({{"queues.orders", R"({"consumer": "workers", "poison": 0.1, "redelivery": "on_disconnect"})"},
                  {"services.workers.work.pay.0.cpu", "\"0s\""}},
                 "/queues/orders/max_receives", {"missing", "\"pay\""});
}
TEST(QueueMistake, APromiseThatQueuesDoNotKnow) {
  expect_mistake({{"objectives", R"([{"metric": "replicas", "service": "orders", "below": 3}])"}},
                 "/objectives/0/service", {"is a queue", "latency"});
  expect_mistake({{"objectives", R"([{"metric": "age_of_oldest", "service": "front", "below": "3s"}])"}},
                 "/objectives/0/service", {"is a service"});
  expect_mistake({{"objectives", R"([{"metric": "age_of_oldest", "service": "order", "below": "3s"}])"}},
                 "/objectives/0/service", {"no queue", "\"orders\""});
}
TEST(QueueMistake, AFigureThatQueuesDoNotShow) {
  expect_mistake(
      {{"services.workers.autoscaler",
        R"({"type": "proportional", "max_replicas": 9, "metric": {"metric": "signal", "name": "orders.dept", "target": 3}})"}},
      "/services/workers/autoscaler", {"\"orders.dept\"", "\"orders.depth\""});
}
TEST(QueueMistake, ATriggerOfAQueueThatThereIsNot) {
  expect_mistake(
      {{"services.workers.autoscaler",
        R"({"type": "keda", "spec": {"triggers": [{"type": "queue", "metadata": {"queue": "jobs", "value": "3"}}]}})"}},
      "/services/workers/autoscaler/spec/triggers/0/type", {"jobs.depth", "orders.depth"});
}

}  // namespace
}  // namespace windtunnel
