#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/describe/field.hpp"
#include "sim/distribution/distribution.hpp"

namespace windtunnel {

// What one phase does to one new instance.
struct PhaseEffect {
  double delay_s = 0;              // before the next phase begins
  double pending_s = 0;            // the first part of delay_s, in which no process of the instance runs yet
  std::int64_t slow_requests = 0;  // this many first requests …
  double slowdown = 1;             // … take so many times the CPU
};

// One phase of an instance's start: {"phase": "boot", "time": …}. One .cpp per phase in this folder.
class Phase {
 public:
  virtual ~Phase() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  // Draws this phase for one instance. `stream` belongs to the service's start-ups; a phase takes the same number of
  // words whatever happens, so that variants stay in step.
  virtual PhaseEffect draw(Stream& stream) const = 0;
  virtual double mean_delay_s() const = 0;
  static const Registry<Phase>& registry();
};

using Startup = std::vector<Choice<Phase>>;  // empty: ready at once

// All phases together for one instance: it is ready `delay_s` after it was created, and its processes run `pending_s`
// after it was created (InstanceSignal::running_since).
PhaseEffect draw_startup(const Startup& startup, Stream& stream);

}  // namespace windtunnel
