#pragma once

#include <cstdint>

namespace windtunnel {

// Events that all lie the same delay ahead (timeouts, keep-alives, hops): first in, first due, so the earliest is the
// head of a list and nothing needs to be sorted. The list runs through the model's own objects (`Links` are two indices
// in each), so that taking one out when it is no longer needed costs O(1) and memory is that of the objects alone.
//
// `Access` maps an index to its Links: Links& operator()(std::uint32_t).
struct Links {
  std::uint32_t sooner = 0xffffffffu;
  std::uint32_t later = 0xffffffffu;
};

class DelayLine {
 public:
  static constexpr std::uint32_t kNone = 0xffffffffu;

  bool empty() const { return head_ == kNone; }
  std::uint32_t head() const { return head_; }

  template <class Access>
  void append(std::uint32_t index, Access&& links) {
    Links& own = links(index);
    own.sooner = tail_;
    own.later = kNone;
    if (tail_ != kNone)
      links(tail_).later = index;
    else
      head_ = index;
    tail_ = index;
  }
  template <class Access>
  void remove(std::uint32_t index, Access&& links) {
    const Links own = links(index);
    if (own.sooner != kNone)
      links(own.sooner).later = own.later;
    else
      head_ = own.later;
    if (own.later != kNone)
      links(own.later).sooner = own.sooner;
    else
      tail_ = own.sooner;
  }

 private:
  std::uint32_t head_ = kNone, tail_ = kNone;
};

}  // namespace windtunnel
