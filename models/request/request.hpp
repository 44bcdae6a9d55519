#pragma once

#include <cstdint>
#include <vector>

#include "sim/event/delay_line.hpp"

namespace windtunnel {

inline constexpr std::uint32_t kNone = 0xffffffffu;

// One request in flight: a cache line, recycled. All times are run times in nanoseconds.
struct Request {
  enum class State : std::uint8_t {
    kFree,
    kAtService,   // waits for an instance
    kAtInstance,  // waits for the instance's concurrency limit
    kQueued,      // waits for a thread
    kRunning,     // computes
    kOnIo,        // waits for something outside
  };

  std::int64_t arrived = 0;
  std::int64_t started = -1;                     // first moment of service; -1: not yet
  std::int64_t demand = 0;                       // of the current step, ns on a core of speed 1 (or of I/O)
  std::int64_t until = 0;                        // when the current step ends, while it runs undisturbed
  std::uint32_t next = kNone, previous = kNone;  // in the one queue it waits in
  Links timeout;                                 // in its timeout's delay line
  std::uint32_t instance = kNone;
  std::uint32_t station = kNone;  // the thread group it belongs to
  std::uint32_t stamp = 0;        // of its events; another stamp means that the event is void
  std::uint16_t kind = 0;         // which traffic and class

  // State (low three bits), marks and the number of the current step (high byte) share a word, so that a new request
  // writes them at once. Not bytes: a store through a character type makes the compiler reload everything it knows.
  enum Mark : std::uint16_t {
    kUnwanted = 0x08,    // nobody waits for it any more, or for whoever asked for it; kept where that is counted
    kMeasured = 0x10,    // arrived after the warm-up
    kTimed = 0x20,       // stands in a delay line
    kClientGone = 0x40,  // its outcome is on record; what goes on is wasted work
    kProxied = 0x80,     // the service itself took it in; kept where somebody watches
  };
  State state() const { return static_cast<State>(bits & 0x07); }
  bool is(Mark mark) const { return (bits & mark) != 0; }
  void be(State state) { bits = static_cast<std::uint16_t>((bits & 0xfff8) | static_cast<unsigned>(state)); }
  void mark(Mark mark) { bits = static_cast<std::uint16_t>(bits | mark); }
  void unmark(Mark mark) { bits = static_cast<std::uint16_t>(bits & ~mark); }
  std::uint32_t step() const { return bits >> 8; }
  void go_to(std::uint32_t step) { bits = static_cast<std::uint16_t>((bits & 0xff) | step << 8); }
  void next_step() { bits = static_cast<std::uint16_t>(bits + 0x100); }
  std::uint16_t bits = 0;
};
static_assert(sizeof(Request) == 64);

// A first-in first-out list through Request::next and ::previous. Whether it is empty nobody can predict: the ends are
// chosen by address, not by a branch.
struct RequestQueue {
  std::uint32_t head = kNone, tail = kNone;

  bool empty() const { return head == kNone; }
  void append(Request* pool, std::uint32_t r) {
    pool[r].next = kNone;
    pool[r].previous = tail;
    std::uint32_t& from = tail != kNone ? pool[tail].next : head;
    from = r;
    tail = r;
  }
  std::uint32_t pop(Request* pool) {
    const std::uint32_t r = head;
    head = pool[r].next;
    std::uint32_t& back = head != kNone ? pool[head].previous : tail;
    back = kNone;
    return r;
  }
  void remove(Request* pool, std::uint32_t r) {
    const Request& request = pool[r];
    if (request.previous != kNone)
      pool[request.previous].next = request.next;
    else
      head = request.next;
    if (request.next != kNone)
      pool[request.next].previous = request.previous;
    else
      tail = request.previous;
  }
};

// The requests in flight, by index; as large as the most that ever were.
class RequestPool {
 public:
  std::uint32_t take() {
    if (free_ == kNone) grow();
    const std::uint32_t r = free_;
    free_ = requests_[r].next;
    return r;
  }
  void give_back(std::uint32_t r) {
    Request& request = requests_[r];
    ++request.stamp;
    request.bits = 0;  // free
    request.next = free_;
    free_ = r;
  }
  Request& operator[](std::uint32_t r) { return requests_[r]; }
  const Request& at(std::uint32_t r) const { return requests_[r]; }
  Request* data() { return requests_.data(); }
  std::uint32_t size() const { return static_cast<std::uint32_t>(requests_.size()); }

 private:
  void grow() {
    const auto old = static_cast<std::uint32_t>(requests_.size());
    requests_.resize(old == 0 ? 1024 : old * 2);
    for (std::uint32_t r = size(); r-- > old;) {
      requests_[r].next = free_;
      free_ = r;
    }
  }

  std::uint32_t free_ = kNone;
  std::vector<Request> requests_;
};

}  // namespace windtunnel
