#include "models/workload/closed_loop.hpp"

#include <cassert>

#include "models/workload/builtin.hpp"

namespace windtunnel {

void ClosedLoop::describe(FieldVisitor& v) {
  v.field("clients", clients, "How many clients there are; each has at most one request under way", {.lo = 1});
  v.field("think_time", think_time, "From the end of a client's request to its next one", {.unit = Unit::kDuration});
}

std::unique_ptr<ArrivalProcess> ClosedLoop::make(const ArrivalContext&) const {
  assert(false && "a closed loop is driven by completions");
  return nullptr;
}

void add_closed_loop(Registry<Arrivals>& registry) {
  registry.add<ClosedLoop>("closed_loop",
                           "A fixed number of clients who think, send, wait for the end, and think again");
}

}  // namespace windtunnel
