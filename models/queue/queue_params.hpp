#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/queue/event_source.hpp"
#include "sim/describe/field.hpp"
#include "sim/distribution/distribution.hpp"

namespace windtunnel {

// How a queue learns that a message has to be given to somebody else.
enum class Redelivery {
  kOnTimeout,     // it was not deleted in time: queues that are polled, as SQS
  kOnDisconnect,  // its consumer's connection ended, or said no: brokers with connections, as RabbitMQ
};

enum class WhenFull { kReject, kBlock };

// A queue between those who send and those who handle. Without a consumer it keeps what it gets: a dead letter queue.
struct QueueParams {
  std::string consumer;  // a service
  Redelivery redelivery = Redelivery::kOnTimeout;
  std::optional<Duration> visibility_timeout;
  std::optional<Duration> retry_delay;
  std::optional<std::int64_t> max_receives;
  std::string dead_letter;  // a queue
  Duration retention = std::chrono::hours{96};
  Duration delay{0};
  std::optional<std::int64_t> max_length;
  WhenFull when_full = WhenFull::kReject;
  std::optional<std::int64_t> groups;
  std::optional<std::int64_t> prefetch;
  std::int64_t batch = 1;
  std::optional<EventSource> event_source;  // none: the defaults, where the consumer is made of functions
  Share poison{0};
  bool idempotent = false;
  DistributionChoice duplicate_cost;

  void describe(FieldVisitor& v);
  void check(Problems& p);
  Duration visible_again_after() const;                 // of a message that nobody deletes
  std::optional<Duration> visible_again_on_no() const;  // of one whose handling failed; none: as of any other
  bool requeues() const { return redelivery == Redelivery::kOnDisconnect; }
};
using QueuesParams = std::map<std::string, QueueParams>;

// A step of a request that puts a message into a queue and goes on once it is there.
struct Send {
  std::string queue;
  std::string message_class;  // empty: the request's own
  Share probability{1};
  DistributionChoice time;  // none: at once
  bool required = true;

  void describe(FieldVisitor& v);
  void check(Problems& p);
};

// What a queue shows of itself, as a signal "<queue>.<figure>" that autoscalers may look at.
enum class QueueFigure { kVisible, kInFlight, kDelayed, kDepth, kMessages, kOldest, kArrived };
inline constexpr std::array<std::string_view, 7> kQueueFigureNames = {"visible",  "in_flight", "delayed", "depth",
                                                                      "messages", "oldest",    "arrived"};
struct QueueSignal {
  std::string queue;
  QueueFigure figure;
  static std::optional<QueueSignal> parse(std::string_view name);
  static std::vector<std::string> names(const QueuesParams& queues);
};

}  // namespace windtunnel
