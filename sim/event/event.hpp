#pragma once

#include <cstdint>

namespace windtunnel {

// Something that happens at a moment. Order is (time, sequence): of two events at the same nanosecond the one scheduled
// first happens first. The sequence belongs to the run. What `target` and `stamp` mean is the model's business; a model
// cancels by changing the target's stamp, so that the event finds another one when it comes.
struct Event {
  std::int64_t time;        // ns since the run began
  std::uint64_t order;      // sequence << 8 | kind
  std::uint64_t addressee;  // stamp << 32 | target, one word: events are copied by words as soon as they are made

  static Event make(std::int64_t time, std::uint64_t order, std::uint32_t target, std::uint32_t stamp) {
    return {time, order, std::uint64_t{stamp} << 32 | target};
  }
  std::uint32_t target() const { return static_cast<std::uint32_t>(addressee); }
  std::uint32_t stamp() const { return static_cast<std::uint32_t>(addressee >> 32); }
  unsigned kind() const { return static_cast<unsigned>(order & 0xff); }
  bool before(std::int64_t other_time, std::uint64_t other_order) const {
    return time != other_time ? time < other_time : order < other_order;
  }
  bool before(const Event& other) const { return before(other.time, other.order); }
};

}  // namespace windtunnel
