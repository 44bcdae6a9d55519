#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/queue/message_queue.hpp"
#include "models/queue/queue_params.hpp"
#include "models/replication/service_runtime.hpp"
#include "sim/statistics/histogram.hpp"

namespace windtunnel {

// The queues of a run that has any: messages, who sends them, which instance gets them, what comes back, and the books.
// The handling of a message is a request at the consumer: of one kind at its first delivery, of another, with random
// numbers of its own, at later ones; so first deliveries are the same whatever comes back.
class Replication::Queues {
 public:
  explicit Queues(Replication& run);
  void begin();  // when the services stand

  // --- from the scenario
  struct HandlingKind {
    std::string queue, consumer, work_class, class_name;
    enum class Of { kFirst, kLater, kPoison, kDuplicate } of;
  };
  static std::vector<HandlingKind> handling_kinds(const Scenario& scenario);
  static SendRuntime send(const Scenario& scenario, const Send& send, const std::string& senders_class);
  static Service::LookedAt signal(const Scenario& scenario, std::string_view name);

  // --- called where they happen
  void produce(std::uint32_t source);
  void send_arrives(std::uint32_t r);
  void handled(std::uint32_t r, Outcome how);  // the request is still there
  void instance_ready(Service& service, std::uint32_t slot);
  void give_out(std::uint32_t queue);
  void visible_again(std::uint32_t message, std::uint32_t turn);
  void expire(std::uint32_t message, std::uint32_t life);
  double figure(std::uint16_t queue, QueueFigure figure) const;

  // --- books
  void begin_measuring();
  void series_point();
  void check() const;  // throws InvariantError
  void write(Record& record);

 private:
  // A consumer's instance, to one queue.
  struct OfInstance {
    std::uint32_t serial = kNone;
    std::uint32_t held = 0;      // messages
    std::uint32_t next = kNone;  // of those that ask
    bool asks = false;
  };
  // Messages by how they ended; those that were sent in the measured time.
  struct Counts {
    std::uint64_t sent = 0, deleted = 0, dead_lettered = 0, discarded = 0, expired = 0, there = 0;
    std::uint64_t rejected = 0, blocked = 0;
    std::uint64_t delivered = 0, redelivered = 0, timed_out = 0, duplicates = 0, second_effects = 0, throttled = 0;
    std::uint64_t receives = 0;  // of those that ended
    std::uint64_t ended() const { return deleted + dead_lettered + discarded + expired; }
  };
  struct Invocations {  // of functions, by the platform
    const EventSource* terms;
    std::uint32_t now = 0;      // messages that are being handled, or tried again
    std::uint32_t allowed = 0;  // at a time
    bool paced = false;         // what is allowed is to be looked at again
  };
  struct Level {  // a number of messages over time
    TimeWeighted count;
    std::int64_t most = 0;
    double total = 0, bin = 0;  // count x ns
    void set(Time now, std::int64_t value) {
      count.set(now, value);
      if (value > most) most = value;
    }
    void begin_measuring(Time now);
    void gather(Time now);
  };
  struct Queue {
    Queue(const std::string& its_name, const QueueParams& its_params, Messages& of_run);
    std::string name;
    const QueueParams* params;
    MessageQueue messages;
    Queue* dead_letter = nullptr;
    Service* consumer = nullptr;
    std::uint16_t index = 0;
    std::uint32_t prefetch = kNone;
    std::unique_ptr<Invocations> invocations;         // null: instances fetch their messages
    bool expires = false;                             // some may grow too old before the run ends
    std::vector<std::array<std::uint16_t, 3>> kinds;  // by message class: first, later, poison
    std::uint16_t duplicate_kind = 0;
    std::unique_ptr<Stream> groups, poison;
    std::vector<OfInstance> instances;  // by slot
    std::uint32_t first_asking = kNone, last_asking = kNone;
    std::uint32_t first_outside = kNone, last_outside = kNone;  // messages whose senders wait for room
    bool giving_out = false;                                    // messages are to be given out at this instant
    std::int64_t filled = -1;                                   // since when there are any
    // Books.
    Counts counts;
    Level visible, in_flight, all;
    std::int64_t oldest_most = 0;  // ns
    std::uint64_t drains = 0;
    std::int64_t drain_sum = 0, drain_most = 0;
    Histogram latency, wait_time, blocked_time, bin_latency;
    std::uint64_t sent_taken = 0, deleted_taken = 0;
    Series series;
  };
  struct Handling {  // by request
    std::uint32_t message = kNone;
    std::uint32_t receive = 0;  // which of the message's deliveries it is
    std::uint32_t slot = kNone, serial = kNone;
    bool duplicate = false;
  };
  struct Producer {  // traffic to a queue
    std::unique_ptr<ArrivalProcess> process;
    std::array<Arrival, 256> batch;
    std::size_t used = 0, filled = 0;
    std::uint16_t queue = 0;
    std::vector<std::uint16_t> classes;  // by class of the source
    std::vector<double> cumulative_mix;
    std::unique_ptr<Stream> mix;
    std::uint32_t source = 0;  // in the simulation
  };
  struct Sender {  // of a message outside, by message
    std::uint32_t request = kNone, stamp = 0;
  };

  void build_kinds();
  void build_producers();
  void refill(Producer& producer);
  Queue& queue_of(std::uint32_t m) { return *queues_[messages_[m].queue]; }
  std::uint32_t make(Queue& queue, std::uint16_t message_class, float size);
  bool offer(Queue& queue, std::uint32_t m, std::uint32_t sender);  // false: there is no room, it is rejected
  bool has_room(const Queue& queue) const {
    return !queue.params->max_length || queue.messages.visible() < *queue.params->max_length;
  }
  void put(Queue& queue, std::uint32_t m);
  void let_in(Queue& queue);
  void show(Queue& queue, std::uint32_t m);
  void bring_back(Queue& queue, std::uint32_t m);  // one that was in flight
  std::uint32_t next_deliverable(Queue& queue);
  std::uint32_t next_asking(Queue& queue);
  void ask(Queue& queue, std::uint32_t slot);
  bool wants(const Queue& queue, std::uint32_t slot) const;
  bool may_take(const Queue& queue, std::uint32_t slot) const;
  void give_out_soon(Queue& queue);
  bool somebody_asks(const Queue& queue) const {
    if (queue.invocations) return queue.invocations->now < queue.invocations->allowed || !queue.invocations->paced;
    return queue.first_asking != kNone;
  }
  void deliver(Queue& queue, std::uint32_t m, std::uint32_t slot);    // kNone: to any function
  void hand_over(Queue& queue, std::uint32_t m, std::uint32_t slot);  // one that is in flight
  void invoke(Queue& queue);                                          // as many as are allowed
  void pace(Queue& queue);
  void try_again(Queue& queue, std::uint32_t m);
  void bury(Queue& queue, std::uint32_t m);  // a dead letter
  void take_out(Queue& queue, std::uint32_t m, std::uint64_t& why);
  void release(std::uint32_t m);
  void note_levels(Queue& queue);
  std::int64_t age_of_oldest(const Queue& queue) const;

  Replication& run_;
  std::vector<std::string> classes_;
  Messages messages_;
  std::vector<Sender> senders_;
  std::vector<Handling> handlings_;
  std::vector<std::unique_ptr<Queue>> queues_;
  std::vector<Producer> producers_;
};

}  // namespace windtunnel
