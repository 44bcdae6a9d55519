#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/event/event_queue.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// Clock, order and calendar of one run. Nothing here is shared between runs.
//
// Three ways to make something happen, from fast to convenient:
//  * sources: streams of events that come in time order anyway (arrivals, delay lines). Only their next moment is known
//  here; they
//    are merged with the calendar and never enter it.
//  * events of the model's own kinds 1..255, dispatched to Model::on_event with a target and a stamp.
//  * callbacks, for everything slow: control loops, faults, probes.
class Simulation {
 public:
  static constexpr unsigned kCallbackKind = 0;

  Time now() const { return Time{now_}; }
  std::int64_t now_ns() const { return now_; }

  void schedule(std::int64_t time_ns, unsigned kind, std::uint32_t target, std::uint32_t stamp) {
    queue_.push({time_ns, next_order(kind), target, stamp});
  }

  struct CallbackId {
    std::uint32_t slot = 0xffffffffu;
    std::uint32_t stamp = 0;
  };
  // Moments in the past are now.
  CallbackId at(Time when, std::function<void()> action);
  CallbackId after(Duration delay, std::function<void()> action) { return at(now() + delay, std::move(action)); }
  void cancel(CallbackId id);  // harmless when it has happened already

  // A new source; silent until set_source().
  std::uint32_t add_source();
  // When the source's next event is due; kNever: nothing. Takes its place in the order of the moment at which it is
  // set.
  void set_source(std::uint32_t source, std::int64_t time_ns) {
    sources_[source] = {time_ns, next_order(0)};
    if (source == first_)
      find_first_source();
    else if (sources_[source].before(next_of_sources_))
      promote(source);
  }

  // Runs everything up to and including `end`. Model: void on_event(kind, target, stamp); void on_source(source), which
  // must set the source again. Stops early after `most` events; true when `end` was reached.
  template <class Model>
  bool run_until(Time end, Model& model, std::uint64_t most) {
    const std::int64_t end_ns = end.count();
    for (std::uint64_t left = most; left != 0; --left) {
      const Moment first = next_of_sources_;
      const bool source_due = first.time <= end_ns;
      const bool queued =
          source_due ? queue_.has_before(first.time, first.order) : queue_.has_before(end_ns, ~std::uint64_t{0});
      if (queued) {
        const Event e = queue_.pop();
        now_ = e.time;
        if (e.kind() == kCallbackKind)
          fire(e);
        else
          model.on_event(e.kind(), e.target, e.stamp);
      } else if (source_due) {
        now_ = first.time;
        model.on_source(first_);
      } else {
        now_ = end_ns;
        return true;
      }
    }
    return false;
  }

 private:
  struct Moment {
    std::int64_t time = kNever.count();
    std::uint64_t order = ~std::uint64_t{0};
    bool before(const Moment& other) const { return time != other.time ? time < other.time : order < other.order; }
  };
  struct Callback {
    std::function<void()> action;
    std::uint32_t stamp = 0;
  };

  std::uint64_t next_order(unsigned kind) {
    sequence_ += 0x100;
    return sequence_ | kind;
  }
  void find_first_source() {
    std::uint32_t first = 0;
    for (std::uint32_t i = 1; i < sources_.size(); ++i)
      if (sources_[i].before(sources_[first])) first = i;
    promote(first);
  }
  void promote(std::uint32_t source) {
    first_ = source;
    next_of_sources_ = sources_[source];
  }
  void fire(const Event& e);

  std::int64_t now_ = 0;
  std::uint64_t sequence_ = 0;  // of the last event, times 256: above its kind
  std::vector<Moment> sources_;
  std::uint32_t first_ = 0;  // the source whose moment comes first, and that moment
  Moment next_of_sources_;
  EventQueue queue_;
  std::vector<Callback> callbacks_;
  std::vector<std::uint32_t> free_callbacks_;
};

}  // namespace windtunnel
