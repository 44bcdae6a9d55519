#pragma once

#include <cstdint>

#include "models/admission/queue_discipline.hpp"

namespace windtunnel {

// Controlled delay as RFC 8289 has it (Nichols and Jacobson 2012): once everybody has waited for longer than `target`
// throughout an `interval`, it drops, and ever more often: the n-th drop interval / sqrt(n) after the last. Who is
// alone in the queue is not dropped.
class CoDel final : public QueueDiscipline {
 public:
  CoDel(Duration target, Duration interval) : target_(target), interval_(interval) {}
  bool drops(Time now, Duration waited, bool last) override;

 private:
  bool above(Time now, Duration waited, bool last);  // … for an interval
  Time next_after(Time from) const;

  Duration target_, interval_;
  bool dropping_ = false;
  Time first_above_ = kNever;  // when waits will have been above the target for an interval; kNever: they are not
  Time next_{};
  std::int64_t count_ = 0, last_count_ = 0;
};

// Facebook's variant (folly/executors/Codel.cpp): while the shortest wait of the last interval was above the target,
// all that have waited for more than twice the target are dropped; but never the first in an interval.
class FollyCodel final : public QueueDiscipline {
 public:
  FollyCodel(Duration target, Duration interval, Time now) : target_(target), interval_(interval), ends_(now) {}
  bool drops(Time now, Duration waited, bool last) override;

 private:
  Duration target_, interval_;
  Time ends_;
  Duration shortest_{0};
  bool begins_ = true, overloaded_ = false;
};

// The rule of "Fail at scale" (Maurer, ACM Queue 2015): who comes when the queue has not been empty for `interval` may
// wait for `target`, everybody else for `interval`; and in the first case the newest comes first.
class AdaptiveLifo final : public QueueDiscipline {
 public:
  AdaptiveLifo(Duration target, Duration interval) : target_(target), interval_(interval) {}
  Duration joined(Time now, bool first) override;
  bool newest_first(Time now) const override { return now - empty_ > interval_; }

 private:
  Duration target_, interval_;
  Time empty_{};  // when it last was
};

}  // namespace windtunnel
