#pragma once

#include <cstdint>
#include <vector>

namespace windtunnel {

// One message, in one queue. Times are run times in nanoseconds.
struct Message {
  static constexpr std::uint32_t kNone = 0xffffffffu;
  enum class State : std::uint8_t {
    kFree,
    kOutside,   // its sender waits for room
    kDelayed,   // in the queue, and nobody can have it yet
    kVisible,   // waits for a consumer
    kInFlight,  // a consumer has it, or had it and it is not visible again yet
    kGone,      // out of the queue; a handling of it still goes on
  };

  std::int64_t sent = 0;                         // by whoever sent it first
  std::int64_t entered = 0;                      // this queue
  std::uint64_t number = 0;                      // in the order in which the queue got them
  std::uint32_t next = kNone, previous = kNone;  // in the line it waits in
  std::uint32_t older = kNone, newer = kNone;    // in the queue, wherever it stands there
  std::uint32_t receives = 0;                    // deliveries so far
  std::uint32_t handlings = 0;                   // of them, those that go on
  std::uint32_t effects = 0;                     // handlings that succeeded
  std::uint32_t group = 0;
  std::uint32_t turn = 0;  // another one means that what was to happen to it is void …
  std::uint32_t life = 0;  // … and that it is another message
  float size = 1;
  std::uint16_t queue = 0;
  std::uint16_t message_class = 0;
  State state = State::kFree;
  bool poison = false;
  bool measured = false;
};

// All messages of a run, by index; as large as the most that ever were.
class Messages {
 public:
  std::uint32_t take();
  void give_back(std::uint32_t m);
  Message& operator[](std::uint32_t m) { return messages_[m]; }
  const Message& operator[](std::uint32_t m) const { return messages_[m]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(messages_.size()); }

 private:
  std::vector<Message> messages_;
  std::uint32_t free_ = Message::kNone;
};

// The order in which a queue's messages wait and are given out. Knows neither time nor consumers.
class MessageQueue {
 public:
  // `groups`: 0 for none, when whatever is visible may be in flight at once. `in_place`: a message that is visible
  // again takes the place that it had; else it goes to the end. In groups it always takes its place.
  MessageQueue(Messages& messages, std::uint32_t groups, bool in_place);

  void enter(std::uint32_t m, bool delayed);  // at the end
  void show(std::uint32_t m);                 // a delayed or delivered one: it waits (again)
  std::uint32_t next();                       // whose turn it is; Message::kNone: nobody's
  void take(std::uint32_t m);                 // next(): it is in flight from now on
  void remove(std::uint32_t m);               // from wherever it is; the message itself stays, as kGone

  std::int64_t visible() const { return visible_; }
  std::int64_t in_flight() const { return in_flight_; }
  std::int64_t delayed() const { return delayed_; }
  std::int64_t all() const { return visible_ + in_flight_ + delayed_; }
  std::uint64_t entered() const { return entered_; }  // ever
  std::uint32_t oldest() const { return oldest_; }    // of all

 private:
  struct Line {
    std::uint32_t head = Message::kNone, tail = Message::kNone;
    std::uint32_t next = Message::kNone;  // of the lines whose turn comes
    bool taken = false;                   // its group has a message in flight
    bool listed = false;                  // its turn comes
  };
  void insert(Line& line, std::uint32_t m, bool in_place);
  void unlink(Line& line, std::uint32_t m);
  void list(std::uint32_t line);
  Line& line_of(std::uint32_t m) { return lines_[grouped_ ? messages_[m].group : 0]; }
  void let_go(std::uint32_t m);  // its group, if it is in flight

  Messages& messages_;
  std::vector<Line> lines_;
  std::uint32_t first_line_ = Message::kNone, last_line_ = Message::kNone;
  bool grouped_, in_place_;
  std::uint64_t entered_ = 0;
  std::int64_t visible_ = 0, in_flight_ = 0, delayed_ = 0;
  std::uint32_t oldest_ = Message::kNone, newest_ = Message::kNone;
};

}  // namespace windtunnel
