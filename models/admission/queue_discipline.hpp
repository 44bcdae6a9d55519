#pragma once

#include <memory>

#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// What one queue does besides keeping an order: whom it drops, and when it turns to the newest. Keeps its own state.
class QueueDiscipline {
 public:
  virtual ~QueueDiscipline() = default;
  // A request begins to wait; `first`: nobody else does. How long it may wait at most.
  virtual Duration joined(Time /*now*/, bool /*first*/) { return kNever; }
  // From which end the next is taken.
  virtual bool newest_first(Time /*now*/) const { return false; }
  // Whether one that has waited so long is dropped now that its turn has come; `last`: nobody else waits.
  virtual bool drops(Time /*now*/, Duration /*waited*/, bool /*last*/) { return false; }
};

// Parameters of one discipline. One .cpp per type in this folder.
class QueueDisciplineParams {
 public:
  enum class Order { kArrival, kNewestFirst, kPriority, kDeadline };

  virtual ~QueueDisciplineParams() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual Order order() const { return Order::kArrival; }
  virtual bool preempts() const { return false; }
  virtual std::unique_ptr<QueueDiscipline> make() const { return std::make_unique<QueueDiscipline>(); }
  virtual bool plain() const { return false; }  // first come, first served, and nobody is dropped
  static const Registry<QueueDisciplineParams>& registry();
};

}  // namespace windtunnel
