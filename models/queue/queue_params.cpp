#include "models/queue/queue_params.hpp"

#include <algorithm>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 2> kRedeliveryNames = {"on_timeout", "on_disconnect"};
constexpr std::array<std::string_view, 2> kWhenFullNames = {"reject", "block"};

constexpr Duration kVisibilityTimeout = std::chrono::seconds{30};       // Amazon SQS
constexpr Duration kAcknowledgementTimeout = std::chrono::minutes{30};  // RabbitMQ's consumer_timeout

}  // namespace

void QueueParams::describe(FieldVisitor& v) {
  v.field("consumer", consumer, "The service whose instances handle the messages; none: nobody takes any");
  v.choice("redelivery", redelivery, kRedeliveryNames,
           "When a message goes to somebody else: on_timeout (it was not deleted within the visibility_timeout, as in "
           "SQS) or on_disconnect (at once when its instance is gone or its handling failed, as in RabbitMQ)");
  v.field("visibility_timeout", visibility_timeout,
          "From a delivery to the moment at which a message that was not deleted can be delivered again; none: 30s, "
          "or 30m with on_disconnect",
          kPositive);
  v.field("retry_delay", retry_delay,
          "From a failed handling to the moment at which the message can be delivered again; none: its "
          "visibility_timeout goes on, or 0s with on_disconnect",
          kNonNegative);
  v.field("max_receives", max_receives,
          "Deliveries of one message at most; after them it is a dead letter. None: any number", {.lo = 1});
  v.field("dead_letter", dead_letter, "The queue that dead letters go to; none: they are discarded");
  v.field("retention", retention, "Age at which a message is dropped, from when it was first sent", kPositive);
  v.field("delay", delay, "From sending to the moment at which a message can be delivered", kNonNegative);
  v.field("max_length", max_length,
          "Messages that may wait for delivery; those in flight do not count. None: any number", {.lo = 1});
  v.choice("when_full", when_full, kWhenFullNames,
           "What happens to a message that finds max_length reached: reject (sending it fails) or block (its sender "
           "waits until there is room)");
  v.field("groups", groups,
          "Groups of messages, each in the order of sending with one in flight at a time; a message belongs to any of "
          "them with the same chance. None: no order is kept",
          {.lo = 1, .hi = 1e7});
  v.field("prefetch", prefetch,
          "An instance that holds fewer messages than this, waiting ones included, asks for more; none: as many as it "
          "serves at once",
          {.lo = 1});
  v.field("batch", batch, "Messages that an instance gets at most each time it asks", {.lo = 1});
  v.field("event_source", event_source,
          "How messages come to functions, which fetch none themselves; none: with its defaults, as AWS Lambda's");
  v.field("poison", poison, "Share of the messages whose handling does all its work and then fails, every time",
          {.lo = 0, .hi = 1});
  v.field("idempotent", idempotent,
          "Whether a consumer that gets a message for the second time notices that its work is done, and skips it");
  v.field("duplicate_cost", duplicate_cost, "CPU time that noticing takes (idempotent); none: nothing");
}

void QueueParams::check(Problems& p) {
  if (!dead_letter.empty() && !max_receives)
    p.error("/max_receives", "is missing: without it no message ever goes to dead_letter");
  if (max_receives && consumer.empty()) p.warning("/max_receives", "changes nothing: the queue has no consumer");
  if (when_full == WhenFull::kBlock && !max_length)
    p.error("/max_length", "is missing: when_full says what happens once it is reached");
  if (!idempotent && duplicate_cost) p.error("/duplicate_cost", "is for idempotent consumers");
  if (retry_delay && *retry_delay > visible_again_after() && redelivery == Redelivery::kOnTimeout)
    p.warning("/retry_delay", "is longer than the visibility_timeout: what fails comes later than what is given up");
  if (poison.value > 0 && consumer.empty()) p.warning("/poison", "changes nothing: the queue has no consumer");
}

Duration QueueParams::visible_again_after() const {
  return visibility_timeout.value_or(requeues() ? kAcknowledgementTimeout : kVisibilityTimeout);
}

std::optional<Duration> QueueParams::visible_again_on_no() const {
  if (retry_delay) return retry_delay;
  return requeues() ? std::optional(Duration{0}) : std::nullopt;
}

void Send::describe(FieldVisitor& v) {
  v.field("queue", queue, "The queue that gets the message", kRequired);
  v.field("class", message_class,
          "The message's class, which says what its handling takes; none: the request's own, or \"default\" where the "
          "consumer has no work for that");
  v.field("probability", probability, "Share of the requests that send one", {.lo = 0, .hi = 1});
  v.field("time", time, "Until the message is in the queue and the request goes on; none: no time");
  v.field("required", required, "Whether a request whose message is rejected fails; else it goes on without");
}

void Send::check(Problems& p) {
  if (queue.empty()) p.error("/queue", "names no queue");
}

std::optional<QueueSignal> QueueSignal::parse(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto figure = std::find(kQueueFigureNames.begin(), kQueueFigureNames.end(), name.substr(dot + 1));
  if (figure == kQueueFigureNames.end()) return std::nullopt;
  return QueueSignal{std::string(name.substr(0, dot)),
                     static_cast<QueueFigure>(std::distance(kQueueFigureNames.begin(), figure))};
}

std::vector<std::string> QueueSignal::names(const QueuesParams& queues) {
  std::vector<std::string> out;
  for (const auto& [queue, unused] : queues)
    for (const std::string_view figure : kQueueFigureNames) out.push_back(queue + "." + std::string(figure));
  return out;
}

}  // namespace windtunnel
